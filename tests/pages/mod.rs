//! The pages for people (issue 2, §6), read and filled in like a browser without scripts does.

mod account;
mod acts;
mod admin;
mod audit_log;
mod audit_log_list;
mod audited;
mod busy;
mod connected_apps;
mod consent;
mod consent_memory;
mod csrf;
mod cursor;
mod dashboard;
mod every_route;
mod form_action;
mod hostile_bodies;
mod hostile_input;
mod login;
mod logout;
mod meanwhile;
mod people;
mod security_headers;
mod session;
mod session_cookie;
mod setup;
mod throttle_memory;
mod throttling;
mod typed_texts;
mod waiting_request;
mod what_ends;

use crate::support::actors::sign_in;
use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, TestServer, ThirdPartyApp};

/// A browser in which `username` has just signed in.
#[track_caller]
pub fn signed_in(server: &TestServer, username: &str) -> Browser {
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let (at, page) = sign_in(&mut browser, &at, &page, username, PASSWORD);
    assert!(
        at.ends_with("/account") && page.status == 200,
        "{at}: {page:?}"
    );
    browser
}

/// Sends a form that asks for the password: nothing of `rows` changes without it. The answer to the right one.
#[track_caller]
pub fn confirmed(server: &TestServer, browser: &mut Browser, form: &Form, rows: &str) -> Answer {
    let before = server.db_count(rows);
    assert_eq!(form.field("confirmation"), Some(""), "{form:?}");
    for (typed, sentence) in [
        ("", "Type your own password"),
        ("wrong", "This is not your password."),
    ] {
        let form = form.clone().fill("confirmation", typed);
        let answer = browser.submit_once(&server.url, &form);
        assert_page(&answer, 422);
        answer.assert_says(&[sentence]);
        assert_eq!(server.db_count(rows), before, "{form:?}");
    }
    let form = form.clone().fill("confirmation", PASSWORD);
    browser.submit_once(&server.url, &form)
}

/// Whether a browser is signed in.
pub fn is_signed_in(server: &TestServer, browser: &mut Browser) -> bool {
    browser.get_once(&format!("{}/account", server.url)).status == 200
}

/// Sends a browser with an application's request, signs in where asked, and stops at the consent page.
#[track_caller]
pub fn at_consent(
    app: &ThirdPartyApp<'_>,
    browser: &mut Browser,
    username: &str,
) -> (String, Answer) {
    let (mut at, mut page) = browser.get(&app.address(&app.request()));
    if page.body.contains("name=\"password\"") {
        (at, page) = sign_in(browser, &at, &page, username, PASSWORD);
    }
    assert!(page.body.contains("value=\"allow\""), "{at}: {page:?}");
    (at, page)
}

/// Presses a button of the consent page.
pub fn decide(browser: &mut Browser, at: &str, page: &Answer, decision: &str) -> Answer {
    browser.submit_once(at, &Form::find(page, "/consent").fill("decision", decision))
}

/// The cookies of a browser as one header, for requests that no browser would send.
pub fn cookies_of(browser: &Browser) -> String {
    let pairs: Vec<String> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("; ")
}

/// Fails the test unless it is a page with this status that leads nowhere else.
#[track_caller]
pub fn assert_page(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("location"), None, "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8"),
        "{answer:?}"
    );
    assert!(!answer.body.contains("http-equiv"), "{answer:?}");
}
