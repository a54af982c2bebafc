//! What the throttle of signing in remembers although its memory is bounded.

use std::net::{IpAddr, Ipv4Addr};

use crate::support::app::PASSWORD;
use crate::support::{TestServer, actors::sign_in, browser::Browser};

use super::assert_page;

/// More than the throttle keeps.
const MANY: u32 = 250_000;

/// A try from an address; the status of its answer.
fn attempt(server: &TestServer, from: &str, username: &str, password: &str) -> u16 {
    let mut browser = Browser {
        headers: vec![("x-forwarded-for".to_owned(), from.to_owned())],
        ..Browser::new()
    };
    let (at, page) = browser.get(&format!("{}/login", server.url));
    sign_in(&mut browser, &at, &page, username, password)
        .1
        .status
}

/// Guesses at so many made-up names from nearly as many addresses, without the cost of HTTP and hashing.
fn guess_at_made_up_names(server: &TestServer) {
    let now = server.app.now();
    server.wait(async {
        for number in 0..MANY {
            let address = IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number / 2));
            let name = format!("made-up {number}");
            drop(server.app.sign_ins.attempt(&name, address, now).await);
        }
    });
}

#[test]
fn the_lock_of_an_account_outlasts_any_number_of_made_up_names() {
    let server = TestServer::with(|config| {
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        config.login.max_failures = 3;
        config.login.max_failures_account = 6;
        config.login.max_failures_address = 9;
    });
    server.db_user("ada");
    server.db_user("bea");
    for _ in 0..3 {
        assert_eq!(attempt(&server, "192.0.2.1", "bea", "wrong"), 422);
    }
    for host in 2..=7 {
        let from = format!("192.0.2.{host}");
        assert_eq!(attempt(&server, &from, "ada", "wrong"), 422);
    }
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
        assert_eq!(attempt(&server, "192.0.2.8", name, "wrong"), 422);
    }
    guess_at_made_up_names(&server);
    let locked = [
        ("192.0.2.1", "bea", "account and address together"),
        ("192.0.2.99", "ada", "account"),
        ("192.0.2.8", "bea", "address"),
    ];
    for (from, username, what) in locked {
        assert_eq!(attempt(&server, from, username, PASSWORD), 429, "{what}");
    }
    assert_eq!(attempt(&server, "192.0.2.99", "bea", PASSWORD), 200);
    server.advance(901);
    for (from, username, what) in locked {
        assert_eq!(attempt(&server, from, username, PASSWORD), 200, "{what}");
    }
}

#[test]
fn names_that_nobody_can_have_are_one_name() {
    let server = TestServer::with(|config| {
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
        config.login.max_failures = 3;
    });
    server.db_user("ada");
    let names = ["x".repeat(65), String::from("a\nb"), "é".repeat(300)];
    for name in &names {
        assert_eq!(attempt(&server, "192.0.2.1", name, "wrong"), 422);
    }
    assert_eq!(
        attempt(&server, "192.0.2.1", &"y".repeat(9000), "wrong"),
        429
    );
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    assert_page(&sign_in(&mut browser, &at, &page, "ada", "wrong").1, 422);
    assert_eq!(attempt(&server, "192.0.2.1", "ada", PASSWORD), 200);
}
