//! Signing in is throttled by account and by address, and the password grant counts in.

use std::sync::Barrier;

use crate::support::actors::sign_in;
use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, NewClient, Program, TestServer};

use super::{assert_page, signed_in};

/// A server with small limits, behind a trusted proxy, so that tests can come from anywhere.
fn server(pair: u32, account: u32, address: u32) -> TestServer {
    let server = TestServer::with(|config| {
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        config.login.max_failures = pair;
        config.login.max_failures_account = account;
        config.login.max_failures_address = address;
    });
    server.db_user("ada");
    server.db_user("bea");
    server
}

/// A try from an address.
fn attempt(server: &TestServer, from: &str, username: &str, password: &str) -> Answer {
    let mut browser = Browser {
        headers: vec![("x-forwarded-for".to_owned(), from.to_owned())],
        ..Browser::new()
    };
    let (at, page) = browser.get(&format!("{}/login", server.url));
    sign_in(&mut browser, &at, &page, username, password).1
}

#[track_caller]
fn assert_throttled(answer: &Answer) {
    assert_page(answer, 429);
    let seconds: i64 = answer
        .header("retry-after")
        .expect("Retry-After")
        .parse()
        .unwrap();
    assert!((1..=900).contains(&seconds), "{seconds}");
    assert!(answer.body.contains("Too many attempts"), "{answer:?}");
}

#[test]
fn one_account_from_one_address_is_locked_even_for_the_right_password() {
    let server = server(3, 50, 200);
    for _ in 0..3 {
        assert_page(&attempt(&server, "192.0.2.1", "ada", "wrong"), 422);
    }
    assert_throttled(&attempt(&server, "192.0.2.1", "ada", "wrong"));
    let locked = attempt(&server, "192.0.2.1", "ada", PASSWORD);
    assert_throttled(&locked);
    assert_eq!(Form::find(&locked, "/login").field("username"), Some("ada"));
    assert_eq!(attempt(&server, "192.0.2.2", "ada", PASSWORD).status, 200);
    assert_eq!(attempt(&server, "192.0.2.1", "bea", PASSWORD).status, 200);
}

#[test]
fn a_lock_ends_by_itself() {
    let server = server(3, 50, 200);
    for _ in 0..3 {
        attempt(&server, "192.0.2.1", "ada", "wrong");
    }
    server.advance(890);
    assert_throttled(&attempt(&server, "192.0.2.1", "ada", PASSWORD));
    server.advance(11);
    assert_eq!(attempt(&server, "192.0.2.1", "ada", PASSWORD).status, 200);
}

#[test]
fn failures_long_ago_do_not_count() {
    let server = server(3, 50, 200);
    for _ in 0..2 {
        attempt(&server, "192.0.2.1", "ada", "wrong");
    }
    server.advance(901);
    for _ in 0..2 {
        assert_page(&attempt(&server, "192.0.2.1", "ada", "wrong"), 422);
    }
    assert_eq!(attempt(&server, "192.0.2.1", "ada", PASSWORD).status, 200);
}

#[test]
fn a_success_begins_the_count_anew() {
    let server = server(3, 50, 200);
    for _ in 0..4 {
        for _ in 0..2 {
            assert_page(&attempt(&server, "192.0.2.1", "ada", "wrong"), 422);
        }
        assert_eq!(attempt(&server, "192.0.2.1", "ada", PASSWORD).status, 200);
    }
}

#[test]
fn one_account_from_many_addresses_is_locked() {
    let server = server(3, 6, 200);
    for host in 1..=6 {
        assert_page(
            &attempt(&server, &format!("192.0.2.{host}"), "ada", "wrong"),
            422,
        );
    }
    assert_throttled(&attempt(&server, "192.0.2.99", "ada", PASSWORD));
    assert_eq!(attempt(&server, "192.0.2.99", "bea", PASSWORD).status, 200);
}

#[test]
fn a_new_password_lifts_the_locks_of_its_account() {
    let server = server(3, 6, 200);
    // The command's clock is the system's, and the password is set after the guesses.
    server.advance(-60);
    for host in 1..=2 {
        for _ in 0..3 {
            attempt(&server, &format!("192.0.2.{host}"), "ada", "wrong");
        }
    }
    assert_throttled(&attempt(&server, "192.0.2.1", "ada", PASSWORD));
    // The command runs in a process of its own, which knows nothing of the server's locks.
    let program = Program::beside(&server);
    let new = "new words for ada";
    let ended = program.run_with(&["user", "set-password", "ada", "--password-stdin"], new);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    for host in [1, 9] {
        let from = format!("192.0.2.{host}");
        assert_eq!(attempt(&server, &from, "ada", new).status, 200, "{from}");
    }
    server.advance(120);
    for _ in 0..3 {
        assert_page(&attempt(&server, "192.0.2.1", "ada", "wrong"), 422);
    }
    assert_throttled(&attempt(&server, "192.0.2.1", "ada", new));
}

