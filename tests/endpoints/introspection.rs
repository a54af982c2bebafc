//! RFC 7662: who may ask for what. Below: the members of an active `answer`, what is `inactive`, what
//! narrows the `scope` of a live token.

mod answer;
mod inactive;
mod scope;

use latchkey::oauth::{PlainSecret, SecretKind};

use crate::support::app::{RegisteredClient, basic};
use crate::support::{Answer, NewClient, ResourceServer, TestServer, ThirdPartyApp};

/// RFC 7662 §2.2: an inactive answer says nothing more.
const INACTIVE: &str = r#"{"active":false}"#;

fn introspect(server: &TestServer, client: &RegisteredClient, token: &str) -> Answer {
    server.post_as(client, "/oauth/introspect", &[("token", token)])
}

#[track_caller]
fn assert_inactive(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, INACTIVE),
        "{answer:?}"
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn who_does_not_prove_who_it_is_learns_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    let form = [("token", access.as_str())];
    server
        .post("/oauth/introspect", &form)
        .assert_error(401, "invalid_client");
    let bearer = format!("Bearer {access}");
    let with =
        |header: &str| server.post_with("/oauth/introspect", &[("authorization", header)], &form);
    with(&bearer).assert_error(401, "invalid_client");
    let wrong = with(&basic(&api.client.id, "wrong"));
    wrong.assert_error(401, "invalid_client");
    assert!(
        wrong
            .header("www-authenticate")
            .unwrap()
            .starts_with("Basic ")
    );
    let named = [form[0], ("client_id", api.client.id.as_str())];
    server
        .post("/oauth/introspect", &named)
        .assert_error(401, "invalid_client");
}

#[test]
fn a_public_client_may_not_ask_even_for_its_own() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::new(&server, NewClient::public("https://spa.example/callback"));
    let (access, refresh) = app.tokens("ada");
    for token in [&access, &refresh] {
        introspect(&server, &app.client, token).assert_error(401, "invalid_client");
    }
}

#[test]
fn a_confidential_client_sees_its_own_tokens_and_nobody_elses() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, other) = (ThirdPartyApp::web(&server), ThirdPartyApp::web(&server));
    let (access, refresh) = app.tokens("ada");
    for token in [&access, &refresh] {
        assert_eq!(
            introspect(&server, &app.client, token).json()["active"],
            true
        );
        assert_inactive(&introspect(&server, &other.client, token));
    }
}

#[test]
fn a_refresh_token_is_active_for_its_own_client_alone() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (_, refresh) = app.tokens("ada");
    assert_inactive(&introspect(&server, &api.client, &refresh));
    let known = introspect(&server, &app.client, &refresh).json();
    assert_eq!(
        (known["active"].as_bool(), known["kind"].as_str()),
        (Some(true), Some("refresh"))
    );
    assert!(
        known.get("token_type").is_none(),
        "it opens nothing: {known}"
    );
}

#[test]
fn the_hint_is_only_a_hint() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (access, refresh) = app.tokens("ada");
    for token in [&access, &refresh] {
        let expected = introspect(&server, &app.client, token).body;
        for hint in ["access_token", "refresh_token", "foo", ""] {
            let form = [
                ("token", token.as_str()),
                ("token_type_hint", hint),
                ("foo", "bar"),
            ];
            assert_eq!(
                server.post_as(&app.client, "/oauth/introspect", &form).body,
                expected
            );
        }
    }
}

#[test]
fn the_token_comes_once_in_a_posted_form() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    let post = |path: &str, form: &[(&str, &str)]| server.post_as(&api.client, path, form);
    post("/oauth/introspect", &[]).assert_error(400, "invalid_request");
    post("/oauth/introspect", &[("token", "")]).assert_error(400, "invalid_request");
    post(&format!("/oauth/introspect?token={access}"), &[]).assert_error(400, "invalid_request");
    post("/oauth/introspect", &[("token", &access), ("token", "x")])
        .assert_error(400, "invalid_request");
    let header = basic(&api.client.id, api.client.secret.as_ref().unwrap());
    let url = format!("{}/oauth/introspect?token={access}", server.url);
    let got = Answer::get(&url, &[("authorization", &header)]);
    got.assert_error(405, "invalid_request");
    assert_eq!(got.header("allow"), Some("POST"));
    let headers = [
        ("authorization", header.as_str()),
        ("content-type", "application/json"),
    ];
    let json = format!("{{\"token\":\"{access}\"}}");
    let answer = Answer::send("POST", &url, &headers, Some(json.as_bytes()));
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (400, "invalid_request")
    );
}

#[test]
fn fishing_for_tokens_is_slowed_down_while_live_ones_are_answered() {
    let server = TestServer::with(|config| config.limits.misses = 5);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (fisher, other) = (ResourceServer::new(&server), ResourceServer::new(&server));
    let (access, _) = app.tokens("ada");
    let (expired, _) = app.tokens("ada");
    app.revoke(&expired);
    let random = || {
        PlainSecret::generate(SecretKind::AccessToken, server.app.now())
            .expose()
            .to_owned()
    };
    for _ in 0..20 {
        assert_inactive(&introspect(&server, &fisher.client, &expired));
    }
    for _ in 0..5 {
        assert_inactive(&introspect(&server, &fisher.client, &random()));
    }
    for guess in [random(), String::from("guess")] {
        let throttled = introspect(&server, &fisher.client, &guess);
        throttled.assert_error(429, "temporarily_unavailable");
        assert!(
            throttled
                .header("retry-after")
                .unwrap()
                .parse::<i64>()
                .unwrap()
                >= 1
        );
    }
    assert!(fisher.is_active(&access), "a live token is always answered");
    assert_inactive(&introspect(&server, &other.client, &random()));
    server.advance(61);
    assert_inactive(&introspect(&server, &fisher.client, &random()));
}
