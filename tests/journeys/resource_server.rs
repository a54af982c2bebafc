//! An API that asks about every token it is shown, and tells nobody more than it should know.

use serde_json::json;

use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp};

const INACTIVE: &str = r#"{"active":false}"#;

#[test]
fn an_api_knows_of_every_live_token_whose_it_is_and_what_it_may_do() {
    let server = TestServer::start();
    let user_id = server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let service = server.db_client(NewClient::service());
    let (of_user, refresh_token) = app.tokens("ada");
    let grant = [("grant_type", "client_credentials"), ("scope", "write")];
    let of_service = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();

    let known = api.introspect(&of_user);
    let now = known["iat"].as_i64().unwrap();
    assert_eq!(
        known,
        json!({
            "active": true, "scope": "read", "client_id": app.client.id, "sub": user_id, "username": "ada",
            "token_type": "Bearer", "exp": now + 3600, "iat": now, "nbf": now, "iss": server.url, "aud": server.url,
            "jti": known["jti"], "kind": "access", "roles": ["user"],
        })
    );
    let known = api.introspect(&of_service);
    assert_eq!(
        (known["sub"].as_str(), known["client_id"].as_str()),
        (Some(&*service.id), Some(&*service.id))
    );
    assert!(
        known.get("username").is_none() && known.get("roles").is_none(),
        "{known}"
    );
    assert!(
        !api.is_active(&refresh_token),
        "a refresh token opens nothing at an API"
    );
}

#[test]
fn an_api_learns_nothing_of_what_is_not_live() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (revoked, _) = app.tokens("ada");
    app.revoke(&revoked);
    let (expired, _) = app.tokens("ada");
    server.advance(3600);
    let code = app.code("ada");
    let secret = api.client.secret.clone().unwrap();
    let mut mistyped = expired.clone();
    mistyped.replace_range(20..21, if &expired[20..21] == "a" { "b" } else { "a" });
    for token in [
        &*revoked, &expired, &mistyped, &code, &secret, "", "nonsense", "lka_",
    ] {
        let answer = server.post_as(&api.client, "/oauth/introspect", &[("token", token)]);
        if token.is_empty() {
            answer.assert_error(400, "invalid_request");
        } else {
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (200, INACTIVE),
                "{token}"
            );
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
}

#[test]
fn whoever_is_no_api_learns_of_its_own_tokens_alone() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let service = server.db_client(NewClient::service());
    let native = server.db_client(NewClient::public("http://127.0.0.1/cb"));
    let (token, _) = app.tokens("ada");
    let as_client = |client| server.post_as(client, "/oauth/introspect", &[("token", &token)]);
    assert_eq!(as_client(&app.client).json()["active"], true);
    assert_eq!(as_client(&service).body, INACTIVE);
    as_client(&native).assert_error(401, "invalid_client");
    server
        .post("/oauth/introspect", &[("token", &token)])
        .assert_error(401, "invalid_client");
}
