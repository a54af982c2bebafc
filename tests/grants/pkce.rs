//! RFC 7636 at the token endpoint. What an authorization request must bring is tested with that endpoint.

use crate::support::{NewClient, Pkce, TestServer, ThirdPartyApp};

/// The form that redeems `code`, with this verifier or none.
fn form<'a>(
    app: &'a ThirdPartyApp<'_>,
    code: &'a str,
    verifier: Option<&'a str>,
) -> Vec<(&'a str, &'a str)> {
    let mut form = app.redemption(code);
    form.retain(|(name, _)| *name != "code_verifier");
    form.extend(verifier.map(|verifier| ("code_verifier", verifier)));
    form
}

fn apps(server: &TestServer) -> [ThirdPartyApp<'_>; 2] {
    [
        ThirdPartyApp::web(server),
        ThirdPartyApp::new(server, NewClient::public("https://spa.example/callback")),
    ]
}

#[test]
fn a_code_needs_its_verifier_whatever_the_client() {
    let server = TestServer::start();
    server.db_user("ada");
    for app in apps(&server) {
        let code = app.code("ada");
        let missing = app.token(&form(&app, &code, None));
        missing.assert_error(400, "invalid_request");
        let empty = app.token(&form(&app, &code, Some("")));
        assert_eq!(
            (empty.status, empty.body),
            (400, missing.body),
            "an empty parameter is an absent one"
        );
        app.redeem(&code).assert_tokens();
    }
}

#[test]
fn a_verifier_that_differs_in_one_character_is_refused_and_uses_nothing_up() {
    let server = TestServer::start();
    server.db_user("ada");
    for app in apps(&server) {
        let code = app.code("ada");
        for at in [0, 20, 42] {
            let wrong = super::altered(&app.pkce.verifier, at);
            app.token(&form(&app, &code, Some(&wrong)))
                .assert_error(400, "invalid_grant");
        }
        app.redeem(&code).assert_tokens();
    }
}

#[test]
fn verifiers_have_43_to_128_unreserved_characters() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut app = ThirdPartyApp::web(&server);
    for right in ["a".repeat(43), "a".repeat(128), "-._~".repeat(11)] {
        app.pkce = Pkce::of(&right);
        app.redeem(&app.code("ada")).assert_tokens();
    }
    let padded = format!("{}=", "a".repeat(43));
    for wrong in [
        "a".repeat(42),
        "a".repeat(129),
        padded,
        " a".repeat(22),
        "é".repeat(22),
        "a+".repeat(22),
    ] {
        app.pkce = Pkce::of(&wrong);
        app.redeem(&app.code("ada"))
            .assert_error(400, "invalid_grant");
    }
}

#[test]
fn the_example_of_the_specification_works() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut app = ThirdPartyApp::web(&server);
    app.pkce = Pkce::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(
        app.pkce.challenge,
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    app.redeem(&app.code("ada")).assert_tokens();
}

#[test]
fn a_token_request_cannot_change_the_method() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    let mut plain = form(&app, &code, Some(&app.pkce.challenge));
    plain.push(("code_challenge_method", "plain"));
    app.token(&plain).assert_error(400, "invalid_grant");
    app.redeem(&code).assert_tokens();
}

#[test]
fn the_verifier_of_one_flow_does_not_open_another() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut app = ThirdPartyApp::web(&server);
    let first = (app.pkce.clone(), app.code("ada"));
    app.pkce = Pkce::new();
    let second = (app.pkce.clone(), app.code("ada"));
    app.redeem(&first.1).assert_error(400, "invalid_grant");
    app.redeem(&second.1).assert_tokens();
    app.pkce = first.0;
    app.redeem(&first.1).assert_tokens();
}

#[test]
fn nobody_can_read_the_challenge_from_the_code_or_an_answer() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let back = app.authorize(&mut crate::support::Browser::new(), "ada", &app.request());
    assert!(!back.location().contains(&app.pkce.challenge));
    let answer = app.redeem(&back.location_params()["code"]);
    answer.assert_tokens();
    assert!(!answer.body.contains(&app.pkce.challenge));
}
