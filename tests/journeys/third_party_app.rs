//! Somebody else's application, from the metadata to the last revocation.

use serde_json::json;

use crate::support::actors::sign_in;
use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, NewClient, ResourceServer, TestServer, ThirdPartyApp};

#[test]
fn a_third_party_app_gets_sees_renews_and_gives_back_its_access() {
    let server = TestServer::start();
    let user_id = server.db_user("ada");
    let api = ResourceServer::new(&server);
    let app = ThirdPartyApp::web(&server);
    let metadata = server.get("/.well-known/oauth-authorization-server").json();

    // Ada comes from the application, signs in and reads what it wants.
    let mut browser = Browser::new();
    let request = app.request_with(&[("scope", Some("read write"))]);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&request)
        .finish();
    let (at, page) = browser.get(&format!(
        "{}?{query}",
        metadata["authorization_endpoint"].as_str().unwrap()
    ));
    let (at, page) = sign_in(&mut browser, &at, &page, "ada", PASSWORD);
    for shown in [
        "Sunny Calendar",
        "ada",
        "Read your notes",
        "Change your notes",
    ] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    let (_, answer) = browser.submit(
        &at,
        &Form::find(&page, "/consent").fill("decision", "allow"),
    );
    let params = answer.location_params();
    assert!(answer.location().starts_with(&app.redirect_uri));
    assert_eq!(
        (&*params["state"], &*params["iss"]),
        ("a state", metadata["issuer"].as_str().unwrap())
    );

    // The application redeems the code and calls the API, which asks what the token is worth.
    let tokens = app.redeem(&params["code"]);
    let token = tokens.assert_tokens();
    assert_eq!(tokens.json()["expires_in"], 3600);
    let known = api.introspect(&token);
    assert_eq!(
        (&known["active"], &known["sub"], &known["client_id"]),
        (&json!(true), &json!(user_id), &json!(app.client.id))
    );
    assert_eq!(known["scope"], "read write");

    // An hour later it renews its access, and again, each time with the token it was given last.
    server.advance(3600);
    assert!(!api.is_active(&token));
    let renewed = app.refresh(&tokens.member("refresh_token"));
    let second = renewed.assert_tokens();
    assert!(api.is_active(&second));
    let narrow = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &renewed.member("refresh_token")),
        ("scope", "read"),
    ];
    let narrowed = app.token(&narrow);
    assert_eq!(api.introspect(&narrowed.assert_tokens())["scope"], "read");

    // Ada comes again: she is signed in and has consented, so no page comes between.
    let again = app.authorize(&mut browser, "ada", &request);
    assert!(again.location_params().contains_key("code"));
    let more = browser.get_once(&app.address(&request));
    assert!(!more.body.contains("name=\"password\""), "{more:?}");

    // It gives its access back: everything of that authorization ends.
    let last = narrowed.member("refresh_token");
    assert_eq!(app.revoke(&last).status, 200);
    app.refresh(&last).assert_error(400, "invalid_grant");
    for token in [&second, &narrowed.member("access_token")] {
        assert!(!api.is_active(token));
    }
}

#[test]
fn a_person_who_denies_sends_the_app_away_with_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = browser.get(&app.address(&app.request()));
    let (at, page) = sign_in(&mut browser, &at, &page, "ada", PASSWORD);
    let (_, answer) = browser.submit(&at, &Form::find(&page, "/consent").fill("decision", "deny"));
    let params = answer.location_params();
    assert_eq!(
        (&*params["error"], &*params["state"], &*params["iss"]),
        ("access_denied", "a state", &*server.url)
    );
    assert!(!params.contains_key("code"));
}

#[test]
fn a_native_app_goes_the_same_way_with_any_port_of_its_own() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut app = ThirdPartyApp::new(&server, NewClient::public("http://127.0.0.1/callback"));
    app.redirect_uri = String::from("http://127.0.0.1:49152/callback");
    let code = app.code("ada");
    let tokens = app.redeem(&code);
    assert!(api.is_active(&tokens.assert_tokens()));
    app.refresh(&tokens.member("refresh_token")).assert_tokens();
}

#[test]
fn two_devices_of_one_person_are_two_authorizations() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (phone, phone_refresh) = app.tokens("ada");
    let (laptop, laptop_refresh) = app.tokens("ada");
    assert_eq!(app.revoke(&phone_refresh).status, 200);
    assert!(!api.is_active(&phone) && api.is_active(&laptop));
    app.refresh(&laptop_refresh).assert_tokens();
}

#[test]
fn a_person_who_disconnects_the_app_ends_all_its_access() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let mut browser = Browser::new();
    let answer: Answer = app.authorize(&mut browser, "ada", &app.request());
    let tokens = app.redeem(&answer.location_params()["code"]);
    let token = tokens.assert_tokens();
    let (at, page) = browser.get(&format!("{}/account", server.url));
    assert!(
        page.body.contains("Connected apps") && page.body.contains("Sunny Calendar"),
        "{}",
        page.body
    );
    browser.submit(&at, &Form::find(&page, "/account/apps"));
    assert!(!api.is_active(&token));
    app.refresh(&tokens.member("refresh_token"))
        .assert_error(400, "invalid_grant");
    let (_, page) = browser.get(&app.address(&app.request()));
    assert!(
        page.body.contains("value=\"allow\""),
        "it must ask again: {}",
        page.body
    );
}
