//! The headers of every page (RFC 9700 §4.2.4, §4.16; RFC 6749 §10.13).

use latchkey::models::one_time_link;

use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, TestServer, ThirdPartyApp};

use super::{at_consent, signed_in};

/// Every kind of page, by name.
fn pages(server: &TestServer) -> Vec<(&'static str, Answer)> {
    server.db_user("ada");
    let app = ThirdPartyApp::web(server);
    let at = |path: &str| format!("{}{path}", server.url);
    let mut person = signed_in(server, "ada");
    let now = server.app.now();
    let token =
        server.db_write(move |connection| Ok(one_time_link::insert_setup(connection, now)?));
    let mut guest = Browser::new();
    let (login_at, login) = guest.get(&at("/login"));
    let wrong = Form::find(&login, "/login")
        .fill("username", "ada")
        .fill("password", "wrong");
    let (account_at, account) = person.get(&at("/account"));
    let short = Form::find(&account, "/account/password")
        .fill("current", PASSWORD)
        .fill("new", "short");
    let other = Form::find(&account, "/account/sessions").fill("session", "x");
    vec![
        ("sign-in", login),
        (
            "sign-in of a request",
            guest.get(&app.address(&app.request())).1,
        ),
        (
            "sign-in after a mistake",
            guest.submit_once(&login_at, &wrong),
        ),
        (
            "forged sign-in",
            Browser::new().submit_once(&login_at, &wrong),
        ),
        ("consent", at_consent(&app, &mut person, "ada").1),
        ("sign-out", person.get(&at("/logout")).1),
        ("signed out", guest.get(&at("/logout")).1),
        ("account", account),
        (
            "account after a mistake",
            person.submit_once(&account_at, &short),
        ),
        (
            "account, not found",
            person.submit_once(&account_at, &other),
        ),
        ("setup without a link", server.get("/setup")),
        (
            "setup",
            Browser::new()
                .get(&at(&format!("/setup?token={}", token.expose())))
                .1,
        ),
        (
            "unknown client",
            server.get("/oauth/authorize?client_id=unknown"),
        ),
        ("gone request", server.get("/login?continue=x")),
        ("not found", server.get("/nothing")),
    ]
}

#[test]
fn every_page_has_a_strict_policy_and_cannot_be_framed() {
    let server = TestServer::start();
    for (name, page) in pages(&server) {
        let policy = page
            .header("content-security-policy")
            .unwrap_or_else(|| panic!("{name}: {page:?}"));
        let parts: Vec<&str> = policy.split(';').map(str::trim).collect();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(parts.contains(&part), "{name}: {part} is not in {policy}");
        }
        assert!(
            !policy.contains("unsafe") && !policy.contains('*'),
            "{name}: {policy}"
        );
        assert_eq!(
            page.headers
                .iter()
                .filter(|(own, _)| own == "content-security-policy")
                .count(),
            1,
            "{name}"
        );
        assert_eq!(page.header("x-frame-options"), Some("DENY"), "{name}");
    }
}

#[test]
fn every_page_sends_no_referrer_is_not_sniffed_and_not_kept() {
    let server = TestServer::start();
    for (name, page) in pages(&server) {
        assert_eq!(
            page.header("referrer-policy"),
            Some("no-referrer"),
            "{name}"
        );
        assert_eq!(
            page.header("x-content-type-options"),
            Some("nosniff"),
            "{name}"
        );
        assert_eq!(page.header("cache-control"), Some("no-store"), "{name}");
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8"),
            "{name}"
        );
    }
}

#[test]
fn no_page_loads_anything_from_elsewhere_or_runs_anything_inline() {
    let server = TestServer::start();
    for (name, page) in pages(&server) {
        for attribute in ["src=\"", "href=\"", "action=\""] {
            for target in page.body.split(attribute).skip(1) {
                assert!(
                    target.starts_with('/') && !target.starts_with("//") || target.starts_with('#'),
                    "{name}: {}",
                    &target[..30]
                );
            }
        }
        for inline in [
            " style=",
            " onclick=",
            " onload=",
            "javascript:",
            "<style",
            "<script>",
        ] {
            assert!(!page.body.contains(inline), "{name}: {inline}");
        }
    }
}

#[test]
fn only_account_and_setup_cut_off_their_opener() {
    let server = TestServer::start();
    for (name, page) in pages(&server) {
        let expected = [
            "account",
            "account after a mistake",
            "setup",
            "setup without a link",
        ]
        .contains(&name);
        let isolated = page.header("cross-origin-opener-policy") == Some("same-origin");
        // An error below /account may or may not have it; sign-in, consent and the flow's errors must not.
        assert!(
            isolated == expected || name == "account, not found",
            "{name}: {page:?}"
        );
    }
    let app = ThirdPartyApp::web(&server);
    let answer = app.authorize(&mut Browser::new(), "ada", &app.request());
    assert_eq!(
        answer.header("cross-origin-opener-policy"),
        None,
        "{answer:?}"
    );
}

#[test]
fn the_statuses_are_those_of_what_happened() {
    let server = TestServer::start();
    let statuses: Vec<u16> = pages(&server).iter().map(|(_, page)| page.status).collect();
    assert_eq!(
        statuses,
        [
            200, 200, 422, 403, 200, 200, 200, 200, 422, 404, 200, 200, 400, 400, 404
        ]
    );
}

#[test]
fn head_is_answered_like_get() {
    let server = TestServer::start();
    for path in ["/login", "/logout", "/setup", "/account", "/nothing"] {
        let url = format!("{}{path}", server.url);
        let (head, get) = (
            Answer::send("HEAD", &url, &[], None),
            Answer::get(&url, &[]),
        );
        assert_eq!(
            (head.status, head.body.as_str()),
            (get.status, ""),
            "{path}"
        );
        for name in ["content-security-policy", "x-frame-options", "location"] {
            assert_eq!(head.header(name), get.header(name), "{path}");
        }
    }
}

#[test]
fn an_error_page_names_its_request_so_that_the_operator_finds_it() {
    let server = TestServer::start();
    let page = server.get("/nothing");
    let id = page.header("x-request-id").expect("X-Request-Id");
    assert!(page.body.contains(id), "{page:?}");
}

#[test]
fn static_files_are_typed_and_kept() {
    let server = TestServer::start();
    for (path, kind) in [
        ("latchkey.css", "text/css"),
        ("dashboard.css", "text/css"),
        ("latchkey.js", "text/javascript"),
        ("favicon.svg", "image/svg+xml"),
    ] {
        let answer = server.get(&format!("/static/{path}"));
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            answer.header("content-type").unwrap().starts_with(kind),
            "{answer:?}"
        );
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert!(
            answer
                .header("cache-control")
                .unwrap()
                .contains("immutable"),
            "{path}"
        );
    }
    for path in [
        "x",
        "..%2fCargo.toml",
        "%2e%2e/Cargo.toml",
        "latchkey.css/x",
    ] {
        assert_eq!(server.get(&format!("/static/{path}")).status, 404, "{path}");
    }
}
