//! Byte by byte, for everything but a native client's loopback port.

use crate::support::{Browser, NewClient, TestServer};

use super::{app_with, ask, assert_matches, assert_no_match};

const REGISTERED: &str = "https://c.example/cb";

fn refused(uris: &[&str]) {
    let server = TestServer::start();
    let web = app_with(&server, NewClient::web(""), &[REGISTERED]);
    let native = app_with(
        &server,
        NewClient::public(""),
        &[REGISTERED, "com.example.app:/cb"],
    );
    for app in [&web, &native] {
        assert_matches(app, REGISTERED);
        for uri in uris {
            assert_no_match(app, uri);
        }
    }
}

#[test]
fn another_path_does_not_match() {
    refused(&[
        "https://c.example/cb/",
        "https://c.example/cb/x",
        "https://c.example/cb/../evil",
        "https://c.example/x/../cb",
        "https://c.example/./cb",
        "https://c.example//cb",
        "https://c.example/cb%2F..%2Fevil",
        "https://c.example/%63b",
        "https://c.example/c",
        "https://c.example/",
        "https://c.example",
    ]);
}

#[test]
fn another_host_does_not_match() {
    refused(&[
        "https://evil.c.example/cb",
        "https://c.example.evil.test/cb",
        "https://xc.example/cb",
        "https://c.example./cb",
        "https://c。example/cb",
        "https://c.example%2eevil.test/cb",
        "https://evil.test/cb",
        "https://evil.test/https://c.example/cb",
        "//c.example/cb",
        "c.example/cb",
        "/cb",
    ]);
}

#[test]
fn another_spelling_scheme_or_port_does_not_match() {
    refused(&[
        "HTTPS://C.EXAMPLE/cb",
        "https://C.example/cb",
        "https://c.example/CB",
        "https://c.example:443/cb",
        "https://c.example:8443/cb",
        "http://c.example/cb",
        "https:/c.example/cb",
        "https:c.example/cb",
        "https:///c.example/cb",
        " https://c.example/cb",
        "https://c.example/cb ",
    ]);
}

#[test]
fn another_query_or_a_fragment_does_not_match() {
    refused(&[
        "https://c.example/cb?",
        "https://c.example/cb?x=1",
        "https://c.example/cb&x=1",
        "https://c.example/cb#",
        "https://c.example/cb#x",
        "https://c.example/cb;x",
    ]);
    let server = TestServer::start();
    let app = app_with(
        &server,
        NewClient::web(""),
        &["https://c.example/cb?a=1&b=2"],
    );
    for uri in [
        "https://c.example/cb",
        "https://c.example/cb?b=2&a=1",
        "https://c.example/cb?a=1&b=2&c=3",
        "https://c.example/cb?a=1",
    ] {
        assert_no_match(&app, uri);
    }
}

#[test]
fn what_parsers_disagree_on_leads_nowhere() {
    refused(&[
        "https://c.example@evil.test/cb",
        "https://c.example:x@evil.test/cb",
        "https://evil.test\\@c.example/cb",
        "https://evil.test%5c@c.example/cb",
        "https://c.example\\.evil.test/cb",
        "https://c.example%00.evil.test/cb",
        "https://c.example\0.evil.test/cb",
        "https://c.example/cb\0",
        "https://c.example/cb%00",
        "https://c.example/cb\r\nLocation: https://evil.test",
        "https://c.example/cb%0d%0aLocation:%20https://evil.test",
        "https://c.example/cb\t",
        "ht\ntps://c.example/cb",
        "https://c.example/cb%",
        "https://c.example/cb\u{202e}",
        "https://c.exa\u{200b}mple/cb",
        "javascript:alert(1)//https://c.example/cb",
        "data:text/html,https://c.example/cb",
        "*",
        "https://*/cb",
    ]);
}

#[test]
fn one_registered_uri_may_be_left_out_and_several_may_not() {
    let server = TestServer::start();
    server.db_user("ada");
    let one = app_with(&server, NewClient::web(""), &[REGISTERED]);
    let request = one.request_with(&[("redirect_uri", None)]);
    let answer = one.authorize(&mut Browser::new(), "ada", &request);
    assert!(
        answer.location().starts_with("https://c.example/cb?code="),
        "{answer:?}"
    );
    let code = answer.location_params()["code"].clone();
    one.token(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("code_verifier", &one.pkce.verifier),
    ])
    .assert_tokens();
    let two = app_with(
        &server,
        NewClient::web(""),
        &[REGISTERED, "https://c.example/other"],
    );
    let answer = ask(&two, None);
    assert_eq!(
        (answer.status, answer.header("location")),
        (400, None),
        "{answer:?}"
    );
    assert_matches(&two, REGISTERED);
    assert_matches(&two, "https://c.example/other");
}

#[test]
fn a_client_without_a_redirect_uri_cannot_begin() {
    let server = TestServer::start();
    let none = app_with(&server, NewClient::web(""), &[]);
    for uri in [
        None,
        Some(""),
        Some(REGISTERED),
        Some("https://evil.test/cb"),
    ] {
        let answer = ask(&none, uri);
        assert_eq!(
            (answer.status, answer.header("location")),
            (400, None),
            "{answer:?}"
        );
    }
}

#[test]
fn an_app_scheme_and_a_claimed_https_uri_end_with_a_code() {
    let server = TestServer::start();
    server.db_user("ada");
    for uri in [
        "com.example.app:/oauth2redirect",
        "com.example.app://callback",
        "https://claimed.example/app",
    ] {
        let app = app_with(&server, NewClient::public(""), &[uri]);
        let answer = app.authorize(&mut Browser::new(), "ada", &app.request());
        assert!(
            answer.location().starts_with(&format!("{uri}?code=")),
            "{answer:?}"
        );
        app.redeem(&answer.location_params()["code"])
            .assert_tokens();
        assert_no_match(&app, &uri.replace("example", "Example"));
    }
}
