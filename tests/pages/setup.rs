//! The one-time link that creates the first administrator.

use std::sync::Barrier;

use latchkey::models::{one_time_link, user};
use latchkey::oauth::List;

use crate::support::app::{GUESSED, PASSWORD};
use crate::support::browser::Form;
use crate::support::{Answer, Browser, TestServer};

use super::{assert_page, is_signed_in};

/// A fresh link, as the first start and `latchkey setup-link` make it.
fn link(server: &TestServer) -> String {
    let now = server.app.now();
    let token =
        server.db_write(move |connection| Ok(one_time_link::insert_setup(connection, now)?));
    format!("{}/setup?token={}", server.url, token.expose())
}

fn filled(page: &Answer, username: &str) -> Form {
    Form::find(page, "/setup")
        .fill("username", username)
        .fill("email", "ada@example.org")
        .fill("password", PASSWORD)
        .fill("repeat", PASSWORD)
}

fn admins(server: &TestServer) -> usize {
    server
        .db_read(|connection| Ok(user::list(connection)?))
        .iter()
        .filter(|user| user.is_admin())
        .count()
}

#[track_caller]
fn assert_no_longer(answer: &Answer) {
    assert_page(answer, 200);
    assert!(answer.body.contains("no longer works"), "{answer:?}");
    // How to go on: by signing in, where somebody can, else by a new link.
    let ways = ["href=\"/login\"", "latchkey setup-link"];
    let told = ways.map(|way| answer.body.contains(way));
    assert!(told[0] != told[1], "{answer:?}");
    assert!(!answer.body.contains("<form"), "{answer:?}");
}

#[test]
fn opening_the_link_moves_its_token_out_of_the_address() {
    let server = TestServer::start();
    let link = link(&server);
    let token = link.split_once('=').unwrap().1;
    let mut browser = Browser::new();
    let answer = browser.get_once(&link);
    assert_eq!(
        (answer.status, answer.location()),
        (303, format!("{}/setup", server.url).as_str())
    );
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert!(
        answer.header("set-cookie").unwrap().contains(token),
        "{answer:?}"
    );
    let page = browser.get_once(&format!("{}/setup", server.url));
    assert!(
        !page.body.contains(token) && page.body.contains("Create the first administrator"),
        "{page:?}"
    );
    assert_no_longer(&server.get("/setup"));
}

#[test]
fn it_creates_an_administrator_who_is_signed_in() {
    let server = TestServer::start();
    let mut browser = Browser::new();
    let (at, page) = browser.get(&link(&server));
    let answer = browser.submit_once(&at, &filled(&page, "Ada"));
    assert_eq!(
        (answer.status, answer.location()),
        (303, format!("{}/admin", server.url).as_str())
    );
    // There is nothing else to do yet.
    let (_, page) = browser.get(answer.location());
    page.assert_says(&["No clients yet", "Register a client"]);
    assert!(is_signed_in(&server, &mut browser));
    assert!(
        !browser.cookies.keys().any(|name| name.contains("setup")),
        "{:?}",
        browser.cookies
    );
    assert_eq!(admins(&server), 1);
    super::signed_in(&server, "ada");
}

#[test]
fn it_works_once() {
    let server = TestServer::start();
    let link = link(&server);
    let mut browser = Browser::new();
    let (at, page) = browser.get(&link);
    let mut second = Browser {
        cookies: browser.cookies.clone(),
        ..Browser::new()
    };
    browser.submit(&at, &filled(&page, "ada"));
    assert_no_longer(&second.submit_once(&at, &filled(&page, "eve")));
    assert_no_longer(&Browser::new().get(&link).1);
    assert_eq!(admins(&server), 1);
}

#[test]
fn two_at_once_create_one_administrator() {
    let server = TestServer::start();
    let mut browser = Browser::new();
    let (at, page) = browser.get(&link(&server));
    let start = Barrier::new(8);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let mut own = Browser {
                cookies: browser.cookies.clone(),
                ..Browser::new()
            };
            let (at, page, start) = (&at, &page, &start);
            scope.spawn(move || {
                start.wait();
                let answer = own.submit_once(at, &filled(page, &format!("ada{number}")));
                assert!(answer.status < 500, "{answer:?}");
            });
        }
    });
    assert_eq!(admins(&server), 1);
}

