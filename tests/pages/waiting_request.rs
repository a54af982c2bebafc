//! A request that waits for its person: one browser's, then one session's, for an hour, decided once.

use std::sync::Barrier;

use crate::support::actors::sign_in;
use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, NewClient, TestServer, ThirdPartyApp};

use super::{assert_page, at_consent, decide, is_signed_in, signed_in};

#[track_caller]
fn assert_gone(answer: &Answer) {
    assert_page(answer, 400);
    assert!(answer.body.contains("start again there"), "{answer:?}");
}

#[test]
fn another_browser_cannot_continue_it() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (login, _) = browser.get(&app.address(&app.request()));
    let consent = login.replace("/login", "/oauth/authorize/consent");
    let mut others = [
        Browser::new(),
        signed_in(&server, "ada"),
        signed_in(&server, "bea"),
    ];
    for other in &mut others {
        for at in [&login, &consent] {
            assert_gone(&other.get(at).1);
        }
    }
    let (at, page) = browser.get(&login);
    assert!(
        sign_in(&mut browser, &at, &page, "ada", PASSWORD)
            .1
            .body
            .contains("value=\"allow\"")
    );
}

#[test]
fn another_browser_cannot_sign_in_for_it() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut attacker = Browser::new();
    let (_, planted) = attacker.get(&app.address(&app.request()));
    let id = Form::find(&planted, "/login")
        .field("continue")
        .unwrap()
        .to_owned();
    let mut victim = Browser::new();
    let (at, page) = victim.get(&format!("{}/login", server.url));
    let form = Form::find(&page, "/login")
        .fill("username", "ada")
        .fill("password", PASSWORD)
        .fill("continue", &id);
    assert_gone(&victim.submit_once(&at, &form));
}

#[test]
fn another_session_of_the_same_browser_cannot_decide_it() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    // The browser keeps the cookie from before sign-in, and the other session's.
    browser.cookies.extend(
        signed_in(&server, "bea")
            .cookies
            .into_iter()
            .filter(|(name, _)| name.contains("session")),
    );
    let answer = decide(&mut browser, &at, &page, "allow");
    assert!(
        answer.status >= 400 && answer.header("location").is_none(),
        "{answer:?}"
    );
    assert_gone(&browser.get(&at).1);
}

#[test]
fn decisions_of_two_requests_cannot_be_swapped() {
    let server = TestServer::start();
    server.db_user("ada");
    let (mild, greedy) = (
        ThirdPartyApp::web(&server),
        ThirdPartyApp::new(&server, NewClient::web("https://greedy.example/cb")),
    );
    let mut browser = Browser::new();
    let (at, mild_page) = at_consent(&mild, &mut browser, "ada");
    let greedy_address = greedy.address(&greedy.request_with(&[("scope", Some("read write"))]));
    let (greedy_at, greedy_page) = browser.get(&greedy_address);
    let greedy_id = Form::find(&greedy_page, "/consent")
        .field("continue")
        .unwrap()
        .to_owned();
    let swapped = Form::find(&mild_page, "/consent")
        .fill("continue", &greedy_id)
        .fill("decision", "allow");
    assert_page(&browser.submit_once(&at, &swapped), 403);
    let code = decide(&mut browser, &at, &mild_page, "allow").location_params()["code"].clone();
    assert_eq!(mild.redeem(&code).member("scope"), "read");
    assert!(
        decide(&mut browser, &greedy_at, &greedy_page, "allow")
            .location()
            .starts_with("https://greedy.example/")
    );
}

#[test]
fn fields_that_were_not_shown_change_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, other) = (
        ThirdPartyApp::web(&server),
        ThirdPartyApp::new(&server, NewClient::web("https://evil.test/cb")),
    );
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    let form = Form::find(&page, "/consent")
        .fill("decision", "allow")
        .fill("client_id", &other.client.id)
        .fill("redirect_uri", "https://evil.test/cb")
        .fill("scope", "read write")
        .fill("state", "another")
        .fill("code_challenge", &other.pkce.challenge);
    let answer = browser.submit_once(&at, &form);
    assert!(
        answer
            .location()
            .starts_with("https://app.example/callback?"),
        "{answer:?}"
    );
    assert_eq!(answer.location_params()["state"], "a state");
    let code = answer.location_params()["code"].clone();
    other.redeem(&code).assert_error(400, "invalid_grant");
    assert_eq!(app.redeem(&code).member("scope"), "read");
}

#[test]
fn it_is_decided_once() {
    let server = TestServer::start();
    server.db_user("ada");
    for first in ["allow", "deny"] {
        let mut browser = Browser::new();
        let client = ThirdPartyApp::web(&server);
        let (at, page) = at_consent(&client, &mut browser, "ada");
        assert_eq!(decide(&mut browser, &at, &page, first).status, 303);
        for second in ["allow", "deny"] {
            assert_gone(&decide(&mut browser, &at, &page, second));
        }
        assert_gone(&browser.get(&at).1);
    }
}

