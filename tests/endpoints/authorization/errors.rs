//! Whom errors are told to (RFC 6749 §4.1.2.1): the client where its address is known, else a person on
//! a page that leads nowhere.

use diesel::prelude::*;
use latchkey::models::client;

use crate::support::browser::Form;
use crate::support::{Answer, Browser, NewClient, TestServer, ThirdPartyApp};

use super::{ask, assert_refused, refusal};

/// A page that says what is wrong and neither sends nor links anywhere.
#[track_caller]
fn assert_dead_end(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.header("location")),
        (400, None),
        "{answer:?}"
    );
    assert!(answer.body.contains("<h1>"), "{answer:?}");
    for leak in ["evil.test", "<a ", "http-equiv", "<form"] {
        assert!(!answer.body.contains(leak), "{leak} is in {answer:?}");
    }
}

#[test]
fn an_unknown_missing_or_disabled_client_is_a_page_that_leads_nowhere() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    for id in [
        None,
        Some(""),
        Some("cli_unknown"),
        Some("evil.test"),
        Some("<a href=//evil.test>"),
    ] {
        let changes = [
            ("client_id", id),
            ("redirect_uri", Some("https://evil.test/cb")),
            ("prompt", Some("none")),
        ];
        assert_dead_end(&ask(&app, &app.request_with(&changes)));
        assert_dead_end(&ask(&app, &app.request_with(&changes[..1])));
    }
    let (id, now) = (app.client.id.clone(), server.app.now());
    server.db_write(move |connection| Ok(client::set_disabled(connection, &id, Some(now))?));
    assert_dead_end(&ask(&app, &app.request()));
}

#[test]
fn an_unknown_redirect_uri_is_a_page_that_leads_nowhere_even_with_other_errors() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    app.authorize(&mut browser, "ada", &app.request());
    let evil = ("redirect_uri", Some("https://evil.test/cb"));
    for other in [
        ("state", Some("x")),
        ("response_type", Some("token")),
        ("scope", Some("unknown")),
        ("code_challenge", None),
    ] {
        let address = app.address(&app.request_with(&[evil, other]));
        assert_dead_end(&browser.get_once(&address));
        assert_dead_end(&server.post("/oauth/authorize", &app.request_with(&[evil, other])));
    }
}

#[test]
fn an_unreadable_request_is_a_page_that_leads_nowhere() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let good = app.address(&app.request());
    for broken in ["&x=%", "&x=%zz", "&state2=%ff%fe", "&%c3=1"] {
        assert_dead_end(&Answer::get(&format!("{good}{broken}"), &[]));
    }
    let many: Vec<(&str, &str)> = vec![("x", "y"); 100];
    assert_dead_end(&ask(&app, &[app.request(), many].concat()));
}

#[test]
fn a_post_that_is_no_form_is_a_page() {
    let server = TestServer::start();
    let url = format!("{}/oauth/authorize", server.url);
    let long = vec![b'a'; 100_000];
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for (headers, body) in [
        (&[("content-type", "application/json")][..], &b"{}"[..]),
        (&[], b"a=b"),
        (&form, &long),
        (&form, b"a=%ff"),
    ] {
        let answer = Answer::send("POST", &url, headers, Some(body));
        assert_dead_end(&answer);
    }
}

#[test]
fn a_client_without_the_grant_is_unauthorized() {
    let server = TestServer::start();
    let redirect_uris = vec![String::from("https://service.example/callback")];
    let app = ThirdPartyApp::new(
        &server,
        NewClient {
            redirect_uris,
            ..NewClient::service()
        },
    );
    assert_refused(&app, "unauthorized_client", &[]);
}

#[test]
fn error_descriptions_stay_within_rfc_6749s_characters() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let odd = "\"quotes\" \\ back\r\nline 🦀 <b>";
    for name in [
        "response_type",
        "scope",
        "code_challenge",
        "code_challenge_method",
        "response_mode",
        "request",
    ] {
        let params = refusal(&app, &[(name, Some(odd))]);
        for text in [&params["error"], &params["error_description"]] {
            assert!(
                text.bytes()
                    .all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
                "{name}: {text}"
            );
        }
    }
}

#[test]
fn a_failure_of_the_server_shows_nothing_inside_and_loses_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = browser.get(&app.address(&app.request()));
    let (at, page) = crate::support::actors::sign_in(
        &mut browser,
        &at,
        &page,
        "ada",
        crate::support::app::PASSWORD,
    );
    let rename = |from: &'static str, to: &'static str| {
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        server.db_write(move |connection| Ok(diesel::sql_query(sql).execute(connection)?));
    };
    rename("authorization_codes", "hidden");
    let form = Form::find(&page, "/consent").fill("decision", "allow");
    let failed = browser.submit_once(&at, &form);
    assert_eq!(failed.status, 503, "{failed:?}");
    assert_eq!(failed.header("location"), None, "{failed:?}");
    assert!(failed.header("retry-after").is_some(), "{failed:?}");
    for inside in ["authorization_codes", "SQL", "sqlite", "relation", "table"] {
        assert!(!failed.body.contains(inside), "{inside} is in {failed:?}");
    }
    rename("hidden", "authorization_codes");
    let answer = browser.submit_once(&at, &form);
    app.redeem(&answer.location_params()["code"])
        .assert_tokens();
}
