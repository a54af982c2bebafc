//! CSP's `form-action`: Chromium applies it to the whole redirect chain of a form, so pages whose form can
//! end at the client name the client's place too, and no other page names any.

use crate::support::actors::sign_in;
use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, NewClient, TestServer, ThirdPartyApp};

/// The sources of `form-action`.
#[track_caller]
fn form_action(page: &Answer) -> String {
    let policy = page
        .header("content-security-policy")
        .unwrap_or_else(|| panic!("no policy in {page:?}"));
    let own: Vec<&str> = policy
        .split(';')
        .filter_map(|part| part.trim().strip_prefix("form-action "))
        .collect();
    let [own] = own[..] else {
        panic!("form-action is not once in {policy}")
    };
    own.to_owned()
}

/// Fails the test unless sign-in and consent for this redirect URI name this source.
#[track_caller]
fn assert_source(client: NewClient, sent: &str, source: &str) {
    let server = TestServer::start();
    server.db_user("ada");
    let mut app = ThirdPartyApp::new(&server, client);
    sent.clone_into(&mut app.redirect_uri);
    let expected = format!("'self' {source}");
    let mut browser = Browser::new();
    let (at, login) = browser.get(&app.address(&app.request()));
    assert_eq!(form_action(&login), expected, "sign-in");
    let (at, wrong) = sign_in(&mut browser, &at, &login, "ada", "a wrong guess");
    assert_eq!(
        (wrong.status, form_action(&wrong)),
        (422, expected.clone()),
        "sign-in after a mistake"
    );
    let (_, consent) = sign_in(&mut browser, &at, &wrong, "ada", PASSWORD);
    assert!(consent.body.contains("value=\"allow\""), "{consent:?}");
    assert_eq!(form_action(&consent), expected, "consent");
}

#[test]
fn an_https_redirect_is_its_origin() {
    assert_source(
        NewClient::web("https://app.example/a/b?c=d"),
        "https://app.example/a/b?c=d",
        "https://app.example",
    );
    assert_source(
        NewClient::web("https://app.example:8443/cb"),
        "https://app.example:8443/cb",
        "https://app.example:8443",
    );
    assert_source(
        NewClient::public("https://spa.example:443/cb"),
        "https://spa.example:443/cb",
        "https://spa.example",
    );
}

#[test]
fn an_http_loopback_redirect_is_its_origin_with_this_requests_port() {
    assert_source(
        NewClient::web("http://localhost:3000/cb"),
        "http://localhost:3000/cb",
        "http://localhost:3000",
    );
    assert_source(
        NewClient::public("http://127.0.0.1/cb"),
        "http://127.0.0.1:51004/cb",
        "http://127.0.0.1:51004",
    );
    assert_source(
        NewClient::public("http://localhost/cb"),
        "http://localhost/cb",
        "http://localhost",
    );
}

#[test]
fn an_ipv6_loopback_redirect_is_its_scheme() {
    assert_source(
        NewClient::public("http://[::1]/cb"),
        "http://[::1]:51004/cb",
        "http:",
    );
}

#[test]
fn an_app_scheme_is_itself() {
    assert_source(
        NewClient::public("com.example.app:/cb"),
        "com.example.app:/cb",
        "com.example.app:",
    );
}

#[test]
fn a_throttled_sign_in_names_it_too() {
    let server = TestServer::with(|config| config.login.max_failures = 1);
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = browser.get(&app.address(&app.request()));
    sign_in(&mut browser, &at, &page, "ada", "wrong");
    let (_, page) = sign_in(&mut browser, &at, &page, "ada", "wrong");
    assert_eq!(
        (page.status, form_action(&page)),
        (429, String::from("'self' https://app.example"))
    );
}

#[test]
fn every_other_page_names_self_alone() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = Browser::new();
    let login = browser.get(&format!("{}/login", server.url));
    assert_eq!(form_action(&login.1), "'self'");
    let wrong = sign_in(&mut browser, &login.0, &login.1, "ada", "wrong").1;
    assert_eq!(form_action(&wrong), "'self'");
    sign_in(&mut browser, &login.0, &login.1, "ada", PASSWORD);
    for path in [
        "/account",
        "/logout",
        "/setup",
        "/nothing",
        "/oauth/authorize?client_id=x",
        "/login?continue=x",
    ] {
        assert_eq!(
            form_action(&browser.get(&format!("{}{path}", server.url)).1),
            "'self'",
            "{path}"
        );
    }
    let (at, page) = browser.get(&format!("{}/logout", server.url));
    let forged = browser.submit_once(&at, &Form::find(&page, "/logout").fill("csrf", "x"));
    assert_eq!(
        (forged.status, form_action(&forged)),
        (403, String::from("'self'"))
    );
}
