//! RFC 7662 §2.2: the members of an active answer tell what was issued, and three of ours.

use latchkey::models::user;
use latchkey::oauth::List;
use serde_json::{Value, json};

use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp};

/// The names of an answer's members.
fn names(answer: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = answer
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_users_token_tells_what_was_issued() {
    let server = TestServer::start();
    let ada = server.db_user("Ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let code = app.code_for("Ada", &app.request_with(&[("scope", Some("read write"))]));
    let issued = app.redeem(&code);
    let now = server.app.now().seconds();
    let known = api.introspect(&issued.assert_tokens());
    assert_eq!(known["active"], Value::Bool(true));
    assert_eq!(known["scope"].as_str().unwrap(), issued.member("scope"));
    assert_eq!(known["client_id"], *app.client.id);
    assert_eq!(known["sub"], *ada);
    assert!(ada.starts_with("usr_") && app.client.id.starts_with("cli_"));
    assert_eq!(known["username"], "Ada", "as typed");
    assert_eq!(known["token_type"], "Bearer");
    assert_eq!(known["iss"], *server.url);
    assert_eq!(
        known["aud"], *server.url,
        "the issuer, where nothing else is configured"
    );
    assert_eq!(known["kind"], "access");
    assert_eq!(known["roles"], json!(["user"]));
    let time = |name: &str| {
        known[name]
            .as_i64()
            .unwrap_or_else(|| panic!("{name} is no number in {known}"))
    };
    assert!((now - 5..=now).contains(&time("iat")));
    assert_eq!(time("nbf"), time("iat"));
    assert_eq!(
        time("exp") - time("iat"),
        issued.json()["expires_in"].as_i64().unwrap()
    );
    assert!(!known["jti"].as_str().unwrap().is_empty());
    let expected = [
        "active",
        "aud",
        "client_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "kind",
        "nbf",
        "roles",
        "scope",
        "sub",
        "token_type",
        "username",
    ];
    assert_eq!(names(&known), expected);
}

#[test]
fn a_services_token_names_no_user() {
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
    let known = api.introspect(&token);
    assert_eq!(known["sub"], *service.id);
    let expected = [
        "active",
        "aud",
        "client_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "kind",
        "nbf",
        "scope",
        "sub",
        "token_type",
    ];
    assert_eq!(names(&known), expected);
}

#[test]
fn a_refresh_token_tells_its_grant_and_no_token_type() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, refresh) = app.tokens("ada");
    let known = server
        .post_as(&app.client, "/oauth/introspect", &[("token", &refresh)])
        .json();
    assert_eq!(
        (known["sub"].as_str(), known["scope"].as_str()),
        (Some(ada.as_str()), Some("read"))
    );
    let expected = [
        "active",
        "aud",
        "client_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "kind",
        "nbf",
        "roles",
        "scope",
        "sub",
        "username",
    ];
    assert_eq!(names(&known), expected);
}

#[test]
fn each_token_has_its_own_jti_which_is_no_token() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (first, _) = app.tokens("ada");
    let (second, _) = app.tokens("ada");
    let jti = |token: &str| api.introspect(token)["jti"].as_str().unwrap().to_owned();
    assert_eq!(jti(&first), jti(&first));
    assert_ne!(jti(&first), jti(&second));
    assert!(!first.contains(&jti(&first)) && !api.is_active(&jti(&first)));
}

#[test]
fn the_configured_audience_is_told() {
    let server = TestServer::with(|config| {
        config.tokens.audience = Some(String::from("https://api.example"));
    });
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let known = api.introspect(&app.tokens("ada").0);
    assert_eq!(
        (known["aud"].as_str(), known["iss"].as_str()),
        (Some("https://api.example"), Some(server.url.as_str()))
    );
}

#[test]
fn roles_are_those_of_the_user_now() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    let id = ada.clone();
    server.db_write(move |connection| {
        Ok(user::set_roles(
            connection,
            &id,
            List(vec![String::from("admin")]),
        )?)
    });
    assert_eq!(api.introspect(&access)["roles"], json!(["user", "admin"]));
}

#[test]
fn personal_tokens_and_api_keys_tell_kind_and_project_and_may_never_end() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let api = ResourceServer::new(&server);
    let personal = server.db_personal_token(&ada, "read", None);
    let export = server.db_project_client("export", "read");
    let key = server.db_api_key(&export.id, "read", Some(100));
    let known = api.introspect(&personal);
    assert_eq!(
        (known["kind"].as_str(), known["project"].as_str()),
        (Some("personal"), Some(ada.as_str())),
        "a personal project is named like its user"
    );
    assert_eq!(
        (known["sub"].as_str(), known.get("exp")),
        (Some(ada.as_str()), None)
    );
    let known = api.introspect(&key);
    assert_eq!(
        (known["kind"].as_str(), known["project"].as_str()),
        (Some("api_key"), Some("export"))
    );
    assert_eq!(known["sub"], known["client_id"], "no user is involved");
    assert!(known["exp"].is_i64() && known.get("username").is_none());
    server.advance(10 * 365 * 86_400);
    assert!(api.is_active(&personal));
    assert!(!api.is_active(&key));
    server.db_disable_user(&ada, true);
    assert!(!api.is_active(&personal));
}
