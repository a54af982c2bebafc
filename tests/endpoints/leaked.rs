//! `POST /auth/leaked`: what is reported and live ends at once, and an outsider learns little.

use latchkey::oauth::{PlainSecret, SecretKind};
use serde_json::json;
use tempfile::TempDir;

use crate::support::{Answer, NewClient, ResourceServer, TestServer, ThirdPartyApp};

fn report(server: &TestServer, tokens: &[&str]) -> Answer {
    let form: Vec<(&str, &str)> = tokens.iter().map(|token| ("token", *token)).collect();
    server.post("/auth/leaked", &form)
}

/// Whether each reported token was revoked by this report.
#[track_caller]
fn revoked(answer: &Answer) -> Vec<bool> {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = answer.json()["tokens"].as_array().unwrap().clone();
    tokens
        .iter()
        .map(|token| token["revoked"].as_bool().unwrap())
        .collect()
}

fn random(server: &TestServer, kind: SecretKind) -> String {
    let secret = PlainSecret::generate(kind, server.app.now());
    secret.expose().to_owned()
}

#[test]
fn every_kind_of_access_token_ends_at_once() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (access, _) = app.tokens("ada");
    let personal = server.db_personal_token(&ada, "read", None);
    let key = server.db_api_key(&app.client.id, "read", None);
    let (kept, _) = app.tokens("ada");
    for token in [&access, &personal, &key] {
        assert!(api.is_active(token));
        let answer = report(&server, &[token]);
        let told = json!({"tokens": [{"last_four": &token[55..], "revoked": true}]});
        assert_eq!(answer.json(), told);
        assert!(!api.is_active(token));
    }
    assert!(
        api.is_active(&kept),
        "another token of the same grant's user"
    );
    assert_eq!(server.db_events("token.leaked"), 3);
    let because = "access_tokens WHERE revoked_because = 'reported as leaked'";
    assert_eq!(server.db_count(because), 3);
}

#[test]
fn a_refresh_token_takes_its_authorization_along_even_if_it_was_used() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (_, used) = app.tokens("ada");
    let next = app.refresh(&used);
    let (access, refresh) = (next.assert_tokens(), next.member("refresh_token"));
    assert_eq!(revoked(&report(&server, &[&used])), [true]);
    assert!(!api.is_active(&access));
    app.refresh(&refresh).assert_error(400, "invalid_grant");
    assert_eq!(
        revoked(&report(&server, &[&refresh, &used])),
        [false, false]
    );
}

#[test]
fn a_client_secret_ends_and_the_clients_others_stay() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let first = service.secret.clone().unwrap();
    let second = server.db_add_secret(&service.id);
    let grant = [("grant_type", "client_credentials")];
    let with = |secret: &str| {
        let mut client = service.clone();
        client.secret = Some(secret.to_owned());
        server.post_as(&client, "/oauth/token", &grant)
    };
    with(&first).assert_tokens();
    assert_eq!(revoked(&report(&server, &[&first])), [true]);
    for _ in 0..4 {
        with(&first).assert_error(401, "invalid_client");
        with(&second).assert_tokens();
    }
}

#[test]
fn a_signed_token_ends_where_it_was_issued_and_nowhere_else() {
    let server = TestServer::with(|config| config.limits.misses = 2);
    let api = ResourceServer::new(&server);
    let service = server.db_client(NewClient::service().signed());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    // Another issuer on the same database, which has the same keys.
    let mut config = server.app.config.clone();
    config.issuer = Some(String::from("http://localhost:9"));
    let other = TestServer::serve(config, TempDir::new().unwrap(), server.clock.clone());
    assert_eq!(revoked(&report(&other, &[&token])), [false]);
    assert!(api.is_active(&token));

    let told = json!({"tokens": [{"last_four": &token[token.len() - 4..], "revoked": true}]});
    assert_eq!(report(&server, &[&token]).json(), told);
    assert!(!api.is_active(&token));

    // Nobody can guess a signature, so what was purged is no guess.
    server.advance(3600);
    let now = server.app.now();
    server.db_write(move |connection| Ok(latchkey::models::purge::batch(connection, now)?));
    assert_eq!(server.db_count("access_tokens"), 0);
    for _ in 0..4 {
        assert_eq!(revoked(&report(&server, &[&token])), [false]);
    }
}

#[test]
fn a_report_has_many_tokens_in_lines_or_parameters() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let token = || server.db_personal_token(&ada, "read", None);
    let (one, two, three) = (token(), token(), token());
    let nobodys = random(&server, SecretKind::PersonalToken);
    let lines = format!("{one}\r\n\n  {two}  \nnot a token\n");
    let answer = report(&server, &[&lines, &three, &nobodys, &one]);
    assert_eq!(
        revoked(&answer),
        [true, true, false, true, false, false],
        "in the order of the report, each once"
    );
    assert_eq!(answer.json()["tokens"][2]["last_four"], json!(null));
    assert_eq!(answer.json()["tokens"][4]["last_four"], nobodys[55..]);
}

#[test]
fn a_hundred_tokens_may_come_in_parameters_of_their_own() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let live = server.db_personal_token(&ada, "read", None);
    let mut tokens = vec!["not a token"; 99];
    tokens.push(&live);
    let told = revoked(&report(&server, &tokens));
    assert_eq!((told.len(), told[99]), (100, true));
    tokens.push(&live);
    let refused = report(&server, &tokens);
    refused.assert_error(400, "invalid_request");
    assert!(refused.body.contains("at most 100 tokens"), "{refused:?}");
}

#[test]
fn what_is_not_live_cannot_be_told_from_what_never_was() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let (expired, ended) = (
        server.db_personal_token(&ada, "read", Some(10)),
        server.db_personal_token(&ada, "read", None),
    );
    server.db_revoke_token(&ended);
    server.advance(10);
    let nobodys = random(&server, SecretKind::PersonalToken);
    for token in [&expired, &ended, &nobodys] {
        let told = json!({"tokens": [{"last_four": &token[55..], "revoked": false}]});
        assert_eq!(report(&server, &[token]).json(), told);
    }
    assert_eq!(server.db_events("token.leaked"), 0);
}

#[test]
fn a_report_without_tokens_or_with_too_many_is_refused() {
    let server = TestServer::start();
    report(&server, &[]).assert_error(400, "invalid_request");
    report(&server, &["", " \n"]).assert_error(400, "invalid_request");
    let many = "x\n".repeat(101);
    report(&server, &[&many]).assert_error(400, "invalid_request");
    let url = format!("{}/auth/leaked", server.url);
    let json = [("content-type", "application/json")];
    Answer::send("POST", &url, &json, Some(b"{\"token\":\"x\"}"))
        .assert_error(400, "invalid_request");
    server
        .get("/auth/leaked")
        .assert_error(405, "invalid_request");
}

#[test]
fn reports_of_nothing_are_slowed_down_while_live_tokens_are_taken() {
    let server = TestServer::with(|config| config.limits.misses = 3);
    let ada = server.db_user("ada");
    let api = ResourceServer::new(&server);
    let live = server.db_personal_token(&ada, "read", None);
    let unknown = || random(&server, SecretKind::ApiKey);
    for _ in 0..3 {
        assert_eq!(revoked(&report(&server, &[&unknown()])), [false]);
    }
    for text in [unknown(), String::from("nothing")] {
        let slowed = report(&server, &[&text]);
        slowed.assert_error(429, "temporarily_unavailable");
        assert!(slowed.header("retry-after").is_some());
    }
    assert_eq!(
        revoked(&report(&server, &[&unknown(), &live])),
        [false, true]
    );
    assert!(!api.is_active(&live));
}