#[test]
fn decisions_at_once_give_one_code() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    let start = Barrier::new(20);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let decisions: Vec<_> = (0..20)
            .map(|_| {
                let mut tab = Browser {
                    cookies: browser.cookies.clone(),
                    ..Browser::new()
                };
                let (at, page, start) = (&at, &page, &start);
                scope.spawn(move || {
                    start.wait();
                    decide(&mut tab, at, page, "allow")
                })
            })
            .collect();
        decisions
            .into_iter()
            .map(|own| own.join().unwrap())
            .collect()
    });
    assert_eq!(
        answers.iter().filter(|answer| answer.status == 303).count(),
        1,
        "{answers:?}"
    );
    answers
        .iter()
        .filter(|answer| answer.status != 303)
        .for_each(assert_gone);
}

#[test]
fn after_an_hour_it_says_to_start_again() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut early = Browser::new();
    let (login, form) = early.get(&app.address(&app.request()));
    let mut late = Browser::new();
    let (consent, page) = at_consent(&app, &mut late, "ada");
    server.advance(3590);
    assert_eq!(early.get(&login).1.status, 200);
    server.advance(11);
    assert_gone(&early.get(&login).1);
    assert_gone(&sign_in(&mut early, &login, &form, "ada", PASSWORD).1);
    assert_gone(&late.get(&consent).1);
    assert_gone(&decide(&mut late, &consent, &page, "allow"));
}

#[test]
fn signing_in_again_after_its_session_has_ended_is_too_late_and_leaves_no_session() {
    let server = TestServer::with(|config| config.session.idle = 600);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, _) = at_consent(&app, &mut browser, "ada");
    server.advance(601);
    let (at, page) = browser.get(&at);
    assert_gone(&sign_in(&mut browser, &at, &page, "ada", PASSWORD).1);
    assert!(!is_signed_in(&server, &mut browser));
    let (_, account) = signed_in(&server, "ada").get(&format!("{}/account", server.url));
    assert_eq!(
        account.body.matches("name=\"session\"").count(),
        1,
        "{account:?}"
    );
}

#[test]
fn a_made_up_id_is_the_same_page() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    for id in [
        "x",
        "lkw_",
        "https://evil.test",
        &"a".repeat(59),
        &"0".repeat(5000),
        "%27",
    ] {
        for page in ["login", "oauth/authorize/consent"] {
            assert_gone(&browser.get_once(&format!("{}/{page}?continue={id}", server.url)));
        }
    }
    assert_gone(&browser.get_once(&format!("{}/oauth/authorize/consent", server.url)));
}

#[test]
fn a_form_of_another_site_begins_a_request_although_no_cookies_come_along() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    for mut browser in [Browser::new(), signed_in(&server, "ada")] {
        let foreign = [
            ("origin", "https://app.example"),
            ("sec-fetch-site", "cross-site"),
        ];
        let answer = server.post_with("/oauth/authorize", &foreign, &app.request());
        assert_eq!(answer.status, 303, "{answer:?}");
        assert_eq!(
            answer.header("set-cookie"),
            None,
            "it would replace the browser's own: {answer:?}"
        );
        let (mut at, mut page) = browser.get(answer.location());
        if page.body.contains("name=\"password\"") {
            (at, page) = sign_in(&mut browser, &at, &page, "ada", PASSWORD);
        }
        assert_gone(&Browser::new().get(answer.location()).1);
        let params = decide(&mut browser, &at, &page, "deny").location_params();
        assert_eq!(
            (params["error"].as_str(), params["state"].as_str()),
            ("access_denied", "a state")
        );
    }
}

#[test]
fn a_client_disabled_meanwhile_gets_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    let (id, now) = (app.client.id.clone(), server.app.now());
    server.db_write(move |connection| {
        Ok(latchkey::models::client::set_disabled(
            connection,
            &id,
            Some(now),
        )?)
    });
    assert_gone(&decide(&mut browser, &at, &page, "allow"));
    assert_gone(&browser.get(&at).1);
}

#[test]
fn signing_in_twice_as_the_same_person_loses_no_request() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let windows = [(), ()].map(|()| browser.get(&app.address(&app.request())));
    let [(first_at, first), (second_at, second)] = windows;
    // The first window waits at the consent page while the second signs in.
    let (consent_at, _) = sign_in(&mut browser, &first_at, &first, "ada", PASSWORD);
    sign_in(&mut browser, &second_at, &second, "ada", PASSWORD);
    let (at, page) = browser.get(&consent_at);
    assert!(
        decide(&mut browser, &at, &page, "allow")
            .location()
            .contains("code=")
    );

    // Pressed twice, before the answer to the first press came.
    let mut browser = Browser::new();
    let (at, page) = browser.get(&app.address(&app.request()));
    let mut pressed_first = browser.clone();
    sign_in(&mut pressed_first, &at, &page, "bea", PASSWORD);
    let (at, page) = sign_in(&mut browser, &at, &page, "bea", PASSWORD);
    assert!(
        decide(&mut browser, &at, &page, "allow")
            .location()
            .contains("code=")
    );
}
