//! Whom the consent page asks again.

use std::sync::Barrier;

use diesel::prelude::*;
use latchkey::schema::clients;

use crate::support::{Answer, Browser, NewClient, TestServer, ThirdPartyApp};

use super::{at_consent, decide, signed_in};

/// What a signed-in browser is answered to a request: the page or the code.
fn visit(app: &ThirdPartyApp<'_>, browser: &mut Browser, scope: &str) -> Answer {
    browser
        .get(&app.address(&app.request_with(&[("scope", Some(scope))])))
        .1
}

fn asks(answer: &Answer) -> bool {
    let asks = answer.body.contains("value=\"allow\"");
    assert!(
        asks || answer.location_params().contains_key("code"),
        "{answer:?}"
    );
    asks
}

#[test]
fn the_same_or_less_is_not_asked_again_in_any_browser() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    app.code_for("ada", &app.request_with(&[("scope", Some("read write"))]));
    let mut browser = signed_in(&server, "ada");
    for scope in ["read write", "write read", "read", "write"] {
        assert!(!asks(&visit(&app, &mut browser, scope)), "{scope}");
    }
}

#[test]
fn new_scopes_ask_again_and_add_to_what_is_remembered() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    app.code("ada");
    let mut browser = signed_in(&server, "ada");
    assert!(asks(&visit(&app, &mut browser, "read write")));
    app.authorize(
        &mut browser,
        "ada",
        &app.request_with(&[("scope", Some("write"))]),
    );
    assert!(!asks(&visit(&app, &mut browser, "read write")));
}

#[test]
fn consent_is_one_users_to_one_client() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let (app, other) = (ThirdPartyApp::web(&server), ThirdPartyApp::web(&server));
    app.code("ada");
    assert!(!asks(&visit(&app, &mut signed_in(&server, "ada"), "read")));
    assert!(asks(&visit(&other, &mut signed_in(&server, "ada"), "read")));
    assert!(asks(&visit(&app, &mut signed_in(&server, "bea"), "read")));
}

#[test]
fn a_denial_is_not_remembered_and_takes_nothing_back() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    decide(&mut browser, &at, &page, "deny");
    assert!(asks(&visit(&app, &mut browser, "read")));
    app.authorize(&mut browser, "ada", &app.request());
    let (at, page) = browser.get(&app.address(&app.request_with(&[("scope", Some("write"))])));
    decide(&mut browser, &at, &page, "deny");
    assert!(!asks(&visit(&app, &mut browser, "read")));
}

#[test]
fn the_operators_own_clients_do_not_ask() {
    let server = TestServer::start();
    server.db_user("ada");
    let own = |client| {
        ThirdPartyApp::new(
            &server,
            NewClient {
                first_party: true,
                ..client
            },
        )
    };
    let app = own(NewClient::web("https://own.example/cb"));
    assert!(!asks(&visit(&app, &mut signed_in(&server, "ada"), "read")));
    // Anybody on the device could be listening there, whoever's client it says it is.
    let app = own(NewClient::public("http://127.0.0.1/cb"));
    assert!(asks(&visit(&app, &mut signed_in(&server, "ada"), "read")));
}

#[test]
fn a_public_client_on_the_device_asks_every_time() {
    let server = TestServer::start();
    server.db_user("ada");
    for uri in [
        "http://127.0.0.1/cb",
        "http://[::1]/cb",
        "http://localhost/cb",
        "com.example.app:/cb",
    ] {
        let app = ThirdPartyApp::new(&server, NewClient::public(uri));
        let mut browser = signed_in(&server, "ada");
        for _ in 0..3 {
            assert!(asks(&visit(&app, &mut browser, "read")), "{uri}");
            app.authorize(&mut browser, "ada", &app.request());
        }
    }
}

#[test]
fn it_is_this_requests_redirect_that_counts() {
    let server = TestServer::start();
    server.db_user("ada");
    let uris = ["https://claimed.example/cb", "com.example.app:/cb"]
        .map(String::from)
        .to_vec();
    let mut app = ThirdPartyApp::new(
        &server,
        NewClient {
            redirect_uris: uris.clone(),
            ..NewClient::public("")
        },
    );
    let mut browser = signed_in(&server, "ada");
    app.authorize(&mut browser, "ada", &app.request());
    assert!(!asks(&visit(&app, &mut browser, "read")));
    app.redirect_uri.clone_from(&uris[1]);
    assert!(asks(&visit(&app, &mut browser, "read")));
}

#[test]
fn a_confidential_client_on_loopback_is_remembered() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::new(&server, NewClient::web("http://localhost:3000/cb"));
    app.code("ada");
    assert!(!asks(&visit(&app, &mut signed_in(&server, "ada"), "read")));
}

#[test]
fn a_remembered_consent_still_needs_a_sign_in() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    app.code("ada");
    let (at, page) = Browser::new().get(&app.address(&app.request()));
    assert!(
        at.contains("/login") && page.body.contains("name=\"password\""),
        "{page:?}"
    );
}

#[test]
fn first_consents_in_many_tabs_at_once_all_succeed() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = signed_in(&server, "ada");
    let tabs: Vec<_> = (0..12)
        .map(|_| at_consent(&app, &mut browser, "ada"))
        .collect();
    let start = Barrier::new(tabs.len());
    std::thread::scope(|scope| {
        let decisions: Vec<_> = tabs
            .iter()
            .map(|(at, page)| {
                let mut tab = Browser {
                    cookies: browser.cookies.clone(),
                    ..Browser::new()
                };
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    decide(&mut tab, at, page, "allow")
                })
            })
            .collect();
        for decision in decisions {
            let answer = decision.join().unwrap();
            assert_eq!(answer.status, 303, "{answer:?}");
            assert!(answer.location_params().contains_key("code"), "{answer:?}");
        }
    });
}

#[test]
fn only_what_somebody_was_asked_about_is_remembered() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::new(
        &server,
        NewClient {
            first_party: true,
            ..NewClient::web("https://own.example/cb")
        },
    );
    let mut browser = signed_in(&server, "ada");
    assert!(!asks(&visit(&app, &mut browser, "read")));
    assert_eq!(server.db_count("consents"), 0);
    let account = |browser: &mut Browser| browser.get(&format!("{}/account", server.url)).1;
    assert!(account(&mut browser).body.contains("Sunny Calendar"));
    // What it was given has ended: nothing stays that would be granted again unasked.
    server.advance(61);
    assert!(account(&mut browser).body.contains("No connected apps"));
    let id = app.client.id.clone();
    server.db_write(move |connection| {
        diesel::update(clients::table.find(id))
            .set(clients::is_first_party.eq(false))
            .execute(connection)?;
        Ok(latchkey::db::note_change(connection)?)
    });
    assert!(asks(&visit(&app, &mut browser, "read")));
    app.authorize(&mut browser, "ada", &app.request());
    assert_eq!(server.db_count("consents"), 1);
    assert!(!asks(&visit(&app, &mut browser, "read")));
}
