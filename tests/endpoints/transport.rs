//! TLS is the proxy's (RFC 6749 §3.1, §3.2): with an https issuer, who may speak plain http; and which
//! address a request comes from, when proxies say (RFC 9700 §4.13, RFC 7239).

use ipnet::IpNet;
use latchkey::config::Config;

use crate::support::{Answer, Browser, NewClient, TestServer};

const HTTPS: (&str, &str) = ("x-forwarded-proto", "https");

fn networks(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// A server whose issuer is https; this machine is a proxy, or a peer that may do without, or neither.
fn https(proxies: &'static [&'static str], plain: &'static [&'static str]) -> TestServer {
    TestServer::with(move |config: &mut Config| {
        config.issuer = Some(String::from("https://login.example"));
        config.trusted_proxies = networks(proxies);
        config.plain_http_from = networks(plain);
    })
}

fn get(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Answer {
    Answer::get(&format!("{}{path}", server.url), headers)
}

const EVERYTHING: [&str; 8] = [
    "/.well-known/oauth-authorization-server",
    "/oauth/authorize",
    "/oauth/token",
    "/oauth/introspect",
    "/oauth/revoke",
    "/login",
    "/account",
    "/metrics",
];

#[test]
fn every_answer_keeps_browsers_from_guessing_its_type_and_on_https() {
    let (plain, tls) = (TestServer::start(), https(&["127.0.0.1/32"], &[]));
    let more = [
        "/healthz",
        "/readyz",
        "/oauth/jwks",
        "/auth/verify",
        "/nothing",
    ];
    for path in EVERYTHING.into_iter().chain(more) {
        for (server, year) in [(&plain, None), (&tls, Some("max-age=31536000"))] {
            let answer = get(server, path, &[HTTPS]);
            assert_eq!(
                answer.header("x-content-type-options"),
                Some("nosniff"),
                "{path}: {answer:?}"
            );
            assert_eq!(answer.header("strict-transport-security"), year, "{path}");
        }
    }
}

#[test]
fn plain_http_is_refused_by_a_sentence_that_names_the_setting() {
    let server = https(&[], &["192.0.2.1/32"]);
    for headers in [
        &[][..],
        &[HTTPS],
        &[("forwarded", "proto=https")],
        &[("x-forwarded-proto", "https"), ("host", "login.example")],
    ] {
        for path in EVERYTHING {
            let answer = get(&server, path, headers);
            answer.assert_error(400, "invalid_request");
            let sentence = answer.member("error_description");
            assert!(
                sentence.contains("trusted_proxies") && sentence.contains("plain_http_from"),
                "{sentence}"
            );
        }
    }
    let form = [("grant_type", "client_credentials")];
    server
        .post("/oauth/token", &form)
        .assert_error(400, "invalid_request");
}

#[test]
fn a_browser_is_told_as_a_page_that_this_server_is_https_only() {
    let server = https(&[], &["192.0.2.1/32"]);
    for path in ["/login", "/account", "/oauth/authorize"] {
        let answer = get(&server, path, &[("accept", "text/html,*/*;q=0.8")]);
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
        let kind = answer.header("content-type").unwrap();
        assert!(kind.starts_with("text/html"), "{path}: {answer:?}");
        assert!(
            answer.body.contains("trusted_proxies") && answer.body.contains("https://"),
            "{path}: {answer:?}"
        );
    }
}

#[test]
fn the_platform_may_always_ask_whether_the_server_lives() {
    let server = https(&[], &["192.0.2.1/32"]);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(&server, path, &[]).status, 200, "{path}");
    }
    let below = TestServer::with(|config| {
        config.issuer = Some(String::from("https://login.example/t1"));
        config.plain_http_from = networks(&["192.0.2.1/32"]);
    });
    assert_eq!(get(&below, "/t1/healthz", &[]).status, 200);
    assert_eq!(get(&below, "/t1/login", &[]).status, 400);
}

#[test]
fn a_trusted_proxy_that_came_by_https_is_served() {
    let server = https(&["127.0.0.0/8"], &["192.0.2.1/32"]);
    for header in [
        HTTPS,
        ("x-forwarded-proto", "HTTPS"),
        ("forwarded", "for=192.0.2.4;proto=https"),
        ("forwarded", "for=\"[2001:db8::1]\"; Proto=\"https\""),
    ] {
        assert_eq!(get(&server, "/login", &[header]).status, 200, "{header:?}");
    }
    for headers in [
        &[][..],
        &[("x-forwarded-proto", "http")],
        &[("x-forwarded-proto", "https, http")],
        &[("x-forwarded-proto", "")],
        &[("forwarded", "proto=http")],
        &[("x-forwarded-ssl", "on")],
    ] {
        assert_eq!(
            get(&server, "/login", headers).status,
            400,
            "the last leg was plain: {headers:?}"
        );
    }
}

#[test]
fn a_peer_that_may_speak_plain_http_is_served() {
    let server = https(&[], &["127.0.0.1/32"]);
    assert_eq!(get(&server, "/login", &[]).status, 200);
    let default =
        TestServer::with(|config| config.issuer = Some(String::from("https://login.example")));
    assert_eq!(
        get(&default, "/login", &[]).status,
        200,
        "loopback may, unless it is told otherwise"
    );
}

