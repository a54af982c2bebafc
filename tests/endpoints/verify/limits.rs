//! Guessing is slowed down by the address of who guesses; a failure is never a pass.

use latchkey::oauth::{PlainSecret, SecretKind};

use super::{ask, assert_refused, bearer};
use crate::support::app::basic;
use crate::support::{Answer, NewClient, TestServer, ThirdPartyApp};

/// As a gateway that passes the client's address on.
fn from(server: &TestServer, address: &str, authorization: &str) -> Answer {
    let headers = [
        ("authorization", authorization),
        ("x-forwarded-for", address),
    ];
    ask(server, "/auth/verify", &headers)
}

#[test]
fn guessing_from_one_address_is_slowed_down_while_live_tokens_from_it_pass() {
    let server = TestServer::with(|config| {
        config.limits.misses = 5;
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    let ada = server.db_user("ada");
    let good = format!("Bearer {}", server.db_personal_token(&ada, "read", None));
    let guess = || {
        let secret = PlainSecret::generate(SecretKind::ApiKey, server.app.now());
        format!("Bearer {}", secret.expose())
    };
    for _ in 0..5 {
        assert_refused(&from(&server, "192.0.2.1", &guess()), 401, "invalid_token");
    }
    let slowed = from(&server, "192.0.2.1", &guess());
    slowed.assert_error(429, "temporarily_unavailable");
    assert!(slowed.header("retry-after").is_some());
    assert_eq!(from(&server, "192.0.2.1", &good).status, 200);
    assert_refused(&from(&server, "192.0.2.2", &guess()), 401, "invalid_token");
    server.advance(61);
    assert_refused(&from(&server, "192.0.2.1", &guess()), 401, "invalid_token");
}

#[test]
fn a_dead_token_is_no_guess() {
    let server = TestServer::with(|config| config.limits.misses = 2);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (revoked, refresh) = app.tokens("ada");
    app.revoke(&revoked);
    for _ in 0..5 {
        for token in [&revoked, &refresh] {
            assert_refused(&bearer(&server, token), 401, "invalid_token");
        }
    }
}

#[test]
fn wrong_secrets_of_a_client_are_slowed_down_while_the_right_one_passes() {
    let server = TestServer::with(|config| config.limits.secret_failures = 3);
    let service = server.db_client(NewClient::service());
    let ask = |secret: &str| {
        let header = basic(&service.id, secret);
        ask(&server, "/auth/verify", &[("authorization", &header)])
    };
    for _ in 0..3 {
        assert_refused(&ask("wrong"), 401, "invalid_token");
    }
    ask("wrong").assert_error(429, "temporarily_unavailable");
    assert_eq!(ask(service.secret.as_ref().unwrap()).status, 200);
}

#[test]
fn a_failing_database_lets_nobody_pass() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let token = server.db_personal_token(&ada, "read", None);
    server.db_execute("ALTER TABLE access_tokens RENAME TO lost");
    let answer = bearer(&server, &token);
    answer.assert_error(503, "temporarily_unavailable");
    assert_eq!(answer.header("x-auth-subject"), None);
}
