//! What changes while somebody signs in or decides counts.

use latchkey::models::{scope, user};

use crate::support::actors::sign_in;
use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::hashing::while_hashing;
use crate::support::{Answer, Browser, NewClient, TestServer, ThirdPartyApp};

use super::{assert_page, at_consent, decide, is_signed_in, signed_in};

/// A server with one hashing thread, and a user.
fn one_hash_at_a_time() -> (TestServer, String) {
    let server = TestServer::with(|config| config.password.max_concurrent = 1);
    let id = server.db_user("ada");
    (server, id)
}

/// Signs ada in with the right password, and does `change` while that waits for its hash.
fn sign_in_while(server: &TestServer, change: impl FnOnce()) -> (Browser, Answer) {
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    while_hashing(server, change, || {
        let answer = sign_in(&mut browser, &at, &page, "ada", PASSWORD).1;
        (browser, answer)
    })
}

fn set_password(server: &TestServer, id: &str, hash: &str) {
    let (id, hash, now) = (id.to_owned(), hash.to_owned(), server.app.now());
    server.db_write(move |connection| Ok(user::set_password(connection, &id, &hash, now)?));
}

#[test]
fn a_sign_in_whose_password_was_changed_while_it_was_checked_is_a_wrong_one() {
    let (server, id) = one_hash_at_a_time();
    let hash = server.wait(server.app.hasher.hash(String::from("another password")));
    let hash = hash.unwrap();
    let (mut browser, answer) = sign_in_while(&server, || set_password(&server, &id, &hash));
    assert_page(&answer, 422);
    assert_eq!(Form::find(&answer, "/login").field("username"), Some("ada"));
    assert!(!is_signed_in(&server, &mut browser));
    assert_eq!(server.db_count("sessions"), 0);
    assert_eq!(server.db_events("user.signed_in"), 0);
}

#[test]
fn a_sign_in_of_an_account_disabled_while_it_was_checked_is_a_wrong_one() {
    let (server, id) = one_hash_at_a_time();
    let (mut browser, answer) = sign_in_while(&server, || server.db_disable_user(&id, true));
    assert_page(&answer, 422);
    server.db_disable_user(&id, false);
    assert!(!is_signed_in(&server, &mut browser));
    assert_eq!(server.db_count("sessions"), 0);
}

#[test]
fn a_password_grant_whose_account_changed_while_it_was_checked_gives_nothing() {
    let (server, id) = one_hash_at_a_time();
    let spa = server.db_client(NewClient::first_party_spa());
    let form = [
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", PASSWORD),
    ];
    let grant = || server.post_as(&spa, "/oauth/token", &form);
    while_hashing(&server, || server.db_disable_user(&id, true), grant)
        .assert_error(400, "invalid_grant");
    server.db_disable_user(&id, false);
    let hash = server.wait(server.app.hasher.hash(String::from("another password")));
    let hash = hash.unwrap();
    while_hashing(&server, || set_password(&server, &id, &hash), grant)
        .assert_error(400, "invalid_grant");
    assert_eq!(server.db_count("access_tokens"), 0);
}

#[test]
fn a_password_set_by_a_link_meanwhile_is_not_undone_by_who_knew_the_old_one() {
    let (server, id) = one_hash_at_a_time();
    let mut knows_the_old_one = signed_in(&server, "ada");
    let (at, page) = knows_the_old_one.get(&format!("{}/account", server.url));
    let form = Form::find(&page, "/account/password")
        .fill("current", PASSWORD)
        .fill("new", "the intruder's password")
        .fill("repeat", "the intruder's password");
    let hash = server.wait(server.app.hasher.hash(String::from("another password")));
    let hash = hash.unwrap();
    let change = || set_password(&server, &id, &hash);
    let answer = while_hashing(&server, change, || {
        knows_the_old_one.submit_once(&at, &form)
    });
    assert_page(&answer, 403);
    let stored = server.db_read(move |connection| Ok(user::find(connection, &id)?));
    assert_eq!(stored.unwrap().password_hash, Some(hash));
}

#[test]
fn allow_in_a_session_that_ends_meanwhile_gives_no_code() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    let answer = server.db_while_written("DELETE FROM sessions", || {
        decide(&mut browser, &at, &page, "allow")
    });
    assert_page(&answer, 400);
    assert!(answer.body.contains("start again there"), "{answer:?}");
    assert_eq!(server.db_count("authorizations"), 0);
    assert_eq!(server.db_count("consents"), 0);
}

#[test]
fn a_scope_deleted_meanwhile_is_not_granted() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = signed_in(&server, "ada");
    let both = app.request_with(&[("scope", Some("read write"))]);
    let (at, page) = browser.get(&app.address(&both));
    assert!(page.body.contains("Change your notes"), "{page:?}");
    server.db_write(|connection| Ok(scope::delete(connection, "write")?));
    // The decision was about another scope, so it is asked for again.
    assert_page(&decide(&mut browser, &at, &page, "allow"), 403);
    let (at, page) = browser.get(&at);
    assert!(!page.body.contains("Change your notes"), "{page:?}");
    let code = decide(&mut browser, &at, &page, "allow").location_params()["code"].clone();
    assert_eq!(app.redeem(&code).member("scope"), "read");
}

#[test]
fn a_request_refused_for_lack_of_scope_is_answered_once() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = signed_in(&server, "ada");
    let (at, page) = browser.get(&app.address(&app.request_with(&[("scope", Some("write"))])));
    assert!(page.body.contains("value=\"allow\""), "{page:?}");
    server.db_grant_to_everybody("read");
    let refused = browser.get_once(&at);
    assert_eq!(refused.status, 303, "{refused:?}");
    assert_eq!(refused.location_params()["error"], "invalid_scope");
    assert_eq!(server.db_events("authorization.denied"), 1);
    // The scope is back, and still neither the page nor the form that was open before goes on.
    server.db_grant_to_everybody("read write");
    for again in [
        browser.get_once(&at),
        decide(&mut browser, &at, &page, "allow"),
    ] {
        assert_page(&again, 400);
        assert!(again.body.contains("start again there"), "{again:?}");
    }
    assert_eq!(server.db_count("authorizations"), 0);
}
