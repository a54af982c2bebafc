//! Cross-origin reading (Fetch standard; RFC 9700 §2.6): for programs in browsers, never with credentials.

use crate::support::{Answer, NewClient, TestServer};

const OWN: &str = "https://spa.example";
const FOREIGN: &str = "https://evil.example";

fn registered(server: &TestServer) -> crate::support::app::RegisteredClient {
    server.db_client(NewClient {
        origins: vec![OWN.to_owned()],
        ..NewClient::first_party_spa()
    })
}

fn preflight(server: &TestServer, path: &str, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "authorization,content-type",
        ),
    ];
    Answer::send("OPTIONS", &format!("{}{path}", server.url), &headers, None)
}

fn permissions(answer: &Answer) -> Vec<&str> {
    answer
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| name.starts_with("access-control-"))
        .collect()
}

fn varies(answer: &Answer) -> bool {
    answer
        .headers
        .iter()
        .any(|(name, value)| name == "vary" && value.to_lowercase().contains("origin"))
}

#[test]
fn a_registered_origin_may_ask_for_tokens_and_revoke_them() {
    let server = TestServer::start();
    registered(&server);
    for path in ["/oauth/token", "/oauth/revoke"] {
        let answer = preflight(&server, path, OWN);
        assert!([200, 204].contains(&answer.status), "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(OWN));
        assert!(
            answer
                .header("access-control-allow-methods")
                .unwrap()
                .contains("POST")
        );
        let headers = answer
            .header("access-control-allow-headers")
            .unwrap()
            .to_lowercase();
        assert!(
            headers.contains("authorization") && headers.contains("content-type"),
            "{headers}"
        );
        assert!(answer.header("access-control-allow-credentials").is_none());
        assert!(varies(&answer), "{answer:?}");
    }
}

#[test]
fn the_answer_itself_may_be_read_whether_it_is_good_or_an_error() {
    let server = TestServer::start();
    let spa = registered(&server);
    server.db_user("ada");
    let sign_in = |password: &str| {
        let form = [
            ("grant_type", "password"),
            ("username", "ada"),
            ("password", password),
            ("client_id", &spa.id),
        ];
        server.post_with("/oauth/token", &[("origin", OWN)], &form)
    };
    let good = sign_in(crate::support::app::PASSWORD);
    let token = good.assert_tokens();
    let bad = sign_in("wrong");
    bad.assert_error(400, "invalid_grant");
    let unknown = server.post_with(
        "/oauth/token",
        &[("origin", OWN)],
        &[("grant_type", "password"), ("client_id", "x")],
    );
    unknown.assert_error(401, "invalid_client");
    let form = [("token", token.as_str()), ("client_id", &spa.id)];
    let revoked = server.post_with("/oauth/revoke", &[("origin", OWN)], &form);
    assert_eq!(revoked.status, 200);
    let json = [("origin", OWN), ("content-type", "application/json")];
    let wrong_type = Answer::send(
        "POST",
        &format!("{}/oauth/token", server.url),
        &json,
        Some(b"{}"),
    );
    assert_eq!(wrong_type.status, 400);
    let wrong_method = Answer::get(&format!("{}/oauth/token", server.url), &[("origin", OWN)]);
    assert_eq!(wrong_method.status, 405);
    for answer in [good, bad, unknown, revoked, wrong_type, wrong_method] {
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some(OWN),
            "{answer:?}"
        );
        assert!(
            answer.header("access-control-allow-credentials").is_none(),
            "{answer:?}"
        );
        assert!(varies(&answer), "{answer:?}");
    }
}

