//! A user's own page: password, sessions, theme. Connected apps are in `connected_apps`, the other pages
//! below this one.

mod client_edit;
mod clients;
mod confirmation;
mod forms;
mod history;
mod keys;
mod leaks;
mod members;
mod password;
mod projects;
mod tokens;
mod twice;

use crate::support::app::{GUESSED, PASSWORD};
use crate::support::browser::Form;
use crate::support::{Answer, Browser, TestServer, ThirdPartyApp};

use super::{assert_page, is_signed_in, signed_in};

/// A page of somebody's, which must be there.
#[track_caller]
fn open(server: &TestServer, browser: &mut Browser, path: &str) -> (String, Answer) {
    let (at, page) = browser.get(&format!("{}{path}", server.url));
    assert_page(&page, 200);
    (at, page)
}

/// The form of a page that leads to `path`.
#[track_caller]
fn form(server: &TestServer, browser: &mut Browser, page: &str, path: &str) -> Form {
    Form::find(&open(server, browser, page).1, path)
}

/// Adds a value to a choice of which several can be ticked.
fn tick(mut form: Form, name: &str, values: &[&str]) -> Form {
    form.fields.retain(|(own, _)| own != name);
    for value in values {
        form.fields.push((name.to_owned(), (*value).to_owned()));
    }
    form
}

/// The secret that a page shows for the only time.
fn secret(page: &Answer) -> Option<String> {
    let text = page.body.split("<p class=\"secret-value\">").nth(1)?;
    let text = text.split('>').nth(1)?.split('<').next()?;
    Some(text.to_owned())
}

/// Sends a form that makes a secret; returns the page after it, and the secret.
#[track_caller]
fn made(browser: &mut Browser, at: &str, form: &Form) -> (Answer, String) {
    let (_, page) = browser.submit(at, form);
    let secret = secret(&page).unwrap_or_else(|| panic!("no secret in {page:?}"));
    (page, secret)
}

const NEW: &str = "a new password, quite long";

fn account(server: &TestServer, browser: &mut Browser) -> (String, Answer) {
    let (at, page) = browser.get(&format!("{}/account", server.url));
    assert_page(&page, 200);
    (at, page)
}

fn change(page: &Answer, current: &str, new: &str, repeat: &str) -> Form {
    Form::find(page, "/account/password")
        .fill("current", current)
        .fill("new", new)
        .fill("repeat", repeat)
}

#[test]
fn it_shows_the_profile_and_needs_a_sign_in() {
    let server = TestServer::start();
    let id = server.db_user("ada");
    let (_, page) = account(&server, &mut signed_in(&server, "ada"));
    for piece in ["ada", "someone@example.org", &id, "Connected apps"] {
        assert!(page.body.contains(piece), "{piece} is not in {page:?}");
    }
    let answer = server.get("/account");
    assert_eq!(
        (answer.status, answer.location()),
        (303, format!("{}/login", server.url).as_str())
    );
    for path in ["password", "sessions", "apps", "theme"] {
        assert_page(
            &server.post(&format!("/account/{path}"), &[("csrf", "x")]),
            403,
        );
    }
}

#[test]
fn changing_the_password_ends_other_sessions_and_every_authorization() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let app = ThirdPartyApp::web(&server);
    let (access, refresh) = app.tokens("ada");
    let (_, of_bea) = app.tokens("bea");
    let code = app.code("ada");
    let (mut browser, mut elsewhere) = (signed_in(&server, "ada"), signed_in(&server, "ada"));
    let (at, page) = account(&server, &mut browser);
    let answer = browser.submit_once(&at, &change(&page, PASSWORD, NEW, NEW));
    assert_eq!((answer.status, answer.location()), (303, at.as_str()));
    let (_, page) = account(&server, &mut browser);
    assert!(
        page.body.contains("role=\"status\"") && page.body.contains("Your password was changed"),
        "{page:?}"
    );
    assert!(
        !account(&server, &mut browser)
            .1
            .body
            .contains("Your password was changed"),
        "it is said once"
    );
    assert!(!is_signed_in(&server, &mut elsewhere));
    let known = server
        .post_as(&app.client, "/oauth/introspect", &[("token", &access)])
        .json();
    assert_eq!(known["active"], false);
    app.refresh(&refresh).assert_error(400, "invalid_grant");
    app.redeem(&code).assert_error(400, "invalid_grant");
    app.refresh(&of_bea).assert_tokens();
}

#[test]
fn the_new_password_is_the_one() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let (at, page) = account(&server, &mut browser);
    browser.submit(&at, &change(&page, PASSWORD, NEW, NEW));
    let mut other = Browser::new();
    let (at, page) = other.get(&format!("{}/login", server.url));
    let form = Form::find(&page, "/login").fill("username", "ada");
    assert_eq!(
        other
            .submit_once(&at, &form.clone().fill("password", PASSWORD))
            .status,
        422
    );
    assert_eq!(
        other.submit_once(&at, &form.fill("password", NEW)).status,
        303
    );
}