#[test]
fn it_works_for_an_hour() {
    let server = TestServer::start();
    let mut browser = Browser::new();
    let (at, page) = browser.get(&link(&server));
    server.advance(3590);
    assert!(browser.get(&at).1.body.contains("<form"));
    server.advance(11);
    assert_no_longer(&browser.get(&at).1);
    assert_no_longer(&browser.submit_once(&at, &filled(&page, "ada")));
    assert_eq!(admins(&server), 0);
}

#[test]
fn it_works_only_while_there_is_no_administrator() {
    let server = TestServer::start();
    let mut browser = Browser::new();
    let (at, page) = browser.get(&link(&server));
    let now = server.app.now();
    server.db_write(move |connection| {
        let roles = List(vec![String::from("admin")]);
        Ok(user::insert(
            connection,
            user::User {
                roles,
                ..user::User::new("root", "root@example.org", now)
            },
        )?)
    });
    assert_no_longer(&browser.get(&at).1);
    assert_no_longer(&browser.submit_once(&at, &filled(&page, "ada")));
    assert_eq!(admins(&server), 1);
}

#[test]
fn a_newer_link_ends_the_older_and_a_made_up_one_is_none() {
    let server = TestServer::start();
    let (old, new) = (link(&server), link(&server));
    assert_no_longer(&Browser::new().get(&old).1);
    assert!(Browser::new().get(&new).1.body.contains("<form"));
    for token in ["x", "lkw_", &"0".repeat(5000), ""] {
        assert_no_longer(
            &Browser::new()
                .get(&format!("{}/setup?token={token}", server.url))
                .1,
        );
    }
}

#[test]
fn each_mistake_stands_beside_its_field_and_what_was_typed_stays() {
    let server = TestServer::start();
    server.db_user("taken");
    let mut browser = Browser::new();
    let (at, page) = browser.get(&link(&server));
    let long = "x".repeat(65);
    for (name, wrong) in [
        ("username", ""),
        ("username", long.as_str()),
        ("username", "a\u{7}b"),
        ("username", "TAKEN"),
        ("email", "nobody"),
        ("email", "a@b c"),
        ("password", "short"),
        ("password", GUESSED),
        ("repeat", "another one"),
    ] {
        let answer = browser.submit_once(&at, &filled(&page, "ada").fill(name, wrong));
        assert_page(&answer, 422);
        let form = Form::find(&answer, "/setup");
        let shown = |own: &str, typed: &str| {
            if own == name {
                wrong.to_owned()
            } else {
                typed.to_owned()
            }
        };
        assert_eq!(
            form.field("username"),
            Some(shown("username", "ada").as_str())
        );
        assert_eq!(
            form.field("email"),
            Some(shown("email", "ada@example.org").as_str())
        );
        assert_eq!(
            (form.field("password"), form.field("repeat")),
            (Some(""), Some(""))
        );
        assert!(!answer.body.contains(PASSWORD), "{answer:?}");
        assert!(
            answer
                .body
                .contains(&format!("aria-describedby=\"{name}-notes\"")),
            "{name}: {answer:?}"
        );
        assert!(
            answer.body.contains("class=\"error\""),
            "{name}: {answer:?}"
        );
    }
    assert_eq!(browser.submit_once(&at, &filled(&page, "ada")).status, 303);
}

#[test]
fn its_form_needs_its_own_token() {
    let server = TestServer::start();
    let mut browser = Browser::new();
    let (at, page) = browser.get(&link(&server));
    assert_page(
        &browser.submit_once(&at, &filled(&page, "ada").fill("csrf", "x")),
        403,
    );
    assert_no_longer(&Browser::new().submit_once(&at, &filled(&page, "ada")));
    assert_eq!(admins(&server), 0);
}
