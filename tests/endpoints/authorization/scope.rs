//! Scopes at the authorization endpoint (RFC 6749 §3.3): refused by redirect, before anybody is asked.

use crate::support::{Browser, NewClient, TestServer, ThirdPartyApp};

use super::{assert_accepted, assert_refused};

#[test]
fn a_malformed_scope_is_invalid_scope() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    for scope in [
        "bad\"scope",
        "read  write",
        " read",
        "read ",
        "read\\",
        "réad",
        "read\twrite",
        "\u{1f980}",
    ] {
        assert_refused(&app, "invalid_scope", &[("scope", Some(scope))]);
    }
    let long = "read ".repeat(2000) + "read";
    assert_accepted(&app, &app.request_with(&[("scope", Some(&long))]));
    let unknown = "x".repeat(10_000);
    assert_refused(&app, "invalid_scope", &[("scope", Some(&unknown))]);
}

#[test]
fn an_unknown_scope_or_one_that_is_not_the_clients_is_invalid_scope() {
    let server = TestServer::start();
    server.db_scope("admin", "Everything", false, false);
    let app = ThirdPartyApp::web(&server);
    for scope in ["delete", "read delete", "admin", "read admin", "READ"] {
        assert_refused(&app, "invalid_scope", &[("scope", Some(scope))]);
    }
}

#[test]
fn a_public_client_cannot_ask_for_a_sensitive_scope() {
    let server = TestServer::start();
    let client = NewClient {
        scope: String::from("read write"),
        ..NewClient::public("https://spa.example/callback")
    };
    let app = ThirdPartyApp::new(&server, client.clone());
    assert_refused(&app, "invalid_scope", &[("scope", Some("write"))]);
    assert_refused(&app, "invalid_scope", &[("scope", Some("read write"))]);
    assert_accepted(&app, &app.request());
    let own = ThirdPartyApp::new(
        &server,
        NewClient {
            first_party: true,
            ..client
        },
    );
    assert_accepted(&own, &own.request_with(&[("scope", Some("read write"))]));
}

#[test]
fn without_scope_the_default_ones_are_asked_for() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code_for("ada", &app.request_with(&[("scope", None)]));
    let answer = app.redeem(&code);
    answer.assert_tokens();
    assert_eq!(answer.member("scope"), "read");
    let without = NewClient {
        scope: String::from("write"),
        ..NewClient::web("https://w.example/callback")
    };
    let app = ThirdPartyApp::new(&server, without);
    assert_refused(&app, "invalid_scope", &[("scope", None)]);
}

#[test]
fn a_scope_that_the_user_lacks_is_left_out_and_told() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_scope("audit", "See who did what", false, false);
    let client = NewClient {
        scope: String::from("read audit"),
        ..NewClient::web("https://audit.example/callback")
    };
    let app = ThirdPartyApp::new(&server, client);
    let code = app.code_for("ada", &app.request_with(&[("scope", Some("read audit"))]));
    let answer = app.redeem(&code);
    answer.assert_tokens();
    assert_eq!(answer.member("scope"), "read");
}

#[test]
fn a_request_of_which_the_user_has_nothing_is_invalid_scope() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_scope("audit", "See who did what", false, false);
    let client = NewClient {
        scope: String::from("read audit"),
        ..NewClient::web("https://audit.example/callback")
    };
    let app = ThirdPartyApp::new(&server, client);
    let answer = app.authorize(
        &mut Browser::new(),
        "ada",
        &app.request_with(&[("scope", Some("audit"))]),
    );
    let params = answer.location_params();
    assert_eq!(params["error"], "invalid_scope", "{answer:?}");
    assert_eq!(
        (params["state"].as_str(), params["iss"].as_str()),
        ("a state", server.url.as_str())
    );
    assert!(!params.contains_key("code"), "{answer:?}");
}

#[test]
fn a_refused_scope_asks_nobody_to_consent_although_somebody_is_signed_in() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    app.authorize(&mut browser, "ada", &app.request());
    let answer = browser.get_once(&app.address(&app.request_with(&[("scope", Some("delete"))])));
    assert_eq!(
        answer.location_params()["error"],
        "invalid_scope",
        "{answer:?}"
    );
}
