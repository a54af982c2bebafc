//! Sessions: begun anew at sign-in, ended by idleness, by age and by their person.

use crate::support::actors::sign_in;
use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Browser, TestServer, ThirdPartyApp, raw};

use super::{at_consent, cookies_of, decide, is_signed_in, signed_in};

fn session_of(browser: &Browser) -> String {
    let found = browser
        .cookies
        .iter()
        .find(|(name, _)| name.contains("session"));
    found
        .map(|(_, value)| value.clone())
        .expect("a session cookie")
}

fn with_session(server: &TestServer, value: &str) -> Browser {
    let mut browser = Browser::new();
    let port = server.url.rsplit(':').next().unwrap();
    browser
        .cookies
        .insert(format!("latchkey_session_{port}"), value.to_owned());
    browser
}

#[test]
fn nobody_is_in_a_session_before_signing_in() {
    let server = TestServer::start();
    let mut browser = Browser::new();
    browser.get(&format!("{}/login", server.url));
    assert!(
        !browser.cookies.keys().any(|name| name.contains("session")),
        "{:?}",
        browser.cookies
    );
    let answer = browser.get_once(&format!("{}/account", server.url));
    assert_eq!(
        (answer.status, answer.location()),
        (303, format!("{}/login", server.url).as_str())
    );
}

#[test]
fn signing_in_begins_a_session_that_nobody_could_have_planted() {
    let server = TestServer::start();
    server.db_user("ada");
    let planted = session_of(&signed_in(&server, "ada"));
    server.advance(86_401);
    let mut browser = with_session(&server, &planted);
    let (at, page) = browser.get(&format!("{}/login", server.url));
    sign_in(&mut browser, &at, &page, "ada", PASSWORD);
    assert_ne!(session_of(&browser), planted);
    assert!(is_signed_in(&server, &mut browser));
    assert!(!is_signed_in(&server, &mut with_session(&server, &planted)));
}

#[test]
fn signing_in_again_ends_the_session_before() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    for second in ["ada", "bea"] {
        let mut browser = Browser::new();
        let (at, page) = browser.get(&format!("{}/login", server.url));
        sign_in(&mut browser, &at, &page, "ada", PASSWORD);
        let first = session_of(&browser);
        // A second tab still shows the form.
        sign_in(&mut browser, &at, &page, second, PASSWORD);
        assert_ne!(session_of(&browser), first);
        assert!(is_signed_in(&server, &mut browser));
        assert!(
            !is_signed_in(&server, &mut with_session(&server, &first)),
            "{second}"
        );
    }
}

#[test]
fn an_idle_session_ends() {
    let server = TestServer::with(|config| config.session.idle = 1000);
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    for _ in 0..5 {
        server.advance(900);
        assert!(is_signed_in(&server, &mut browser));
    }
    server.advance(1001);
    assert!(!is_signed_in(&server, &mut browser));
}

#[test]
fn a_session_in_use_does_not_end_as_an_idle_one_however_short_the_limit() {
    let server = TestServer::with(|config| config.session.idle = 6);
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    for _ in 0..20 {
        server.advance(1);
        assert!(is_signed_in(&server, &mut browser));
    }
    server.advance(7);
    assert!(!is_signed_in(&server, &mut browser));
}

#[test]
fn a_form_of_a_session_that_ended_leads_to_the_sign_in() {
    let server = TestServer::with(|config| config.session.idle = 600);
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let page = browser.get_once(&server.address("/account/projects/new"));
    let form = Form::find(&page, "/new").fill("name", "Weather");
    server.advance(601);
    let answer = browser.submit_once(&server.url, &form);
    assert_eq!(answer.status, 403);
    answer.assert_says(&["You are signed out", "look whether it was done"]);
    assert_eq!(answer.link("/login"), "/login");
}

