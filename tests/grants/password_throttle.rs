//! Guessing passwords: one throttle for the sign-in page and the password grant.

use crate::support::app::{PASSWORD, RegisteredClient};
use crate::support::browser::Form;
use crate::support::{Answer, Browser, NewClient, TestServer, at_once, raw};

fn server(pair: u32, account: u32, address: u32) -> (TestServer, RegisteredClient) {
    let server = TestServer::with(|config| {
        config.login.max_failures = pair;
        config.login.max_failures_account = account;
        config.login.max_failures_address = address;
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    server.db_user("ada");
    server.db_user("bob");
    let spa = server.db_client(NewClient::first_party_spa());
    (server, spa)
}

fn grant(
    server: &TestServer,
    spa: &RegisteredClient,
    from: &str,
    username: &str,
    password: &str,
) -> Answer {
    let form = [
        ("grant_type", "password"),
        ("client_id", &spa.id),
        ("username", username),
        ("password", password),
    ];
    server.post_with("/oauth/token", &[("x-forwarded-for", from)], &form)
}

fn page(server: &TestServer, from: &str, username: &str, password: &str) -> u16 {
    let mut browser = Browser::new();
    browser
        .headers
        .push((String::from("x-forwarded-for"), from.to_owned()));
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let form = Form::find(&page, "/login")
        .fill("username", username)
        .fill("password", password);
    browser.submit_once(&at, &form).status
}

#[track_caller]
fn assert_throttled(answer: &Answer) {
    answer.assert_error(429, "temporarily_unavailable");
    let seconds: i64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=900).contains(&seconds), "{seconds}");
}

#[test]
fn bytes_that_are_no_text_hide_no_address() {
    let (server, spa) = server(100, 100, 3);
    let guess = |before: &[u8]| {
        let form = format!(
            "grant_type=password&client_id={}&username=ada&password=x",
            spa.id
        );
        let length = form.len();
        let head = format!(
            "POST /oauth/token HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\
             content-type: application/x-www-form-urlencoded\r\nx-forwarded-for: "
        );
        let request = [
            head.as_bytes(),
            before,
            b"203.0.113.9\r\n\r\n",
            form.as_bytes(),
        ]
        .concat();
        raw(&server.url, &request)
    };
    for _ in 0..3 {
        assert!(guess(b"").starts_with("HTTP/1.1 400"));
    }
    for before in [&b""[..], b"\xff, ", b"junk, ", b"192.0.2.7\xff,"] {
        let answer = guess(before);
        assert!(answer.starts_with("HTTP/1.1 429"), "{before:?}: {answer}");
    }
}

#[test]
fn failures_on_the_sign_in_page_count_for_the_grant() {
    let (server, spa) = server(3, 100, 100);
    for _ in 0..3 {
        assert_eq!(page(&server, "192.0.2.1", "ada", "wrong"), 422);
    }
    assert_throttled(&grant(&server, &spa, "192.0.2.1", "ada", PASSWORD));
}

#[test]
fn failures_of_the_grant_count_for_the_sign_in_page() {
    let (server, spa) = server(3, 100, 100);
    for _ in 0..3 {
        grant(&server, &spa, "192.0.2.1", "ADA", "wrong").assert_error(400, "invalid_grant");
    }
    assert_eq!(page(&server, "192.0.2.1", "ada", PASSWORD), 429);
}

#[test]
fn a_lock_holds_back_nobody_else_and_ends() {
    let (server, spa) = server(3, 100, 100);
    for _ in 0..3 {
        grant(&server, &spa, "192.0.2.1", "ada", "wrong").assert_error(400, "invalid_grant");
    }
    assert_throttled(&grant(&server, &spa, "192.0.2.1", "ada", PASSWORD));
    grant(&server, &spa, "192.0.2.1", "bob", PASSWORD).assert_tokens();
    grant(&server, &spa, "192.0.2.2", "ada", PASSWORD).assert_tokens();
    server.advance(901);
    grant(&server, &spa, "192.0.2.1", "ada", PASSWORD).assert_tokens();
}

