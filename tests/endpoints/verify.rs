//! `/auth/verify`: who passes, and what the gateway is told. Below: which `credentials` count, which
//! `demands` a gateway may make, what guessing and failures come to (`limits`), what is kept of
//! `refusals`.

mod credentials;
mod demands;
mod limits;
mod refusals;

use latchkey::oauth::{PlainSecret, SecretKind};

use crate::support::app::basic;
use crate::support::{Answer, NewClient, ResourceServer, TestServer, ThirdPartyApp};

const CHALLENGE: &str = r#"Bearer realm="latchkey""#;
const TELLS: [&str; 7] = [
    "x-auth-subject",
    "x-auth-username",
    "x-auth-client",
    "x-auth-project",
    "x-auth-scope",
    "x-auth-roles",
    "x-auth-token-id",
];

fn ask(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Answer {
    Answer::get(&format!("{}{path}", server.url), headers)
}

fn bearer(server: &TestServer, token: &str) -> Answer {
    ask(
        server,
        "/auth/verify",
        &[("authorization", &format!("Bearer {token}"))],
    )
}

/// Fails the test unless it is a 401 or 403 of RFC 6750 §3 that says nothing of anybody.
#[track_caller]
fn assert_refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{answer:?}");
    let challenge = answer.header("www-authenticate").unwrap();
    let expected = format!("{CHALLENGE}, error=\"{error}\", error_description=\"");
    assert!(challenge.starts_with(&expected), "{challenge}");
    assert_eq!(challenge.matches('"').count() % 2, 0, "{challenge}");
    answer.assert_error(status, error);
    for name in TELLS {
        assert_eq!(answer.header(name), None);
    }
}

/// Fails the test unless it is the challenge to somebody who has shown nothing.
#[track_caller]
fn assert_unknown(answer: &Answer) {
    assert_eq!(answer.status, 401, "{answer:?}");
    assert_eq!(answer.header("www-authenticate"), Some(CHALLENGE));
    assert_eq!(answer.body, "");
}

#[track_caller]
fn told(answer: &Answer) -> [&str; 7] {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        (answer.body.as_str(), answer.header("cache-control")),
        ("", Some("no-store"))
    );
    TELLS.map(|name| {
        answer
            .header(name)
            .unwrap_or_else(|| panic!("no {name} in {answer:?}"))
    })
}

#[test]
fn a_users_token_tells_all_that_introspection_tells() {
    let server = TestServer::start();
    let ada = server.db_user("Zoë Kovács +/%\"");
    server.db_role("editor", "", &[]);
    server.db_set_roles(&ada, &["editor"]);
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (token, _) = app.tokens("Zoë Kovács +/%\"");
    let known = api.introspect(&token);
    let answer = bearer(&server, &token);
    assert_eq!(
        told(&answer),
        [
            &ada,
            "Zo%C3%AB%20Kov%C3%A1cs%20%2B%2F%25%22",
            &app.client.id,
            "",
            "read",
            "user editor",
            known["jti"].as_str().unwrap()
        ]
    );
}

#[test]
fn a_personal_token_and_an_api_key_tell_their_project() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let export = server.db_project_client("export", "read write");
    let personal = server.db_personal_token(&ada, "read", None);
    let key = server.db_api_key(&export.id, "read write", None);
    let answer = bearer(&server, &personal);
    let [subject, username, _, project, scope, roles, _] = told(&answer);
    assert_eq!(
        [subject, username, project, scope, roles],
        [&ada, "ada", &ada, "read", "user"]
    );
    let answer = bearer(&server, &key);
    let [subject, username, client, project, scope, roles, id] = told(&answer);
    assert_eq!(
        [subject, username, client, project, scope, roles],
        [&export.id, "", &export.id, "export", "read write", ""]
    );
    assert_eq!(id.len(), 48);
}

#[test]
fn a_client_with_its_secret_acts_as_itself_with_what_it_may_still_have() {
    let server = TestServer::start();
    let export = server.db_project_client("export", "read write gone");
    let header = basic(&export.id, export.secret.as_ref().unwrap());
    let answer = ask(&server, "/auth/verify", &[("authorization", &header)]);
    assert_eq!(
        told(&answer),
        [&export.id, "", &export.id, "export", "read write", "", ""]
    );
}

#[test]
fn without_a_credential_the_challenge_says_nothing_more() {
    let server = TestServer::start();
    for path in ["/auth/verify", "/auth/verify/", "/auth/verify/notes/1?a=b"] {
        assert_unknown(&ask(&server, path, &[]));
    }
}

