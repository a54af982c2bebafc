//! What a signed access token (RFC 9068) is worth: its row tells, as for any other, and nothing that we
//! have not signed as such a token is one (RFC 8725).

mod forged;
mod length;

use crate::support::actors::REDIRECT_URI;
use crate::support::jwt::Jwt;
use crate::support::{Answer, NewClient, ResourceServer, TestServer, ThirdPartyApp};

fn signed_app(server: &TestServer) -> ThirdPartyApp<'_> {
    ThirdPartyApp::new(server, NewClient::web(REDIRECT_URI).signed())
}

#[test]
fn introspection_says_the_same_as_the_token() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let (token, _) = signed_app(&server).tokens("ada");
    let claims = Jwt::read(&token).claims;
    let known = api.introspect(&token);
    assert_eq!(known["active"], true);
    for (name, value) in claims.as_object().unwrap() {
        assert_eq!(&known[name], value, "{name}");
    }
    assert_eq!(known["kind"], "access");
    assert_eq!(known["token_type"], "Bearer");
    assert_eq!(known["username"], "ada");
}

#[test]
fn only_a_resource_server_and_its_own_client_may_ask() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, other) = (signed_app(&server), signed_app(&server));
    let (token, _) = app.tokens("ada");
    let form = [("token", token.as_str())];
    let active = |client| {
        let answer = server.post_as(client, "/oauth/introspect", &form);
        answer.json()["active"] == true
    };
    assert!(active(&app.client));
    assert!(!active(&other.client));
}

#[test]
fn a_revoked_token_is_inactive_at_once() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let app = signed_app(&server);
    let (token, refresh_token) = app.tokens("ada");
    assert!(api.is_active(&token));
    assert_eq!(app.revoke(&token).status, 200);
    assert_eq!(api.introspect(&token), serde_json::json!({"active": false}));
    assert_eq!(server.db_events("token.revoked"), 1);
    let next = app.refresh(&refresh_token).assert_tokens();
    assert!(api.is_active(&next), "an access token ends alone");
}

#[test]
fn another_clients_token_cannot_be_revoked() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let (app, other) = (signed_app(&server), signed_app(&server));
    let (token, _) = app.tokens("ada");
    other.revoke(&token).assert_error(400, "invalid_grant");
    assert!(api.is_active(&token));
}

#[test]
fn what_ends_other_tokens_ends_signed_ones() {
    let server = TestServer::start();
    let user_id = server.db_user("ada");
    let api = ResourceServer::new(&server);
    let app = signed_app(&server);

    let (token, refresh_token) = app.tokens("ada");
    app.revoke(&refresh_token);
    assert!(!api.is_active(&token), "its refresh token was revoked");

    let code = app.code("ada");
    let token = app.redeem(&code).assert_tokens();
    app.redeem(&code).assert_error(400, "invalid_grant");
    assert!(!api.is_active(&token), "its code was replayed");

    let (token, _) = app.tokens("ada");
    server.db_revoke_of_user(&user_id);
    assert!(!api.is_active(&token), "the app was disconnected");

    let (token, _) = app.tokens("ada");
    server.db_disable_user(&user_id, true);
    assert!(!api.is_active(&token), "the user is disabled");
    server.db_disable_user(&user_id, false);
    assert!(api.is_active(&token));
    server.db_disable_client(&app.client.id, true);
    assert!(!api.is_active(&token), "the client is disabled");
}

#[test]
fn an_expired_token_is_inactive_before_and_after_the_purge() {
    let server = TestServer::with(|config| config.limits.misses = 2);
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let (token, _) = signed_app(&server).tokens("ada");
    server.advance(3540);
    assert!(api.is_active(&token));
    server.advance(60);
    assert!(!api.is_active(&token));
    let now = server.app.now();
    server.db_write(move |connection| Ok(latchkey::models::purge::batch(connection, now)?));
    assert_eq!(server.db_count("access_tokens"), 0);
    // It was ours: it is no guess, however often somebody asks.
    let bearer = format!("Bearer {token}");
    let verify = format!("{}/auth/verify", server.url);
    for _ in 0..5 {
        assert!(!api.is_active(&token));
        let refused = Answer::get(&verify, &[("authorization", &bearer)]);
        refused.assert_error(401, "invalid_token");
    }
}

#[test]
fn made_up_tokens_are_counted_as_misses() {
    let server = TestServer::with(|config| config.limits.misses = 3);
    let api = ResourceServer::new(&server);
    for _ in 0..3 {
        assert!(!api.is_active("eyJhbGciOiJub25lIn0.e30."));
    }
    let form = [("token", "eyJhbGciOiJub25lIn0.e30.")];
    let answer = server.post_as(&api.client, "/oauth/introspect", &form);
    assert_eq!(answer.status, 429, "{answer:?}");
}
