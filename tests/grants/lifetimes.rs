//! How long tokens live: by client, else by configuration; always told (RFC 6749 §5.1).

use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp};

const URI: &str = "https://app.example/callback";
const DAY: i64 = 86_400;

#[test]
fn expires_in_is_the_real_lifetime() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let answer = app.redeem(&app.code("ada"));
    let token = answer.assert_tokens();
    let known = api.introspect(&token);
    let lifetime = known["exp"].as_i64().unwrap() - known["iat"].as_i64().unwrap();
    assert_eq!(answer.json()["expires_in"], lifetime);
    server.advance(lifetime - 10);
    assert!(api.is_active(&token));
    server.advance(10);
    assert!(!api.is_active(&token));
}

#[test]
fn the_configured_lifetime_holds_for_every_grant() {
    let server = TestServer::with(|config| config.tokens.access_ttl = 120);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let answer = app.redeem(&app.code("ada"));
    assert_eq!(answer.json()["expires_in"], 120);
    assert_eq!(
        app.refresh(&answer.member("refresh_token")).json()["expires_in"],
        120
    );
    let service = server.db_client(NewClient::service());
    let answer = server.post_as(
        &service,
        "/oauth/token",
        &[("grant_type", "client_credentials")],
    );
    assert_eq!(answer.json()["expires_in"], 120);
    let spa = server.db_client(NewClient::first_party_spa());
    let password = crate::support::app::PASSWORD;
    let form = [
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", password),
    ];
    assert_eq!(
        server.post_as(&spa, "/oauth/token", &form).json()["expires_in"],
        120
    );
}

#[test]
fn a_clients_own_lifetimes_win() {
    let server = TestServer::with(|config| {
        config.tokens.access_ttl = 120;
        config.tokens.refresh_ttl = Some(5000);
    });
    server.db_user("ada");
    let own = NewClient {
        access_ttl: Some(30),
        refresh_ttl: Some(500),
        ..NewClient::web(URI)
    };
    let app = ThirdPartyApp::new(&server, own);
    let api = ResourceServer::new(&server);
    let answer = app.redeem(&app.code("ada"));
    assert_eq!(answer.json()["expires_in"], 30);
    server.advance(31);
    assert!(!api.is_active(&answer.assert_tokens()));
    let second = app.refresh(&answer.member("refresh_token"));
    assert_eq!(second.json()["expires_in"], 30);
    server.advance(501);
    app.refresh(&second.member("refresh_token"))
        .assert_error(400, "invalid_grant");
}

#[test]
fn refresh_tokens_of_public_clients_live_shorter() {
    let server = TestServer::start();
    server.db_user("ada");
    let web = ThirdPartyApp::web(&server);
    let spa = ThirdPartyApp::new(&server, NewClient::public(URI));
    let (early, late) = (spa.tokens("ada").1, spa.tokens("ada").1);
    let (early_web, late_web) = (web.tokens("ada").1, web.tokens("ada").1);
    server.advance(7 * DAY - 60);
    spa.refresh(&early).assert_tokens();
    server.advance(61);
    spa.refresh(&late).assert_error(400, "invalid_grant");
    server.advance(23 * DAY - 61);
    web.refresh(&early_web).assert_tokens();
    server.advance(61);
    web.refresh(&late_web).assert_error(400, "invalid_grant");
}

#[test]
fn a_configured_refresh_lifetime_holds_for_both_kinds_of_client() {
    let server = TestServer::with(|config| config.tokens.refresh_ttl = Some(1000));
    server.db_user("ada");
    for client in [NewClient::web(URI), NewClient::public(URI)] {
        let app = ThirdPartyApp::new(&server, client);
        let (early, late) = (app.tokens("ada").1, app.tokens("ada").1);
        server.advance(950);
        app.refresh(&early).assert_tokens();
        server.advance(51);
        app.refresh(&late).assert_error(400, "invalid_grant");
    }
}

#[test]
fn introspection_tells_the_end_of_a_refresh_token_and_never_beyond_the_absolute_one() {
    let server = TestServer::with(|config| {
        config.tokens.refresh_ttl = Some(1000);
        config.tokens.refresh_max_age = 1500;
    });
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let end = |token: &str| {
        let known = server
            .post_as(&app.client, "/oauth/introspect", &[("token", token)])
            .json();
        (
            known["exp"].as_i64().unwrap(),
            known["iat"].as_i64().unwrap(),
        )
    };
    let (_, first) = app.tokens("ada");
    let (exp, granted_at) = end(&first);
    assert_eq!(exp - granted_at, 1000);
    server.advance(900);
    let second = app.refresh(&first).member("refresh_token");
    let (exp, _) = end(&second);
    assert!(
        (1500..=1501).contains(&(exp - granted_at)) || exp - granted_at == 1499,
        "{}",
        exp - granted_at
    );
}

#[test]
fn access_tokens_may_outlive_the_refresh_token_that_made_them() {
    let server = TestServer::with(|config| config.tokens.refresh_ttl = Some(100));
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (access, refresh) = app.tokens("ada");
    let client = app.client.clone();
    server.advance(200);
    let server = server.restart();
    let api = ResourceServer::new(&server);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    server
        .post_as(&client, "/oauth/token", &form)
        .assert_error(400, "invalid_grant");
    assert!(api.is_active(&access), "the purge leaves what lives");
}
