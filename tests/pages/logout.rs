//! Signing out, and "not you?".

use crate::support::actors::sign_in;
use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Browser, TestServer, ThirdPartyApp};

use super::{assert_page, at_consent, decide, is_signed_in, signed_in};

#[test]
fn the_page_asks_and_a_visit_alone_signs_nobody_out() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let (_, page) = browser.get(&format!("{}/logout", server.url));
    assert_page(&page, 200);
    assert!(
        page.body.contains("ada") && page.body.contains(">Sign out</button>"),
        "{page:?}"
    );
    assert!(is_signed_in(&server, &mut browser));
}

#[test]
fn signing_out_ends_the_session_and_takes_its_cookie() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let mut copy = Browser {
        cookies: browser.cookies.clone(),
        ..Browser::new()
    };
    let mut elsewhere = signed_in(&server, "ada");
    let (at, page) = browser.get(&format!("{}/logout", server.url));
    let answer = browser.submit_once(&at, &Form::find(&page, "/logout"));
    assert_eq!(
        (answer.status, answer.location()),
        (303, format!("{}/logout", server.url).as_str())
    );
    assert!(
        !browser.cookies.keys().any(|name| name.contains("session")),
        "{:?}",
        browser.cookies
    );
    assert!(
        !is_signed_in(&server, &mut copy),
        "the cookie's value is worth nothing any more"
    );
    assert!(is_signed_in(&server, &mut elsewhere));
    let (_, page) = browser.get(answer.location());
    assert!(page.body.contains("You are signed out"), "{page:?}");
}

#[test]
fn signing_out_leaves_connected_apps_alone() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let answer = app.authorize(&mut browser, "ada", &app.request());
    let tokens = app.redeem(&answer.location_params()["code"]);
    let (at, page) = browser.get(&format!("{}/logout", server.url));
    browser.submit(&at, &Form::find(&page, "/logout"));
    app.refresh(&tokens.member("refresh_token")).assert_tokens();
}

#[test]
fn whoever_is_not_signed_in_is_told_so() {
    let server = TestServer::start();
    let mut browser = Browser::new();
    let (_, page) = browser.get(&format!("{}/logout", server.url));
    assert_page(&page, 200);
    assert!(page.body.contains("You are signed out"), "{page:?}");
    let answer = server.post("/logout", &[]);
    assert_eq!(answer.status, 303, "{answer:?}");
}

#[test]
fn not_you_signs_out_and_starts_the_same_request_for_another_user() {
    let server = TestServer::start();
    server.db_user("ada");
    let bea = server.db_user("bea");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    let mut before = Browser {
        cookies: browser.cookies.clone(),
        ..Browser::new()
    };
    let (at, page) = browser.submit(&at, &Form::find(&page, "/logout"));
    assert!(
        at.contains("/login?continue=") && page.status == 200,
        "{at}: {page:?}"
    );
    assert!(!is_signed_in(&server, &mut before));
    let (at, page) = sign_in(&mut browser, &at, &page, "bea", PASSWORD);
    assert!(page.body.contains("<bdi>bea</bdi>"), "{page:?}");
    let answer = decide(&mut browser, &at, &page, "allow");
    assert_eq!(answer.location_params()["state"], "a state");
    let token = app
        .redeem(&answer.location_params()["code"])
        .assert_tokens();
    let known = server
        .post_as(&app.client, "/oauth/introspect", &[("token", &token)])
        .json();
    assert_eq!(known["sub"], bea.as_str());
}

#[test]
fn not_you_of_a_request_that_is_somebody_elses_still_signs_out() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    let form = Form::find(&page, "/logout");
    server.advance(3601);
    let answer = browser.submit_once(&at, &form);
    assert!(answer.status < 500, "{answer:?}");
    assert!(!is_signed_in(&server, &mut browser));
}

#[test]
fn signing_out_cannot_lead_to_another_site() {
    let server = TestServer::start();
    server.db_user("ada");
    for target in ["https://evil.test/", "//evil.test", "/\\evil.test"] {
        let mut browser = signed_in(&server, "ada");
        let (at, page) = browser.get(&format!(
            "{}/logout?next={target}&post_logout_redirect_uri={target}",
            server.url
        ));
        let form = Form::find(&page, "/logout")
            .fill("continue", target)
            .fill("post_logout_redirect_uri", target);
        let answer = browser.submit_once(&at, &form);
        assert!(
            !answer
                .header("location")
                .unwrap_or_default()
                .contains("evil.test"),
            "{answer:?}"
        );
    }
}