#[test]
fn a_wrong_change_of_password_says_what_is_wrong_and_changes_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let (at, page) = account(&server, &mut browser);
    let long = "x".repeat(1025);
    for (current, new, repeat, field) in [
        ("wrong", NEW, NEW, "current"),
        ("", NEW, NEW, "current"),
        (PASSWORD, "short", "short", "new"),
        (PASSWORD, "", "", "new"),
        (PASSWORD, GUESSED, GUESSED, "new"),
        (PASSWORD, &long, &long, "new"),
        (PASSWORD, NEW, "another one", "repeat"),
    ] {
        let answer = browser.submit_once(&at, &change(&page, current, new, repeat));
        assert_page(&answer, 422);
        assert!(
            answer
                .body
                .contains(&format!("aria-describedby=\"{field}-notes\"")),
            "{field}: {answer:?}"
        );
        assert!(
            !answer.body.contains(NEW) && !answer.body.contains(PASSWORD),
            "{answer:?}"
        );
    }
    signed_in(&server, "ada");
}

#[test]
fn guessing_the_current_password_is_throttled() {
    let server = TestServer::with(|config| config.login.max_failures = 3);
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let (at, page) = account(&server, &mut browser);
    for _ in 0..3 {
        assert_page(
            &browser.submit_once(&at, &change(&page, "wrong", NEW, NEW)),
            422,
        );
    }
    let answer = browser.submit_once(&at, &change(&page, PASSWORD, NEW, NEW));
    assert_page(&answer, 429);
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
}

#[test]
fn sessions_are_listed_by_device_and_can_be_signed_out() {
    let server = TestServer::start();
    server.db_user("ada");
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    let mut firefox = Browser {
        headers: vec![("user-agent".to_owned(), agent.to_owned())],
        ..Browser::new()
    };
    let (at, page) = firefox.get(&format!("{}/login", server.url));
    crate::support::actors::sign_in(&mut firefox, &at, &page, "ada", PASSWORD);
    let mut browser = signed_in(&server, "ada");
    let (at, page) = account(&server, &mut browser);
    assert!(
        page.body.contains("Firefox on Linux") && page.body.contains("This browser"),
        "{page:?}"
    );
    let sessions: Vec<Form> = Form::all(&page)
        .into_iter()
        .filter(|form| form.action.ends_with("/sessions"))
        .collect();
    assert_eq!(sessions.len(), 2);
    let (_, theirs) = account(&server, &mut firefox);
    let own = |page: &Answer| {
        page.body
            .split("This browser")
            .nth(1)
            .unwrap()
            .split("name=\"session\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    let of_firefox = own(&theirs);
    let form = sessions
        .into_iter()
        .find(|form| form.field("session") == Some(&of_firefox))
        .unwrap();
    let answer = browser.submit_once(&at, &form);
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(!is_signed_in(&server, &mut firefox));
    assert!(is_signed_in(&server, &mut browser));
    let (_, again) = browser.submit(&at, &form);
    again.assert_says(&["There is no such session any more"]);
    assert_eq!(server.db_events("session.ended"), 1);
}

#[test]
fn another_users_session_is_not_found_and_stays() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let (mut ada, mut bea) = (signed_in(&server, "ada"), signed_in(&server, "bea"));
    let (_, of_bea) = account(&server, &mut bea);
    let of_bea = Form::find(&of_bea, "/account/sessions")
        .field("session")
        .unwrap()
        .to_owned();
    let (at, page) = account(&server, &mut ada);
    for id in [of_bea.as_str(), "", "x", "AAAA"] {
        assert_page(
            &ada.submit_once(
                &at,
                &Form::find(&page, "/account/sessions").fill("session", id),
            ),
            404,
        );
    }
    assert!(is_signed_in(&server, &mut bea) && is_signed_in(&server, &mut ada));
}

#[test]
fn signing_out_this_browser_leads_to_the_sign_in_page() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let (at, page) = account(&server, &mut browser);
    let (at, page) = browser.submit(&at, &Form::find(&page, "/account/sessions"));
    assert!(
        at.ends_with("/login") && page.status == 200,
        "{at}: {page:?}"
    );
}

#[test]
fn an_ended_session_leaves_the_list() {
    let server = TestServer::with(|config| config.session.idle = 1000);
    server.db_user("ada");
    signed_in(&server, "ada");
    server.advance(1001);
    let (_, page) = account(&server, &mut signed_in(&server, "ada"));
    assert_eq!(page.body.matches("name=\"session\"").count(), 1, "{page:?}");
}

#[test]
fn the_theme_is_kept_in_this_browser() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let (at, page) = account(&server, &mut browser);
    assert!(page.body.contains("data-theme=\"system\""), "{page:?}");
    for (theme, shown) in [
        ("dark", "dark"),
        ("light", "light"),
        ("\"><script>", "system"),
    ] {
        let (_, page) = browser.submit(
            &at,
            &Form::find(&page, "/account/theme").fill("theme", theme),
        );
        assert!(
            page.body.contains(&format!("data-theme=\"{shown}\"")),
            "{theme}: {page:?}"
        );
        assert!(!page.body.contains("\"><script>"), "{page:?}");
    }
}
