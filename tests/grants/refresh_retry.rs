//! A just-rotated refresh token may be tried again: two tabs, or an answer that got lost.

use crate::support::{ResourceServer, TestServer, ThirdPartyApp, until};

#[test]
fn a_retry_within_the_window_gets_the_same_successor() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (_, first) = app.tokens("ada");
    let answer = app.refresh(&first);
    server.advance(5);
    let again = app.refresh(&first);
    assert_eq!(again.assert_tokens(), answer.assert_tokens());
    assert_eq!(
        again.member("refresh_token"),
        answer.member("refresh_token")
    );
    assert_eq!(again.member("scope"), answer.member("scope"));
    assert!(api.is_active(&again.assert_tokens()));
    app.refresh(&answer.member("refresh_token")).assert_tokens();
}

#[test]
fn a_retry_tells_the_seconds_that_are_left() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (_, first) = app.tokens("ada");
    assert_eq!(app.refresh(&first).json()["expires_in"], 3600);
    server.advance(6);
    let again = app.refresh(&first);
    let left = again.json()["expires_in"].as_i64().unwrap();
    assert!((3592..=3594).contains(&left), "{left}");
    let exp = api.introspect(&again.assert_tokens())["exp"]
        .as_i64()
        .unwrap();
    assert!((exp - server.app.now().seconds() - left).abs() <= 1);
}

#[test]
fn a_retry_after_the_successor_was_used_is_reuse() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (_, first) = app.tokens("ada");
    let second = app.refresh(&first).member("refresh_token");
    let third = app.refresh(&second);
    app.refresh(&first).assert_error(400, "invalid_grant");
    assert!(!api.is_active(&third.assert_tokens()));
    app.refresh(&third.member("refresh_token"))
        .assert_error(400, "invalid_grant");
    assert_eq!(server.db_events("refresh_token.reused"), 1);
}

#[test]
fn using_the_successors_access_token_does_not_end_the_window() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (_, first) = app.tokens("ada");
    let access = app.refresh(&first).assert_tokens();
    assert!(api.is_active(&access));
    assert_eq!(app.refresh(&first).assert_tokens(), access);
}

#[test]
fn with_grace_0_a_retry_is_reuse_at_once() {
    let server = TestServer::with(|config| config.tokens.refresh_reuse_grace = 0);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, first) = app.tokens("ada");
    let second = app.refresh(&first).member("refresh_token");
    assert_eq!(server.db_sealed_answer(&first), None, "nothing is kept");
    app.refresh(&first).assert_error(400, "invalid_grant");
    app.refresh(&second).assert_error(400, "invalid_grant");
}

#[test]
fn a_retry_with_another_scope_is_refused_and_revokes_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = super::code_for_both(&app, "ada");
    let first = app.redeem(&code).member("refresh_token");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first.as_str()),
    ];
    let narrow = [&form[..], &[("scope", "read")]].concat();
    let answer = app.token(&narrow);
    app.token(&form).assert_error(400, "invalid_grant");
    app.token(&[&form[..], &[("scope", "write")]].concat())
        .assert_error(400, "invalid_grant");
    assert_eq!(app.token(&narrow).assert_tokens(), answer.assert_tokens());
    assert_eq!(server.db_events("refresh_token.reused"), 0);
    app.refresh(&answer.member("refresh_token")).assert_tokens();
}

#[test]
fn a_retry_may_name_the_same_scope_in_another_order() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = super::code_for_both(&app, "ada");
    let first = app.redeem(&code).member("refresh_token");
    let refresh = |scope| {
        app.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", &first),
            ("scope", scope),
        ])
        .assert_tokens()
    };
    assert_eq!(refresh("read write"), refresh("write read"));
}

#[test]
fn a_retry_passes_the_checks_of_any_refresh() {
    let server = TestServer::with(|config| config.tokens.refresh_reuse_grace = 600);
    let ada = server.db_user("ada");
    let (app, other) = (ThirdPartyApp::web(&server), ThirdPartyApp::web(&server));
    let (_, first) = app.tokens("ada");
    let answer = app.refresh(&first);
    other.refresh(&first).assert_error(400, "invalid_grant");
    server.db_disable_user(&ada, true);
    app.refresh(&first).assert_error(400, "invalid_grant");
    server.db_disable_user(&ada, false);
    server.db_disable_client(&app.client.id, true);
    app.refresh(&first).assert_error(401, "invalid_client");
    server.db_disable_client(&app.client.id, false);
    assert_eq!(app.refresh(&first).assert_tokens(), answer.assert_tokens());
    app.revoke(&answer.member("refresh_token"));
    app.refresh(&first).assert_error(400, "invalid_grant");
    assert_eq!(server.db_events("refresh_token.reused"), 0);
}

#[test]
fn a_retry_works_after_a_restart() {
    let server = TestServer::with(|config| config.tokens.refresh_reuse_grace = 600);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, first) = app.tokens("ada");
    let (answer, client) = (app.refresh(&first), app.client.clone());
    let server = server.restart();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first.as_str()),
    ];
    let again = server.post_as(&client, "/oauth/token", &form);
    assert_eq!(
        again.member("refresh_token"),
        answer.member("refresh_token")
    );
}

#[test]
fn the_kept_answer_is_wiped_once_the_successor_is_used() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, first) = app.tokens("ada");
    let second = app.refresh(&first).member("refresh_token");
    assert!(server.db_sealed_answer(&first).is_some());
    app.refresh(&second).assert_tokens();
    assert_eq!(server.db_sealed_answer(&first), None);
    assert!(server.db_sealed_answer(&second).is_some());
}

#[test]
fn the_kept_answer_is_wiped_when_the_authorization_ends() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, first) = app.tokens("ada");
    app.refresh(&first).assert_tokens();
    server.db_revoke_of_user(&ada);
    assert_eq!(server.db_sealed_answer(&first), None);
}

#[test]
fn the_kept_answer_is_wiped_when_the_window_ends() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, first) = app.tokens("ada");
    app.refresh(&first).assert_tokens();
    server.advance(11);
    // A start begins with the server's own round.
    let server = server.restart();
    until("the answer is wiped", || {
        server.db_sealed_answer(&first).is_none()
    });
}

#[test]
fn the_kept_answer_holds_no_token_in_clear() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, first) = app.tokens("ada");
    let answer = app.refresh(&first);
    let sealed = server.db_sealed_answer(&first).unwrap();
    for secret in [
        answer.assert_tokens(),
        answer.member("refresh_token"),
        String::from("scope"),
    ] {
        assert!(
            !sealed
                .windows(secret.len())
                .any(|window| window == secret.as_bytes())
        );
    }
}
