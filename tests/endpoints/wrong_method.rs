//! A method that an address does not take: 405 with `Allow` (RFC 9110 §15.5.6), a page for people and JSON
//! for programs.

use crate::support::{Answer, TestServer};

/// What a server answers to a method; no browser would send it.
fn ask(server: &TestServer, method: &str, path: &str) -> Answer {
    let answer = Answer::send(method, &format!("{}{path}", server.url), &[], None);
    assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
    answer
}

fn content_type(answer: &Answer) -> &str {
    answer.header("content-type").unwrap_or_default()
}

#[test]
fn people_are_told_by_a_page() {
    let server = TestServer::start();
    for path in [
        "/login",
        "/logout",
        "/setup",
        "/account",
        "/account/password",
        "/account/sessions",
        "/account/apps",
        "/account/theme",
    ] {
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
            let answer = ask(&server, method, path);
            assert_eq!(content_type(&answer), "text/html; charset=utf-8", "{path}");
            assert_eq!(answer.header("allow"), Some("GET, POST"), "{path}");
            assert!(answer.header("content-security-policy").is_some(), "{path}");
            assert!(answer.body.contains("This is not how this page is used"));
        }
    }
}

#[test]
fn programs_are_told_by_json() {
    let server = TestServer::start();
    for (path, allowed) in [
        ("/oauth/authorize", "GET, POST"),
        ("/oauth/authorize/consent", "GET, POST"),
        ("/oauth/token", "POST"),
        ("/oauth/introspect", "POST"),
        ("/oauth/revoke", "POST"),
        ("/.well-known/oauth-authorization-server", "GET"),
        ("/static/latchkey.css", "GET"),
    ] {
        for method in ["PUT", "DELETE", "PATCH"] {
            let answer = ask(&server, method, path);
            answer.assert_error(405, "invalid_request");
            assert!(content_type(&answer).starts_with("application/json"));
            assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
        }
    }
}

#[test]
fn below_a_path_of_the_issuer_it_is_told_alike() {
    let server = TestServer::with(|config| {
        config.issuer = Some(String::from("http://127.0.0.1/below"));
    });
    let page = ask(&server, "PUT", "/below/account");
    assert_eq!(content_type(&page), "text/html; charset=utf-8", "{page:?}");
    let opener = page.header("cross-origin-opener-policy");
    assert_eq!(opener, Some("same-origin"), "{page:?}");
    ask(&server, "PUT", "/below/oauth/authorize").assert_error(405, "invalid_request");
    let metadata = "/.well-known/oauth-authorization-server/below";
    ask(&server, "PUT", metadata).assert_error(405, "invalid_request");
}

#[test]
fn error_pages_cut_off_their_opener_in_the_signed_in_areas_alone() {
    let server = TestServer::start();
    let isolated = |answer: &Answer| {
        assert!(answer.status >= 400, "{answer:?}");
        answer.header("cross-origin-opener-policy") == Some("same-origin")
    };
    for (method, path) in [
        ("PUT", "/account"),
        ("PUT", "/account/password"),
        ("POST", "/account/password"),
        ("GET", "/account/nothing"),
        ("PUT", "/setup"),
        ("GET", "/setup?token=%ff"),
    ] {
        let answer = Answer::send(method, &format!("{}{path}", server.url), &[], None);
        assert!(isolated(&answer), "{method} {path}: {answer:?}");
    }
    for (method, path) in [
        ("PUT", "/login"),
        ("POST", "/login"),
        ("GET", "/login?continue=x"),
        ("GET", "/oauth/authorize"),
        ("GET", "/oauth/authorize?client_id=%ff"),
        ("POST", "/oauth/authorize"),
        ("PUT", "/oauth/authorize"),
        ("GET", "/oauth/authorize/consent?continue=x"),
        ("POST", "/oauth/authorize/consent"),
        ("PUT", "/oauth/authorize/consent"),
    ] {
        let answer = Answer::send(method, &format!("{}{path}", server.url), &[], None);
        assert!(!isolated(&answer), "{method} {path}: {answer:?}");
    }
}