#[test]
fn an_account_is_protected_from_many_addresses() {
    let (server, spa) = server(3, 5, 100);
    for number in 0..5 {
        grant(&server, &spa, &format!("192.0.2.{number}"), "ada", "wrong")
            .assert_error(400, "invalid_grant");
    }
    assert_throttled(&grant(&server, &spa, "198.51.100.1", "ada", PASSWORD));
    grant(&server, &spa, "198.51.100.1", "bob", PASSWORD).assert_tokens();
}

#[test]
fn an_address_cannot_try_one_password_on_many_accounts() {
    let (server, spa) = server(3, 100, 5);
    for number in 0..5 {
        grant(
            &server,
            &spa,
            "192.0.2.1",
            &format!("user{number}"),
            "summer",
        )
        .assert_error(400, "invalid_grant");
    }
    assert_throttled(&grant(&server, &spa, "192.0.2.1", "bob", PASSWORD));
    grant(&server, &spa, "192.0.2.2", "bob", PASSWORD).assert_tokens();
}

#[test]
fn names_that_nobody_has_are_throttled_like_others() {
    let (server, spa) = server(3, 100, 100);
    for _ in 0..3 {
        grant(&server, &spa, "192.0.2.1", "nobody", "wrong").assert_error(400, "invalid_grant");
    }
    assert_throttled(&grant(&server, &spa, "192.0.2.1", "nobody", "wrong"));
}

#[test]
fn a_right_password_begins_the_count_anew() {
    let (server, spa) = server(3, 100, 100);
    for _ in 0..4 {
        for _ in 0..2 {
            grant(&server, &spa, "192.0.2.1", "ada", "wrong").assert_error(400, "invalid_grant");
        }
        grant(&server, &spa, "192.0.2.1", "ada", PASSWORD).assert_tokens();
    }
}

#[test]
fn fifty_guesses_at_once_are_no_more_than_the_limit() {
    let (server, spa) = server(5, 100, 100);
    let answers = at_once(50, |_| {
        grant(&server, &spa, "192.0.2.1", "ada", "wrong").status
    });
    assert_eq!(
        answers.iter().filter(|status| **status == 400).count(),
        5,
        "{answers:?}"
    );
    assert_eq!(
        answers.iter().filter(|status| **status == 429).count(),
        45,
        "{answers:?}"
    );
}

#[test]
fn many_right_sign_ins_at_once_are_no_failures() {
    let (server, spa) = server(3, 4, 5);
    for _ in 0..3 {
        for answer in at_once(30, |_| grant(&server, &spa, "192.0.2.1", "ada", PASSWORD)) {
            answer.assert_tokens();
        }
    }
}

#[test]
fn right_sign_ins_among_guesses_let_no_more_guesses_through() {
    // By pair, by account, by address: whichever of the limits is the lowest.
    for (pair, account, address) in [(4, 100, 100), (100, 4, 100), (100, 100, 4)] {
        let (server, spa) = server(pair, account, address);
        let answers = at_once(60, |at| {
            let password = if at % 3 == 0 { PASSWORD } else { "wrong" };
            grant(&server, &spa, "192.0.2.1", "ada", password).status
        });
        // A right one begins the count of account and address together anew, as it does one by one.
        let wrong = answers.iter().filter(|status| **status == 400).count();
        assert!(wrong >= 4 && (pair == 4 || wrong == 4), "{answers:?}");
        assert!(
            answers
                .iter()
                .all(|status| [200, 400, 429].contains(status))
        );
        // Nobody is left waiting or counted twice: once the lock is over all is as before.
        server.advance(901);
        for answer in at_once(20, |_| grant(&server, &spa, "192.0.2.1", "ada", PASSWORD)) {
            answer.assert_tokens();
        }
    }
}

#[test]
fn whoever_hangs_up_has_guessed_all_the_same() {
    let (server, spa) = server(3, 100, 100);
    let address = "192.0.2.1".parse().unwrap();
    let now = server.app.now();
    for _ in 0..3 {
        let attempt = server.wait(server.app.sign_ins.attempt("ada", address, now));
        drop(attempt.unwrap());
    }
    assert_throttled(&grant(&server, &spa, "192.0.2.1", "ada", PASSWORD));
}
