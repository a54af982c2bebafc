//! PKCE at the authorization endpoint (RFC 7636 §4.2 to §4.4): S256 for everybody. Verifiers are the
//! token endpoint's.

use crate::support::{Browser, NewClient, Pkce, TestServer, ThirdPartyApp};

use super::{assert_accepted, assert_refused};

#[test]
fn every_client_needs_a_challenge() {
    let server = TestServer::start();
    let first_party = NewClient {
        first_party: true,
        ..NewClient::web("https://own.example/callback")
    };
    let clients = [
        NewClient::web("https://app.example/callback"),
        NewClient::public("https://spa.example/callback"),
        first_party,
    ];
    for client in clients {
        let app = ThirdPartyApp::new(&server, client);
        assert_accepted(&app, &app.request());
        assert_refused(
            &app,
            "invalid_request",
            &[("code_challenge", None), ("code_challenge_method", None)],
        );
        assert_refused(&app, "invalid_request", &[("code_challenge", None)]);
    }
}

#[test]
fn a_missing_challenge_is_explained() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let params = super::refusal(&app, &[("code_challenge", None)]);
    assert!(
        params["error_description"].contains("code_challenge"),
        "{params:?}"
    );
    assert!(params["error_description"].contains("S256"), "{params:?}");
}

#[test]
fn a_challenge_without_a_method_is_not_read_as_s256() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    assert_refused(&app, "invalid_request", &[("code_challenge_method", None)]);
    assert_refused(
        &app,
        "invalid_request",
        &[("code_challenge_method", Some(""))],
    );
}

#[test]
fn plain_and_unknown_methods_are_refused() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    for method in ["plain", "PLAIN", "s256", "S512", "S256 ", "none"] {
        assert_refused(
            &app,
            "invalid_request",
            &[("code_challenge_method", Some(method))],
        );
    }
}

#[test]
fn a_challenge_is_43_base64url_characters() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let good = app.pkce.challenge.as_str();
    let padded = format!("{good}=");
    let longer = format!("{good}A");
    for wrong in [&padded, &longer, &good[..42]] {
        assert_refused(&app, "invalid_request", &[("code_challenge", Some(wrong))]);
    }
    for odd in ["+", "/", "=", ".", "~", " ", "\n", "é"] {
        let wrong = format!("{odd}{}", &good[odd.len()..]);
        assert_refused(&app, "invalid_request", &[("code_challenge", Some(&wrong))]);
    }
}

#[test]
fn the_example_of_rfc_7636_works() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut app = ThirdPartyApp::web(&server);
    app.pkce = Pkce::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(
        app.pkce.challenge,
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    let code = app.code("ada");
    app.redeem(&code).assert_tokens();
}

#[test]
fn the_challenge_cannot_be_read_from_any_answer() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let answer = app.authorize(&mut Browser::new(), "ada", &app.request());
    assert!(
        !answer.location().contains(&app.pkce.challenge),
        "{answer:?}"
    );
    let code = answer.location_params()["code"].clone();
    assert!(!app.redeem(&code).body.contains(&app.pkce.challenge));
}