#[test]
fn on_https_cookies_are_for_this_host_alone_and_never_in_the_clear() {
    let server = https(&["127.0.0.1/32"], &["192.0.2.1/32"]);
    let answer = get(&server, "/login", &[HTTPS]);
    let cookies: Vec<&str> = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie")
        .map(|(_, value)| value.as_str())
        .collect();
    assert!(!cookies.is_empty(), "{answer:?}");
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(
                cookie.split("; ").any(|own| own == attribute),
                "{attribute} in {cookie}"
            );
        }
        assert!(!cookie.contains("Domain="), "{cookie}");
    }
    assert!(answer.header("strict-transport-security").is_some());
}

#[test]
fn forwarding_headers_change_nothing_but_the_address() {
    let server = https(&["127.0.0.1/32"], &["192.0.2.1/32"]);
    let odd = [
        HTTPS,
        ("x-forwarded-host", "evil.test"),
        ("x-forwarded-prefix", "/evil"),
        ("x-forwarded-port", "1"),
    ];
    let metadata = get(&server, EVERYTHING[0], &odd);
    assert_eq!(metadata.json()["issuer"], "https://login.example");
    assert!(!metadata.body.contains("evil"), "{metadata:?}");
}

/// Whether a wrong password from the address that `headers` tell is throttled already.
fn is_throttled(server: &TestServer, headers: &[(&str, &str)]) -> bool {
    let mut browser = Browser::new();
    browser.headers = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let (_, answer) = crate::support::actors::sign_in(&mut browser, &at, &page, "ada", "wrong");
    answer.status == 429
}

/// Two wrong passwords from one address are too many.
fn strict(proxies: &'static [&'static str]) -> TestServer {
    let server = TestServer::with(move |config: &mut Config| {
        config.login.max_failures = 2;
        config.trusted_proxies = networks(proxies);
    });
    server.db_user("ada");
    server
}

#[test]
fn an_address_that_anybody_made_up_does_not_escape_the_throttle() {
    let server = strict(&[]);
    let outcomes: Vec<bool> = (0..4)
        .map(|at| {
            let address = format!("203.0.113.{at}");
            let element = format!("for={address}");
            is_throttled(
                &server,
                &[
                    ("x-forwarded-for", &address),
                    ("forwarded", &element),
                    ("x-real-ip", &address),
                ],
            )
        })
        .collect();
    assert_eq!(outcomes, [false, false, true, true]);
}

#[test]
fn behind_a_trusted_proxy_the_rightmost_address_that_is_not_trusted_counts() {
    let server = strict(&["127.0.0.1/32", "10.0.0.0/8"]);
    let from = |value: &str| is_throttled(&server, &[("x-forwarded-for", value)]);
    assert!(!from("198.51.100.1, 203.0.113.7, 10.1.2.3"));
    assert!(!from("198.51.100.2, 203.0.113.7"));
    assert!(
        from("198.51.100.3, 203.0.113.7, 10.0.0.1"),
        "what stands to its left is made up"
    );
    assert!(!from("203.0.113.7, 198.51.100.9"), "another one");
    assert!(from("203.0.113.7:4711"), "some proxies add the port");
}

#[test]
fn several_lines_of_a_forwarding_header_are_one_list() {
    let server = strict(&["127.0.0.1/32"]);
    let from = |headers: &[(&str, &str)]| is_throttled(&server, headers);
    let two = [
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-for", "203.0.113.7"),
    ];
    assert_eq!(
        [
            from(&two),
            from(&two),
            from(&[("x-forwarded-for", "203.0.113.7")])
        ],
        [false, false, true]
    );
}

#[test]
fn the_header_of_rfc_7239_is_read_the_same_way() {
    let server = strict(&["127.0.0.1/32", "10.0.0.0/8"]);
    let from = |value: &str| is_throttled(&server, &[("forwarded", value)]);
    assert!(!from(
        "for=198.51.100.1, for=203.0.113.7;proto=https;by=10.0.0.9, for=10.1.2.3"
    ));
    assert!(!from("For=\"203.0.113.7:4711\""));
    assert!(from("for=198.51.100.2, FOR=203.0.113.7"));
    assert!(!from("for=\"[2001:db8:cafe::17]:4711\""));
    assert!(
        !from("for=\"[2001:db8:cafe::18]\""),
        "another host of that network"
    );
    assert!(
        from("for=\"[2001:db8:cafe::19]\""),
        "a network of IPv6 is one address"
    );
}

#[test]
fn what_cannot_be_read_in_a_forwarding_header_is_nobody() {
    let server = strict(&["127.0.0.1/32"]);
    for (at, value) in ["unknown", "_hidden", "nonsense", "", ","]
        .iter()
        .enumerate()
    {
        let throttled = is_throttled(&server, &[("x-forwarded-for", value)]);
        assert_eq!(
            throttled,
            at >= 2,
            "{value}: all of them are the proxy itself"
        );
    }
}

#[test]
fn wrong_secrets_are_counted_by_the_forwarded_address_too() {
    let server = TestServer::with(|config: &mut Config| {
        config.limits.secret_failures = 1;
        config.trusted_proxies = networks(&["127.0.0.1/32"]);
    });
    let service = server.db_client(NewClient::service());
    let wrong = [
        ("grant_type", "client_credentials"),
        ("client_id", &*service.id),
        ("client_secret", "wrong"),
    ];
    let from = |address: &str| {
        server
            .post_with("/oauth/token", &[("x-forwarded-for", address)], &wrong)
            .status
    };
    assert_eq!(
        [
            from("203.0.113.1"),
            from("203.0.113.1"),
            from("203.0.113.2")
        ],
        [401, 429, 401]
    );
}