#[test]
fn every_method_and_path_below_is_answered_alike_and_no_body_is_read() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let token = server.db_personal_token(&ada, "read", None);
    let header = format!("Bearer {token}");
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        for path in ["", "/", "/notes/1", "/a%2Fb/../c//d", "/oauth/token"] {
            let url = format!("{}/auth/verify{path}", server.url);
            let body = matches!(method, "POST" | "PUT" | "PATCH").then_some(&b"access_token=x"[..]);
            let form = [
                ("authorization", header.as_str()),
                ("content-type", "application/x-www-form-urlencoded"),
            ];
            let passed = Answer::send(method, &url, &form, body);
            assert_eq!(passed.status, 200, "{method} {url}: {passed:?}");
            assert_eq!(passed.header("x-auth-username"), Some("ada"));
            let refused = Answer::send(method, &url, &form[1..], body);
            assert_eq!(refused.status, 401, "{method} {url}: {refused:?}");
        }
    }
    for path in ["/auth/verifyx", "/auth", "/auth/"] {
        let answer = ask(&server, path, &[("authorization", &header)]);
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[test]
fn a_revoked_key_or_a_role_taken_away_counts_at_the_next_request() {
    let server = TestServer::start();
    server.db_grant_to_everybody("");
    let ada = server.db_user("ada");
    server.db_role("editor", "write", &[]);
    server.db_set_roles(&ada, &["editor"]);
    let token = server.db_personal_token(&ada, "read write", None);
    let header = format!("Bearer {token}");
    let ask = |server: &TestServer| {
        let query = "/auth/verify?scope=write";
        ask(server, query, &[("authorization", &header)])
    };
    assert_eq!(ask(&server).status, 200);
    server.db_set_roles(&ada, &[]);
    for _ in 0..4 {
        assert_refused(&ask(&server), 403, "insufficient_scope");
    }
    server.db_set_roles(&ada, &["editor"]);
    assert_eq!(ask(&server).status, 200);
    server.db_revoke_token(&token);
    for _ in 0..4 {
        assert_refused(&ask(&server), 401, "invalid_token");
    }
}

#[test]
fn what_opens_nothing_is_an_invalid_token() {
    let server = TestServer::with(|config| config.tokens.refresh_ttl = Some(7200));
    let ada = server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (access, refresh) = app.tokens("ada");
    let code = app.code("ada");
    let foreign = PlainSecret::generate(SecretKind::AccessToken, server.app.now());
    let (secret, cut) = (app.client.secret.clone().unwrap(), &access[..58]);
    for token in [&refresh, &code, &secret, cut, foreign.expose(), "x", "a b"] {
        assert_refused(&bearer(&server, token), 401, "invalid_token");
    }
    let personal = server.db_personal_token(&ada, "read", Some(100));
    assert_eq!(bearer(&server, &personal).status, 200);
    server.advance(100);
    assert_refused(&bearer(&server, &personal), 401, "invalid_token");
    assert_eq!(bearer(&server, &access).status, 200);
    server.db_disable_user(&ada, true);
    assert_refused(&bearer(&server, &access), 401, "invalid_token");
    server.db_disable_user(&ada, false);
    server.db_disable_client(&app.client.id, true);
    assert_refused(&bearer(&server, &access), 401, "invalid_token");
}

#[test]
fn verifications_are_counted_and_note_the_last_use() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let service = server.db_client(NewClient::service());
    let token = server.db_personal_token(&ada, "read", None);
    assert_eq!(bearer(&server, &token).status, 200);
    let header = basic(&service.id, service.secret.as_ref().unwrap());
    let own = ask(&server, "/auth/verify", &[("authorization", &header)]);
    assert_eq!(own.status, 200);
    ask(&server, "/auth/verify", &[]);
    let metrics = server.get("/metrics").body;
    for line in [
        "latchkey_verifications_total{outcome=\"passed\"} 2",
        "latchkey_verifications_total{outcome=\"refused\"} 1",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
    server
        .wait(server.app.last_uses.write(&server.app.db))
        .unwrap();
    for used in [
        "token_uses".to_owned(),
        format!(
            "clients WHERE last_used_at IS NOT NULL AND id = '{}'",
            service.id
        ),
    ] {
        assert_eq!(server.db_count(&used), 1, "{used}");
    }
}