#[test]
fn a_new_password_does_not_lift_the_lock_of_an_address() {
    let server = server(3, 50, 3);
    for _ in 0..3 {
        attempt(&server, "192.0.2.1", "ada", "wrong");
    }
    server.advance(1);
    let now = server.app.now().seconds();
    server.db_execute(&format!("UPDATE users SET password_changed_at = {now}"));
    assert_throttled(&attempt(&server, "192.0.2.1", "ada", PASSWORD));
}

#[test]
fn one_address_with_many_accounts_is_locked() {
    let server = server(3, 50, 6);
    for number in 1..=6 {
        assert_page(
            &attempt(&server, "192.0.2.1", &format!("user{number}"), "wrong"),
            422,
        );
    }
    assert_throttled(&attempt(&server, "192.0.2.1", "ada", PASSWORD));
    assert_eq!(attempt(&server, "192.0.2.2", "ada", PASSWORD).status, 200);
}

#[test]
fn one_ipv6_network_is_one_address() {
    let server = server(3, 50, 200);
    for host in 1..=3 {
        attempt(&server, &format!("2001:db8:1:2::{host}"), "ada", "wrong");
    }
    assert_throttled(&attempt(&server, "2001:db8:1:2:ffff::1", "ada", PASSWORD));
    assert_eq!(
        attempt(&server, "2001:db8:1:3::1", "ada", PASSWORD).status,
        200
    );
}

#[test]
fn spellings_of_one_name_are_one_account() {
    let server = server(3, 50, 200);
    for name in ["ada", "ADA", "Ａｄａ"] {
        attempt(&server, "192.0.2.1", name, "wrong");
    }
    assert_throttled(&attempt(&server, "192.0.2.1", "aDa", PASSWORD));
}

#[test]
fn an_unknown_account_is_locked_like_a_known_one() {
    let server = server(3, 50, 200);
    for _ in 0..3 {
        assert_page(&attempt(&server, "192.0.2.1", "nobody", "wrong"), 422);
    }
    assert_throttled(&attempt(&server, "192.0.2.1", "nobody", "wrong"));
}

#[test]
fn tries_at_once_are_not_let_through_beyond_the_limit() {
    let server = server(5, 50, 200);
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let form = Form::find(&page, "/login")
        .fill("username", "ada")
        .fill("password", "wrong");
    let start = Barrier::new(40);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..40)
            .map(|_| {
                let mut browser = Browser {
                    cookies: browser.cookies.clone(),
                    ..Browser::new()
                };
                let (at, form, start) = (&at, &form, &start);
                scope.spawn(move || {
                    start.wait();
                    browser.submit_once(at, form).status
                })
            })
            .collect();
        tries.into_iter().map(|own| own.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 422).count(),
        5,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 429).count(),
        35,
        "{statuses:?}"
    );
}

#[test]
fn the_password_grant_and_the_page_share_one_count() {
    let server = server(4, 50, 200);
    let spa = server.db_client(NewClient::first_party_spa());
    let grant = |password: &str| {
        let form = [
            ("grant_type", "password"),
            ("username", "ada"),
            ("password", password),
            ("client_id", &spa.id),
        ];
        server.post_with("/oauth/token", &[("x-forwarded-for", "192.0.2.1")], &form)
    };
    for _ in 0..2 {
        grant("wrong").assert_error(400, "invalid_grant");
        assert_page(&attempt(&server, "192.0.2.1", "ada", "wrong"), 422);
    }
    assert_throttled(&attempt(&server, "192.0.2.1", "ada", PASSWORD));
    let refused = grant(PASSWORD);
    refused.assert_error(429, "temporarily_unavailable");
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
}

#[test]
fn an_untrusted_peer_cannot_change_its_address() {
    let server = TestServer::with(|config| config.login.max_failures = 3);
    server.db_user("ada");
    for host in 1..=3 {
        assert_page(
            &attempt(&server, &format!("192.0.2.{host}"), "ada", "wrong"),
            422,
        );
    }
    assert_throttled(&attempt(&server, "192.0.2.99", "ada", PASSWORD));
}

#[test]
fn whoever_has_to_wait_is_in_the_audit_log_once_a_minute() {
    let server = TestServer::with(|config| config.login.max_failures = 1);
    server.db_user("ada");
    for _ in 0..4 {
        let mut browser = Browser::new();
        let (at, page) = browser.get(&format!("{}/login", server.url));
        sign_in(&mut browser, &at, &page, "ada", "wrong");
    }
    // Whose sign-in history writes what was noted.
    server.db_user("bea");
    signed_in(&server, "bea").get(&format!("{}/account/history", server.url));
    let throttled = "audit_events WHERE action = 'user.sign_in_throttled'";
    assert_eq!(
        server.db_count(&format!("{throttled} AND address = '127.0.0.1'")),
        1
    );
}
