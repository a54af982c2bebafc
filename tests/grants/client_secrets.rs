//! The secrets of clients (RFC 6749 §2.3.1, §10.10): which are right, and how guessing them is slowed.

use std::collections::BTreeSet;

use latchkey::models::client_secret;

use crate::grants::client_authentication::{ASK, ask, service};
use crate::support::app::basic;
use crate::support::{Answer, TestServer};

#[test]
fn a_wrong_secret_is_401_with_the_scheme_to_use() {
    let server = TestServer::start();
    let (id, secret) = service(&server);
    let (_, of_another) = service(&server);
    for wrong in [
        "wrong",
        &of_another,
        &secret[..58],
        &secret.to_uppercase(),
        &format!("{secret}0"),
    ] {
        let answer = ask(&server, Some(&basic(&id, wrong)), &[]);
        answer.assert_error(401, "invalid_client");
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .starts_with("Basic realm="),
            "{answer:?}"
        );
        ask(
            &server,
            None,
            &[("client_id", &id), ("client_secret", wrong)],
        )
        .assert_error(401, "invalid_client");
    }
}

#[test]
fn an_unknown_client_and_a_wrong_secret_look_the_same() {
    let server = TestServer::start();
    let (id, _) = service(&server);
    let shape = |answer: Answer| {
        let names: BTreeSet<String> = answer
            .headers
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        (answer.status, answer.body, names)
    };
    let wrong = shape(ask(&server, Some(&basic(&id, "wrong")), &[]));
    let unknown = shape(ask(&server, Some(&basic("cli_unknown", "wrong")), &[]));
    assert_eq!(unknown, wrong);
    server.db_disable_client(&id, true);
    assert_eq!(shape(ask(&server, Some(&basic(&id, "wrong")), &[])), wrong);
}

#[test]
fn a_disabled_client_is_no_client_until_it_is_enabled_again() {
    let server = TestServer::start();
    let (id, secret) = service(&server);
    server.db_disable_client(&id, true);
    ask(&server, Some(&basic(&id, &secret)), &[]).assert_error(401, "invalid_client");
    server.db_disable_client(&id, false);
    ask(&server, Some(&basic(&id, &secret)), &[]).assert_tokens();
}

#[test]
fn two_secrets_live_side_by_side_until_the_old_one_ends() {
    let server = TestServer::start();
    let (id, first) = service(&server);
    let (owner, now) = (id.clone(), server.app.now());
    let second = server.db_write(move |connection| {
        client_secret::end_all_at(connection, &owner, now.plus(100))?;
        Ok(client_secret::insert(connection, &owner, "second", now)?)
    });
    for secret in [&first, second.expose()] {
        ask(&server, Some(&basic(&id, secret)), &[]).assert_tokens();
    }
    server.advance(101);
    ask(&server, Some(&basic(&id, &first)), &[]).assert_error(401, "invalid_client");
    ask(&server, Some(&basic(&id, second.expose())), &[]).assert_tokens();
}

#[test]
fn guessing_a_secret_is_slowed_down_while_the_right_one_passes() {
    let server = TestServer::with(|config| {
        config.limits.secret_failures = 5;
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    let (id, secret) = service(&server);
    let (other, _) = service(&server);
    for path in [
        "/oauth/token",
        "/oauth/introspect",
        "/oauth/revoke",
        "/oauth/token",
        "/oauth/revoke",
    ] {
        let form = [ASK[0], ("token", "x")];
        server
            .post_with(path, &[("authorization", &basic(&id, "wrong"))], &form)
            .assert_error(401, "invalid_client");
    }
    let throttled = ask(&server, Some(&basic(&id, "wrong")), &[]);
    throttled.assert_error(429, "temporarily_unavailable");
    let seconds: i64 = throttled.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    ask(&server, Some(&basic(&id, &secret)), &[]).assert_tokens();
    ask(&server, Some(&basic(&id, "wrong")), &[]).assert_error(429, "temporarily_unavailable");
    ask(&server, Some(&basic(&other, "wrong")), &[]).assert_error(401, "invalid_client");
    let elsewhere = [
        ("authorization", &*basic(&id, "wrong")),
        ("x-forwarded-for", "192.0.2.7"),
    ];
    server
        .post_with("/oauth/token", &elsewhere, &ASK)
        .assert_error(401, "invalid_client");
    server.advance(61);
    ask(&server, Some(&basic(&id, "wrong")), &[]).assert_error(401, "invalid_client");
}

#[test]
fn guesses_tell_as_little_of_an_unknown_client_as_of_a_known_one() {
    let server = TestServer::with(|config| config.limits.secret_failures = 5);
    let (first, _) = service(&server);
    let (second, secret) = service(&server);
    let guess = |id: &str| ask(&server, Some(&basic(id, "wrong")), &[]).status;
    let seven = |id: &str| (0..7).map(|_| guess(id)).collect::<Vec<_>>();
    assert_eq!(seven("cli_unknown"), seven(&first));
    let made_up: Vec<u16> = (0..10)
        .map(|number| guess(&format!("cli_{number}")))
        .collect();
    assert_eq!(guess("cli_another"), guess(&second), "after {made_up:?}");
    ask(&server, Some(&basic(&second, &secret)), &[]).assert_tokens();
}

#[test]
fn odd_client_ids_are_only_unknown() {
    let server = TestServer::start();
    let long = "c".repeat(30_000);
    for odd in [
        "' OR 1=1 --",
        "\u{1f511}",
        "\u{202e}",
        long.as_str(),
        "%",
        "\r\nx: y",
    ] {
        ask(&server, None, &[("client_id", odd), ("client_secret", odd)])
            .assert_error(401, "invalid_client");
        ask(&server, None, &[("client_id", odd)]).assert_error(401, "invalid_client");
    }
    for odd in ["%00", "cli_%00", "%27", "%0d%0a"] {
        ask(&server, Some(&basic(odd, odd)), &[]).assert_error(401, "invalid_client");
    }
}
