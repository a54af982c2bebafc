//! RFC 7662 §2.2, §4: what opens nothing is inactive at once, and nothing more is said.

use latchkey::models::client;
use latchkey::oauth::{PlainSecret, SecretKind};

use super::{assert_inactive, introspect};
use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp};

#[test]
fn everything_that_opens_nothing_is_inactive_and_nothing_more() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let code = app.code("ada");
    let (access, refresh) = app.tokens("ada");
    let (revoked, _) = app.tokens("ada");
    app.revoke(&revoked);
    let random = PlainSecret::generate(SecretKind::AccessToken, server.app.now());
    let random_refresh = PlainSecret::generate(SecretKind::RefreshToken, server.app.now());
    let secret = app.client.secret.clone().unwrap();
    let cut = access[..50].to_owned();
    let long = "x".repeat(20_000);
    for client in [&api.client, &app.client] {
        for token in [
            random.expose(),
            random_refresh.expose(),
            &revoked,
            &cut,
            &code,
            &secret,
            "x",
            " ",
            "é",
            &long,
        ] {
            assert_inactive(&introspect(&server, client, token));
        }
    }
    app.refresh(&refresh).assert_tokens();
    assert_inactive(&introspect(&server, &app.client, &refresh));
}

#[test]
fn expiry_is_checked_at_every_call() {
    let server = TestServer::with(|config| config.tokens.refresh_ttl = Some(7200));
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (access, refresh) = app.tokens("ada");
    let is_active = |token: &str| introspect(&server, &app.client, token).json()["active"] == true;
    server.advance(3590);
    assert!(is_active(&access) && is_active(&refresh));
    server.advance(10);
    assert_inactive(&introspect(&server, &app.client, &access));
    server.advance(3590);
    assert!(is_active(&refresh));
    server.advance(10);
    assert_inactive(&introspect(&server, &app.client, &refresh));
}

#[test]
fn a_token_from_the_future_is_not_active_yet() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    server.advance(-60);
    assert_inactive(&introspect(&server, &api.client, &access));
    server.advance(60);
    assert!(api.is_active(&access));
}

#[test]
fn a_disabled_user_or_client_is_seen_by_the_very_next_call() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, refresh) = app.tokens("ada");
    for _ in 0..3 {
        server.db_disable_user(&ada, true);
        assert_inactive(&introspect(&server, &api.client, &access));
        assert_inactive(&introspect(&server, &app.client, &refresh));
        server.db_disable_user(&ada, false);
        assert!(api.is_active(&access));
        server.db_disable_client(&app.client.id, true);
        assert_inactive(&introspect(&server, &api.client, &access));
        server.db_disable_client(&app.client.id, false);
        assert!(api.is_active(&access));
    }
}

#[test]
fn tokens_of_a_deleted_client_are_inactive() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    assert!(api.is_active(&access));
    let id = app.client.id.clone();
    assert!(server.db_write(move |connection| Ok(client::delete(connection, &id)?)));
    assert_inactive(&introspect(&server, &api.client, &access));
}

#[test]
fn tokens_of_a_service_end_with_it() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let service = server.db_client(NewClient::service());
    let token = server
        .post_as(
            &service,
            "/oauth/token",
            &[("grant_type", "client_credentials")],
        )
        .assert_tokens();
    assert!(api.is_active(&token));
    server.db_disable_client(&service.id, true);
    assert!(!api.is_active(&token));
}
