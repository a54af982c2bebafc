//! A page that cannot be answered now says when to try again (RFC 9110 §10.2.3).

use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::hashing::full;
use crate::support::{Answer, Browser, TestServer};

use super::{assert_page, signed_in};

/// Fails the test unless it is a page of this status that names at most so many seconds.
#[track_caller]
fn assert_try_again(answer: &Answer, status: u16, at_most: i64) {
    assert_page(answer, status);
    let seconds = answer.header("retry-after").expect("Retry-After");
    let seconds: i64 = seconds.parse().unwrap();
    assert!((1..=at_most).contains(&seconds), "{seconds}");
}

/// The form that changes ada's password, and the browser in which it is open.
fn password_form(server: &TestServer, current: &str) -> (Browser, String, Form) {
    let mut browser = signed_in(server, "ada");
    let (at, page) = browser.get(&format!("{}/account", server.url));
    let form = Form::find(&page, "/account/password")
        .fill("current", current)
        .fill("new", "another password")
        .fill("repeat", "another password");
    (browser, at, form)
}

/// The sign-in form, filled in.
fn sign_in_form(server: &TestServer, password: &str) -> (Browser, String, Form) {
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let form = Form::find(&page, "/login")
        .fill("username", "ada")
        .fill("password", password);
    (browser, at, form)
}

#[test]
fn too_many_attempts_name_the_seconds_until_the_lock_ends() {
    let server = TestServer::with(|config| config.login.max_failures = 2);
    server.db_user("ada");
    for (mut browser, at, form) in [
        password_form(&server, "wrong"),
        sign_in_form(&server, "wrong"),
    ] {
        for _ in 0..2 {
            assert_page(&browser.submit_once(&at, &form), 422);
        }
        let locked = browser.submit_once(&at, &form);
        assert_try_again(&locked, 429, 900);
        server.advance(901);
    }
}

#[test]
fn a_full_queue_of_hashes_is_told_with_a_time_and_is_no_failure() {
    let server = TestServer::with(|config| {
        config.password.max_concurrent = 1;
        config.login.max_failures = 1;
    });
    server.db_user("ada");
    let forms = [
        password_form(&server, PASSWORD),
        sign_in_form(&server, PASSWORD),
    ];
    let full = full(&server.app.hasher);
    for (mut browser, at, form) in forms {
        // A failure would lock the account: the next answer were 429 then.
        for _ in 0..3 {
            let answer = browser.submit_once(&at, &form);
            assert_try_again(&answer, 503, 5);
            assert!(answer.body.contains("The server is busy"), "{answer:?}");
        }
    }
    drop(full);
}

#[test]
fn a_database_that_fails_is_told_with_a_time() {
    let server = TestServer::start();
    server.db_user("ada");
    let (mut browser, at, form) = password_form(&server, PASSWORD);
    server.db_execute("ALTER TABLE sessions RENAME TO lost");
    assert_try_again(&browser.get_once(&at), 503, 5);
    assert_try_again(&browser.submit_once(&at, &form), 503, 5);
    server.db_execute("ALTER TABLE lost RENAME TO sessions");
    assert_eq!(browser.submit_once(&at, &form).status, 303);
}