#[test]
fn an_unknown_origin_gets_no_permission() {
    let server = TestServer::start();
    registered(&server);
    let almost = [
        "https://spa.example:8443",
        "http://spa.example",
        "https://spa.example.evil.example",
        "null",
        FOREIGN,
    ];
    for path in ["/oauth/token", "/oauth/revoke"] {
        for origin in almost {
            let answer = preflight(&server, path, origin);
            assert_eq!(permissions(&answer), [""; 0], "{origin}: {answer:?}");
            assert!(
                varies(&answer),
                "a cache must not keep this for others: {answer:?}"
            );
            let answer = server.post_with(path, &[("origin", origin)], &[("token", "x")]);
            assert_eq!(permissions(&answer), [""; 0], "{origin}: {answer:?}");
            assert!(varies(&answer), "{answer:?}");
        }
    }
    let plain = server.post("/oauth/token", &[("grant_type", "password")]);
    assert!(varies(&plain), "also where no origin was sent: {plain:?}");
}

#[test]
fn the_origin_of_a_disabled_client_is_unknown() {
    let server = TestServer::start();
    let spa = registered(&server);
    let now = server.app.now();
    let id = spa.id.clone();
    server.db_write(move |connection| {
        Ok(latchkey::models::client::set_disabled(
            connection,
            &id,
            Some(now),
        )?)
    });
    assert_eq!(
        permissions(&preflight(&server, "/oauth/token", OWN)),
        [""; 0]
    );
    let id = spa.id;
    server.db_write(move |connection| {
        Ok(latchkey::models::client::set_disabled(
            connection, &id, None,
        )?)
    });
    assert!(!permissions(&preflight(&server, "/oauth/token", OWN)).is_empty());
}

#[test]
fn the_metadata_is_for_every_origin() {
    let server = TestServer::start();
    let path = "/.well-known/oauth-authorization-server";
    let answer = Answer::get(&format!("{}{path}", server.url), &[("origin", FOREIGN)]);
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (200, Some("*"))
    );
    assert!(answer.header("access-control-allow-credentials").is_none());
    let headers = [
        ("origin", FOREIGN),
        ("access-control-request-method", "GET"),
    ];
    let answer = Answer::send("OPTIONS", &format!("{}{path}", server.url), &headers, None);
    assert!([200, 204].contains(&answer.status), "{answer:?}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert!(
        answer
            .header("access-control-allow-methods")
            .unwrap()
            .contains("GET")
    );
}

#[test]
fn pages_the_authorization_endpoint_and_introspection_give_no_permission() {
    let server = TestServer::start();
    registered(&server);
    for path in [
        "/oauth/authorize",
        "/login",
        "/logout",
        "/account",
        "/setup",
        "/oauth/introspect",
        "/oauth/authorize/consent",
    ] {
        for origin in [OWN, FOREIGN] {
            let answer = preflight(&server, path, origin);
            assert_eq!(permissions(&answer), [""; 0], "{path}: {answer:?}");
            let answer = Answer::get(&format!("{}{path}", server.url), &[("origin", origin)]);
            assert_eq!(permissions(&answer), [""; 0], "{path}: {answer:?}");
            assert!(answer.status < 500);
        }
    }
}

#[test]
fn a_browser_sees_when_to_try_again() {
    let server = TestServer::with(|config| config.limits.secret_failures = 1);
    let spa = server.db_client(NewClient {
        origins: vec![OWN.to_owned()],
        ..NewClient::service()
    });
    let wrong = [
        ("grant_type", "client_credentials"),
        ("client_id", &*spa.id),
        ("client_secret", "wrong"),
    ];
    server
        .post_with("/oauth/token", &[("origin", OWN)], &wrong)
        .assert_error(401, "invalid_client");
    let answer = server.post_with("/oauth/token", &[("origin", OWN)], &wrong);
    answer.assert_error(429, "temporarily_unavailable");
    assert!(
        answer
            .header("retry-after")
            .unwrap()
            .parse::<u32>()
            .unwrap()
            > 0
    );
    assert_eq!(answer.header("access-control-allow-origin"), Some(OWN));
    assert!(
        answer
            .header("access-control-expose-headers")
            .unwrap()
            .to_lowercase()
            .contains("retry-after")
    );
}
