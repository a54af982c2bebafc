//! Forms are sent by this server's pages in this browser, or not at all (RFC 6749 §10.12).

use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, NewClient, TestServer, ThirdPartyApp};

use super::{at_consent, cookies_of, decide, is_signed_in, signed_in};

#[track_caller]
fn assert_forged(answer: &Answer) {
    super::assert_page(answer, 403);
    assert!(
        !answer.headers.iter().any(|(name, _)| name == "set-cookie"),
        "{answer:?}"
    );
}

/// Posts a form with a browser's cookies and an Origin of choice.
fn post_from(server: &TestServer, browser: &Browser, origin: Option<&str>, form: &Form) -> Answer {
    let cookies = cookies_of(browser);
    let headers: Vec<(&str, &str)> = origin
        .map(|origin| ("origin", origin))
        .into_iter()
        .chain([("cookie", cookies.as_str())])
        .collect();
    let fields: Vec<(&str, &str)> = form
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    Answer::post(&format!("{}{}", server.url, form.action), &headers, &fields)
}

fn foreign_origins(server: &TestServer) -> Vec<String> {
    let port = server.url.rsplit(':').next().unwrap();
    [
        "https://evil.test",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "NULL",
        "null null",
        "",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([
        format!("http://localhost:{port}"),
        format!("https://127.0.0.1:{port}"),
        format!("{}.evil.test", server.url),
    ])
    .collect()
}

#[test]
fn consent_needs_the_token_of_this_session() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    let mut stranger = Browser::new();
    let (_, foreign) = at_consent(&app, &mut stranger, "bea");
    let foreign = Form::find(&foreign, "/consent")
        .field("csrf")
        .unwrap()
        .to_owned();
    let account = browser.get(&format!("{}/account", server.url)).1;
    let of_account = Form::find(&account, "/account/theme")
        .field("csrf")
        .unwrap()
        .to_owned();
    let form = Form::find(&page, "/consent").fill("decision", "allow");
    for token in ["", "x", &"A".repeat(43), &foreign, &of_account] {
        assert_forged(&browser.submit_once(&at, &form.clone().fill("csrf", token)));
    }
    let mut missing = form.clone();
    missing.fields.retain(|(name, _)| name != "csrf");
    assert_forged(&browser.submit_once(&at, &missing));
    assert!(
        decide(&mut browser, &at, &page, "allow")
            .location_params()
            .contains_key("code")
    );
}

#[test]
fn consent_from_another_origin_is_refused_and_null_or_none_is_ours() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    for good in [Some("null"), None, Some(server.url.as_str())] {
        let mut browser = Browser::new();
        let (_, page) = at_consent(&app, &mut browser, "ada");
        let form = Form::find(&page, "/consent").fill("decision", "deny");
        for origin in foreign_origins(&server) {
            assert_forged(&post_from(&server, &browser, Some(&origin), &form));
        }
        let answer = post_from(&server, &browser, good, &form);
        assert_eq!(
            answer.location_params()["error"],
            "access_denied",
            "{good:?}"
        );
    }
}

#[test]
fn sign_in_needs_the_token_of_this_browser() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let (_, foreign) = Browser::new().get(&at);
    let foreign = Form::find(&foreign, "/login")
        .field("csrf")
        .unwrap()
        .to_owned();
    let form = Form::find(&page, "/login")
        .fill("username", "ada")
        .fill("password", PASSWORD);
    for token in ["", "x", &foreign] {
        assert_forged(&browser.submit_once(&at, &form.clone().fill("csrf", token)));
    }
    assert_forged(&Browser::new().submit_once(&at, &form));
    for origin in foreign_origins(&server) {
        assert_forged(&post_from(&server, &browser, Some(&origin), &form));
    }
    assert!(!is_signed_in(&server, &mut browser));
    assert_eq!(browser.submit_once(&at, &form).status, 303);
}

#[test]
fn a_token_from_before_sign_in_does_not_pass_after_it() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let before = Form::find(&page, "/login")
        .field("csrf")
        .unwrap()
        .to_owned();
    crate::support::actors::sign_in(&mut browser, &at, &page, "ada", PASSWORD);
    let (at, page) = browser.get(&format!("{}/account", server.url));
    for action in ["/account/theme", "/account/password", "/account/sessions"] {
        assert_forged(&browser.submit_once(&at, &Form::find(&page, action).fill("csrf", &before)));
    }
}

#[test]
fn every_form_of_the_account_needs_the_token_and_our_origin() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let app = ThirdPartyApp::new(&server, NewClient::web("https://app.example/callback"));
    let mut browser = signed_in(&server, "ada");
    app.authorize(&mut browser, "ada", &app.request());
    let (at, page) = browser.get(&format!("{}/account", server.url));
    let (_, foreign) = signed_in(&server, "bea").get(&at);
    let foreign = Form::find(&foreign, "/account/theme")
        .field("csrf")
        .unwrap()
        .to_owned();
    let forms = Form::all(&page);
    let actions: Vec<&str> = forms.iter().map(|form| form.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "/account/password",
            "/account/sessions",
            "/account/apps",
            "/account/theme"
        ]
    );
    for form in forms {
        for token in ["", &foreign] {
            assert_forged(&browser.submit_once(&at, &form.clone().fill("csrf", token)));
        }
        assert_forged(&post_from(
            &server,
            &browser,
            Some("https://evil.test"),
            &form,
        ));
        assert_forged(&post_from(&server, &Browser::new(), None, &form));
    }
    assert!(is_signed_in(&server, &mut browser));
    let (_, page) = browser.get(&at);
    assert!(page.body.contains("Sunny Calendar"), "{page:?}");
}

#[test]
fn signing_out_needs_the_token_and_our_origin() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let (at, page) = browser.get(&format!("{}/logout", server.url));
    let form = Form::find(&page, "/logout");
    assert_forged(&browser.submit_once(&at, &form.clone().fill("csrf", "x")));
    assert_forged(&post_from(
        &server,
        &browser,
        Some("https://evil.test"),
        &form,
    ));
    assert!(is_signed_in(&server, &mut browser));
    browser.submit(&at, &form);
    assert!(!is_signed_in(&server, &mut browser));
}

#[test]
fn behind_https_the_origin_is_the_issuers_without_its_path() {
    let server =
        TestServer::with(|config| config.issuer = Some(String::from("https://example.com/tenant")));
    server.db_user("ada");
    let mut browser = Browser::new();
    let page = browser.get_once(&format!("{}/tenant/login", server.url));
    let form = Form::find(&page, "/login")
        .fill("username", "ada")
        .fill("password", PASSWORD);
    for origin in [
        "http://example.com",
        "https://example.com:444",
        "https://example.com/tenant",
        server.url.as_str(),
    ] {
        assert_forged(&post_from(&server, &browser, Some(origin), &form));
    }
    assert_eq!(
        post_from(&server, &browser, Some("https://example.com"), &form).status,
        303
    );
}

#[test]
fn a_link_cannot_decide_sign_in_or_sign_out() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    let token = Form::find(&page, "/consent")
        .field("csrf")
        .unwrap()
        .to_owned();
    let shown = browser.get_once(&format!("{at}&decision=allow&csrf={token}"));
    assert_eq!(
        (shown.status, shown.header("location")),
        (200, None),
        "{shown:?}"
    );
    browser.get_once(&format!("{}/logout?csrf={token}", server.url));
    assert!(is_signed_in(&server, &mut browser));
}
