//! The response's parameters: `state` to the byte (RFC 6749 §4.1.2), `iss` always (RFC 9207), each once.

use crate::support::{Answer, Browser, NewClient, TestServer, ThirdPartyApp};

use super::refusal;

fn states() -> Vec<String> {
    let long = "0123456789abcdef".repeat(128);
    let odd = [
        "a b",
        "a+b",
        "%2B",
        "%",
        "a&b=c",
        "\"quoted\" 'twice'",
        "\\",
        "🦀 größer ‏עברית",
        "#fragment",
        "?",
        "<script>",
        " ",
    ];
    let lines = ["line\r\nSet-Cookie: a=b", "\n", "\t", "\u{7f}"];
    odd.iter()
        .chain(&lines)
        .map(|state| (*state).to_owned())
        .chain([long])
        .collect()
}

#[test]
fn state_comes_back_to_the_byte_on_success() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    for state in states() {
        let answer = app.authorize(
            &mut browser,
            "ada",
            &app.request_with(&[("state", Some(&state))]),
        );
        assert_eq!(answer.location_params()["state"], state);
        assert!(answer.location_params().contains_key("code"), "{answer:?}");
        assert_eq!(
            answer
                .headers
                .iter()
                .filter(|(name, _)| name == "set-cookie")
                .count(),
            0,
            "{answer:?}"
        );
    }
}

#[test]
fn state_comes_back_to_the_byte_on_every_error() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    for state in states() {
        for change in [
            ("response_type", None),
            ("response_type", Some("token")),
            ("scope", Some("unknown")),
            ("code_challenge", None),
        ] {
            assert_eq!(
                refusal(&app, &[("state", Some(&state)), change])["state"],
                state,
                "{change:?}"
            );
        }
    }
}

#[test]
fn without_state_none_comes_back() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let answer = app.authorize(
        &mut Browser::new(),
        "ada",
        &app.request_with(&[("state", None)]),
    );
    let names: Vec<String> = answer.location_params().into_keys().collect();
    assert_eq!(names, ["code", "iss"]);
    assert!(!refusal(&app, &[("state", None), ("scope", Some("unknown"))]).contains_key("state"));
}

#[test]
fn success_and_error_name_the_issuer_of_the_metadata() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let metadata = server.get("/.well-known/oauth-authorization-server").json();
    assert_eq!(
        metadata["authorization_response_iss_parameter_supported"],
        true
    );
    let issuer = metadata["issuer"].as_str().unwrap();
    let answer = app.authorize(&mut Browser::new(), "ada", &app.request());
    assert_eq!(answer.location_params()["iss"], issuer);
    assert_eq!(refusal(&app, &[("scope", Some("unknown"))])["iss"], issuer);
}

#[test]
fn the_issuer_of_an_https_server_is_named_as_configured() {
    let issuer = "https://login.example.com/tenant";
    let server = TestServer::with(|config| config.issuer = Some(issuer.to_owned()));
    let app = ThirdPartyApp::web(&server);
    let address = app.address(&app.request_with(&[("scope", Some("unknown"))]));
    let answer = Answer::get(
        &address.replace("/oauth/authorize", "/tenant/oauth/authorize"),
        &[],
    );
    assert_eq!(answer.location_params()["iss"], issuer);
}

#[test]
fn the_response_is_in_the_query_with_303() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let answer = app.authorize(&mut Browser::new(), "ada", &app.request());
    assert_eq!(answer.status, 303);
    assert!(
        answer
            .location()
            .starts_with("https://app.example/callback?code=lkc_"),
        "{answer:?}"
    );
    assert!(!answer.location().contains('#'), "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
}

#[test]
fn a_registered_query_survives_to_the_byte() {
    let server = TestServer::start();
    server.db_user("ada");
    for uri in [
        "https://c.example/cb?tenant=1%2F2",
        "https://c.example/cb?a=b+c&a=%7e&&d",
        "https://c.example",
    ] {
        let app = ThirdPartyApp::new(&server, NewClient::web(uri));
        let answer = app.authorize(&mut Browser::new(), "ada", &app.request());
        let separator = if uri.contains('?') { '&' } else { '?' };
        assert!(
            answer
                .location()
                .starts_with(&format!("{uri}{separator}code=")),
            "{answer:?}"
        );
        assert_eq!(answer.location().matches("state=").count(), 1, "{answer:?}");
    }
}

#[test]
fn a_state_of_more_than_4096_bytes_is_refused() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    // Bytes and not characters.
    for longest in ["s".repeat(4096), "é".repeat(2048)] {
        let request = app.request_with(&[("state", Some(&longest))]);
        let answer = app.authorize(&mut Browser::new(), "ada", &request);
        assert_eq!(answer.location_params()["state"], longest);
        let longer = format!("{longest}s");
        let before = server.db_count("authorization_requests");
        let params = refusal(&app, &[("state", Some(&longer))]);
        assert_eq!(params["error"], "invalid_request", "{params:?}");
        assert_eq!(params["state"], longer);
        assert_eq!(server.db_count("authorization_requests"), before);
    }
}
