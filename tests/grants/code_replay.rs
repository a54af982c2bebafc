//! RFC 6749 §4.1.2, RFC 9700 §4.2.4: a valid replay of a code ends its authorization, an invalid one
//! changes nothing.

use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp, until};

#[test]
fn a_valid_replay_ends_every_token_of_the_authorization_and_is_noted() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let code = app.code("ada");
    let first = app.redeem(&code);
    let second = app.refresh(&first.member("refresh_token"));
    app.redeem(&code).assert_error(400, "invalid_grant");
    assert!(!api.is_active(&first.assert_tokens()));
    assert!(
        !api.is_active(&second.assert_tokens()),
        "the refreshed one too"
    );
    app.refresh(&second.member("refresh_token"))
        .assert_error(400, "invalid_grant");
    let replayed = "audit_events WHERE action = 'authorization_code.replayed'";
    assert_eq!(
        server.db_count(&format!("{replayed} AND address = '127.0.0.1'")),
        1
    );
}

#[test]
fn a_replay_ends_no_other_authorization_of_the_same_user_and_client() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (laptop, refresh) = app.tokens("ada");
    let code = app.code("ada");
    app.redeem(&code).assert_tokens();
    app.redeem(&code).assert_error(400, "invalid_grant");
    assert!(api.is_active(&laptop));
    app.refresh(&refresh).assert_tokens();
}

#[test]
fn a_replay_with_a_wrong_or_missing_verifier_revokes_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let code = app.code("ada");
    let answer = app.redeem(&code);
    let token = answer.assert_tokens();
    let mut wrong = app.redemption(&code);
    wrong.retain(|(name, _)| *name != "code_verifier");
    app.token(&wrong).assert_error(400, "invalid_request");
    wrong.push((
        "code_verifier",
        "a-wrong-verifier-of-enough-characters-000000",
    ));
    app.token(&wrong).assert_error(400, "invalid_grant");
    assert!(api.is_active(&token));
    app.refresh(&answer.member("refresh_token")).assert_tokens();
    assert_eq!(server.db_events("authorization_code.replayed"), 0);
}

#[test]
fn a_replay_by_another_client_or_without_the_secret_revokes_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, other) = (ThirdPartyApp::web(&server), ThirdPartyApp::web(&server));
    let api = ResourceServer::new(&server);
    let code = app.code("ada");
    let token = app.redeem(&code).assert_tokens();
    let form = app.redemption(&code);
    other.token(&form).assert_error(400, "invalid_grant");
    let named = [form.clone(), vec![("client_id", app.client.id.as_str())]].concat();
    server
        .post("/oauth/token", &named)
        .assert_error(401, "invalid_client");
    let guessed = [named, vec![("client_secret", "wrong")]].concat();
    server
        .post("/oauth/token", &guessed)
        .assert_error(401, "invalid_client");
    assert!(api.is_active(&token));
    assert_eq!(server.db_events("authorization_code.replayed"), 0);
}

#[test]
fn a_replay_with_another_redirect_uri_revokes_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let code = app.code("ada");
    let token = app.redeem(&code).assert_tokens();
    app.redirect_uri = String::from("https://app.example/other");
    app.redeem(&code).assert_error(400, "invalid_grant");
    assert!(api.is_active(&token));
}

#[test]
fn a_replay_after_the_code_has_expired_is_still_a_replay() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let code = app.code("ada");
    let token = app.redeem(&code).assert_tokens();
    server.advance(600);
    assert!(api.is_active(&token));
    app.redeem(&code).assert_error(400, "invalid_grant");
    assert!(!api.is_active(&token));
}

#[test]
fn a_used_code_stays_known_while_its_refresh_token_lives() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    let answer = app.redeem(&code);
    let (access, refresh) = (answer.assert_tokens(), answer.member("refresh_token"));
    server.advance(20 * 86_400);
    let (client, pkce) = (app.client.clone(), app.pkce.clone());
    // A start begins with a purge: the access token is long expired, the refresh token is not.
    let server = server.restart();
    until("the expired token is gone", || {
        !server.db_keeps_access_token(&access)
    });
    let redirect_uri = String::from("https://app.example/callback");
    let app = ThirdPartyApp {
        server: &server,
        client,
        redirect_uri,
        pkce,
    };
    app.redeem(&code).assert_error(400, "invalid_grant");
    assert_eq!(server.db_events("authorization_code.replayed"), 1);
    app.refresh(&refresh).assert_error(400, "invalid_grant");
}

#[test]
fn a_public_client_that_replays_ends_its_tokens() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::new(&server, NewClient::public("https://spa.example/callback"));
    let api = ResourceServer::new(&server);
    let code = app.code("ada");
    let token = app.redeem(&code).assert_tokens();
    app.redeem(&code).assert_error(400, "invalid_grant");
    assert!(!api.is_active(&token));
}

#[test]
fn replaying_a_dead_code_again_and_again_is_noted_once() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    app.redeem(&code).assert_tokens();
    for _ in 0..5 {
        app.redeem(&code).assert_error(400, "invalid_grant");
    }
    assert_eq!(
        server.db_events("authorization_code.replayed"),
        1,
        "the log is not for anybody to fill"
    );
}
