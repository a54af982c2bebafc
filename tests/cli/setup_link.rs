//! The one-time link to the first administrator: `latchkey setup-link`, and what a first start prints.

use super::assert_refused;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, Program, until};

const PASSWORD: &str = "a long enough password";

/// The link that a first start prints.
fn link(err: &str) -> String {
    let link = err
        .split_whitespace()
        .find(|word| word.contains("/setup?token="));
    link.unwrap_or_else(|| panic!("no link in {err}"))
        .to_owned()
}

/// Waits for the link: it is printed a moment after the address.
fn first_link(served: &crate::support::program::Served) -> String {
    until("the link is printed", || {
        served.err().contains("/setup?token=")
    });
    link(&served.err())
}

fn filled(page: &Answer) -> Form {
    let form = Form::find(page, "/setup")
        .fill("username", "root")
        .fill("email", "root@example.org");
    form.fill("password", PASSWORD).fill("repeat", PASSWORD)
}

#[test]
fn the_first_start_prints_a_link_that_makes_the_first_administrator_once() {
    let program = Program::new();
    let served = program.serve();
    let link = first_link(&served);
    let mut browser = Browser::new();
    let first = browser.get_once(&link);
    assert_eq!(
        (first.status, first.location()),
        (303, format!("{}/setup", served.url).as_str())
    );
    let (at, page) = browser.get(&link);
    assert_eq!(page.status, 200, "{page:?}");
    assert!(
        !page.body.contains("lkw_"),
        "the token is in the cookie alone"
    );
    let mut late = Browser::new();
    let (late_at, late_page) = late.get(&link);
    let (_, answer) = browser.submit(&at, &filled(&page));
    assert!(answer.status == 200, "{answer:?}");
    assert_eq!(
        browser.get_once(&format!("{}/account", served.url)).status,
        200,
        "signed in at once"
    );
    let users = program.json(&["user", "list"]);
    assert_eq!(users[0]["username"], "root");
    assert_eq!(users[0]["roles"], serde_json::json!(["user", "admin"]));

    let again = filled(&late_page).fill("username", "second");
    late.submit(&late_at, &again);
    assert_eq!(
        program.json(&["user", "list"]).as_array().unwrap().len(),
        1,
        "the link works once"
    );
    assert_refused(&program.run(&["setup-link"]), 1);
}

#[test]
fn a_later_start_prints_no_link() {
    let program = Program::new();
    let arguments = [
        "user",
        "add",
        "ada",
        "--email",
        "a@example.org",
        "--role",
        "admin",
        "--password-stdin",
    ];
    program.json_with(&arguments, PASSWORD);
    let served = program.serve();
    assert_eq!(
        Answer::get(&format!("{}/healthz", served.url), &[]).status,
        200
    );
    served.signal("TERM");
    let ended = served.wait();
    assert!(!ended.err.contains("/setup?token="), "{ended:?}");
}

#[test]
fn the_command_prints_a_fresh_link_for_the_running_server() {
    let program = Program::new();
    let served = program.serve();
    let program = program.set("LATCHKEY_ISSUER", &served.url);
    let printed = program.json(&["setup-link"]);
    let link = printed["url"].as_str().unwrap();
    assert!(
        link.starts_with(&format!("{}/setup?token=", served.url)),
        "{printed}"
    );
    assert_ne!(link, first_link(&served));
    let text = program.run(&["setup-link"]);
    assert_eq!(
        text.out.lines().count(),
        1,
        "the link alone, for scripts: {text:?}"
    );
    // A fresh link replaces the one before.
    let (_, page) = Browser::new().get(link);
    assert!(!page.body.contains("name=\"password\""), "{page:?}");
    let mut browser = Browser::new();
    let (at, page) = browser.get(text.out.trim());
    browser.submit(&at, &filled(&page));
    assert_eq!(program.json(&["user", "list"])[0]["username"], "root");
}

#[test]
fn a_wrong_link_opens_nothing() {
    let program = Program::new();
    let served = program.serve();
    let right = first_link(&served);
    let (all_but_one, last) = right.split_at(right.len() - 1);
    let wrong = format!("{all_but_one}{}", if last == "x" { "y" } else { "x" });
    for url in [
        format!("{}/setup", served.url),
        wrong,
        format!("{}/setup?token=", served.url),
    ] {
        let (_, page) = Browser::new().get(&url);
        assert!(
            page.status < 500 && !page.body.contains("name=\"password\""),
            "{url}: {page:?}"
        );
    }
}

#[test]
fn the_link_is_never_in_the_log() {
    let program = Program::new()
        .set("LATCHKEY_LOG__LEVEL", "trace")
        .set("LATCHKEY_LOG__FORMAT", "json");
    let served = program.serve();
    let link = first_link(&served);
    Browser::new().get(&link);
    served.signal("TERM");
    let ended = served.wait();
    let token = link.split("token=").nth(1).unwrap();
    let log: Vec<&str> = ended
        .err
        .lines()
        .filter(|line| line.starts_with('{'))
        .collect();
    assert!(
        log.iter().any(|line| line.contains("\"/setup\"")),
        "the request is logged: {log:?}"
    );
    assert!(log.iter().all(|line| !line.contains(token)), "{log:?}");
}