#[test]
fn a_session_ends_for_good_although_it_is_used() {
    let server =
        TestServer::with(|config| (config.session.idle, config.session.absolute) = (1000, 3000));
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    for _ in 0..3 {
        server.advance(900);
        assert!(is_signed_in(&server, &mut browser));
    }
    server.advance(290);
    assert!(is_signed_in(&server, &mut browser));
    server.advance(11);
    assert!(!is_signed_in(&server, &mut browser));
}

#[test]
fn the_default_limits_are_a_day_and_a_fortnight() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    for _ in 0..13 {
        server.advance(86_300);
        assert!(is_signed_in(&server, &mut browser));
    }
    server.advance(86_300);
    assert!(is_signed_in(&server, &mut browser));
    server.advance(1500);
    assert!(!is_signed_in(&server, &mut browser));
}

#[test]
fn a_session_survives_a_restart() {
    let server =
        TestServer::with(|config| config.issuer = Some(String::from("http://localhost:9")));
    server.db_user("ada");
    let login = format!("{}/login", server.url);
    let mut browser = Browser::new();
    let page = browser.get_once(&login);
    let form = Form::find(&page, "/login")
        .fill("username", "ada")
        .fill("password", PASSWORD);
    assert_eq!(browser.submit_once(&login, &form).status, 303);
    let server = server.restart();
    assert!(is_signed_in(&server, &mut browser));
}

#[test]
fn a_cookie_of_another_program_that_is_no_text_hides_none_of_ours() {
    let server = TestServer::start();
    server.db_user("ada");
    let own = cookies_of(&signed_in(&server, "ada"));
    for (before, after) in [
        (&b"name=Ren\xe9; "[..], &b""[..]),
        (b"", b"; name=Ren\xe9"),
        (b"\xff;=;", b""),
    ] {
        let head = b"GET /account HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: ";
        let request = [&head[..], before, own.as_bytes(), after, b"\r\n\r\n"].concat();
        let answer = raw(&server.url, &request);
        assert!(
            answer.starts_with("HTTP/1.1 200"),
            "{before:?} {after:?}: {answer}"
        );
    }
}

#[test]
fn a_made_up_session_is_none() {
    let server = TestServer::start();
    server.db_user("ada");
    let real = session_of(&signed_in(&server, "ada"));
    let mut altered = real.clone().into_bytes();
    altered[20] = if altered[20] == b'a' { b'b' } else { b'a' };
    let altered = String::from_utf8(altered).unwrap();
    for value in [
        "",
        "x",
        "null",
        &real[1..],
        &altered,
        &real.to_uppercase(),
        &format!("{real}x"),
        &"a".repeat(4000),
    ] {
        assert!(
            !is_signed_in(&server, &mut with_session(&server, value)),
            "{value}"
        );
    }
    assert!(is_signed_in(&server, &mut with_session(&server, &real)));
}

#[test]
fn a_session_that_ended_on_the_consent_page_gives_no_code() {
    let server = TestServer::with(|config| config.session.idle = 600);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    server.advance(601);
    let answer = decide(&mut browser, &at, &page, "allow");
    assert_eq!(
        (answer.status, answer.header("location")),
        (403, None),
        "{answer:?}"
    );
}

#[test]
fn a_copy_of_the_cookie_is_left_behind_when_the_password_is_changed() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = signed_in(&server, "ada");
    let (consent_at, _) = browser.get(&app.address(&app.request()));

    let copied = session_of(&browser);
    let (at, page) = browser.get(&format!("{}/account", server.url));
    let form = Form::find(&page, "/account/password")
        .fill("current", PASSWORD)
        .fill("new", "another password")
        .fill("repeat", "another password");
    assert_eq!(browser.submit_once(&at, &form).status, 303);
    assert!(is_signed_in(&server, &mut browser));
    assert!(!is_signed_in(&server, &mut with_session(&server, &copied)));

    // What this browser had begun goes on.
    let (at, page) = browser.get(&consent_at);
    assert_eq!(decide(&mut browser, &at, &page, "allow").status, 303);
}
