//! Bad input gets a clear error (RFC 6749 §5.2), nothing is lost, and it is never a 5xx: on every endpoint
//! that takes a form.

use crate::support::{Answer, NewClient, TestServer};

const FORMS: [&str; 3] = ["/oauth/token", "/oauth/introspect", "/oauth/revoke"];
const FORM_TYPE: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn send(server: &TestServer, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    Answer::send(
        "POST",
        &format!("{}{path}", server.url),
        headers,
        Some(body),
    )
}

/// An error as every endpoint for programs tells it.
#[track_caller]
fn assert_told(answer: &Answer, status: u16, error: &str) {
    answer.assert_error(status, error);
    assert_eq!(
        answer.header("content-type"),
        Some("application/json"),
        "{answer:?}"
    );
    let description = answer.member("error_description");
    // RFC 6749 §5.2: the characters that a description may have.
    let allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    assert!(
        !description.is_empty() && description.bytes().all(allowed),
        "{description:?}"
    );
}

#[test]
fn another_content_type_is_refused() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let basic = crate::support::app::basic(&service.id, service.secret.as_ref().unwrap());
    let form = b"grant_type=client_credentials&scope=read&token=x";
    for path in FORMS {
        for content_type in [
            "application/json",
            "text/plain",
            "multipart/form-data; boundary=x",
            "x",
            "application/x-www-form-urlencodedx",
        ] {
            let headers = [
                ("content-type", content_type),
                ("authorization", basic.as_str()),
            ];
            assert_told(&send(&server, path, &headers, form), 400, "invalid_request");
        }
        assert_told(
            &send(&server, path, &[("authorization", &basic)], form),
            400,
            "invalid_request",
        );
    }
    for content_type in [
        "application/x-www-form-urlencoded; charset=UTF-8",
        "APPLICATION/X-WWW-Form-urlencoded;charset=utf-8",
    ] {
        let headers = [
            ("content-type", content_type),
            ("authorization", basic.as_str()),
        ];
        send(
            &server,
            "/oauth/token",
            &headers,
            b"grant_type=client_credentials&scope=read",
        )
        .assert_tokens();
    }
}

#[test]
fn another_method_is_told_which_one_there_is() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let secret = service.secret.as_ref().unwrap();
    let query = format!(
        "grant_type=client_credentials&scope=read&client_id={}&client_secret={secret}&token=x",
        service.id
    );
    for path in FORMS {
        for method in ["GET", "PUT", "DELETE", "PATCH"] {
            let answer = Answer::send(method, &format!("{}{path}?{query}", server.url), &[], None);
            assert_told(&answer, 405, "invalid_request");
            assert_eq!(answer.header("allow"), Some("POST"), "{method} {path}");
        }
    }
    for method in ["PUT", "DELETE", "PATCH"] {
        for path in ["/oauth/authorize", "/login", "/logout"] {
            let answer = Answer::send(method, &format!("{}{path}", server.url), &[], None);
            assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
            let allowed = answer
                .header("allow")
                .unwrap_or_else(|| panic!("{method} {path} has no Allow: {answer:?}"));
            assert!(
                allowed.contains("GET") && allowed.contains("POST"),
                "{allowed}"
            );
        }
    }
}

#[test]
fn what_stands_in_the_address_is_no_form() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let path = "/oauth/token?grant_type=client_credentials&scope=read";
    assert_told(&server.post_as(&service, path, &[]), 400, "invalid_request");
}

#[test]
fn a_body_of_more_than_64_kib_is_refused_and_one_below_is_read() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let basic = crate::support::app::basic(&service.id, service.secret.as_ref().unwrap());
    let headers = [FORM_TYPE, ("authorization", basic.as_str())];
    for (length, good) in [
        (60 * 1024, true),
        (64 * 1024 + 1, false),
        (1024 * 1024, false),
    ] {
        for path in FORMS {
            let mut form =
                String::from("grant_type=client_credentials&scope=read&token=x&ignored=");
            form.push_str(&"a".repeat(length - form.len()));
            let answer = send(&server, path, &headers, form.as_bytes());
            if good {
                assert_eq!(answer.status, 200, "{path} {answer:?}");
            } else {
                assert!([400, 413].contains(&answer.status), "{path} {answer:?}");
                assert_told(&answer, answer.status, "invalid_request");
            }
        }
    }
}

#[test]
fn a_broken_encoding_is_refused() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let basic = crate::support::app::basic(&service.id, service.secret.as_ref().unwrap());
    let headers = [FORM_TYPE, ("authorization", basic.as_str())];
    let broken: [&[u8]; 6] = [
        b"token=%",
        b"token=%4",
        b"token=%zz",
        b"token=\xff\xfe",
        b"token=%ff",
        b"%c3=x&token=x",
    ];
    for body in broken {
        for path in FORMS {
            let body = [
                b"grant_type=client_credentials&scope=read&".as_slice(),
                body,
            ]
            .concat();
            assert_told(
                &send(&server, path, &headers, &body),
                400,
                "invalid_request",
            );
        }
    }
}

#[test]
fn more_than_64_parameters_are_refused() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let basic = crate::support::app::basic(&service.id, service.secret.as_ref().unwrap());
    let headers = [FORM_TYPE, ("authorization", basic.as_str())];
    for (more, status) in [(62, 200), (63, 400)] {
        let ignored = "&x=".repeat(more);
        let form = format!("grant_type=client_credentials&scope=read{ignored}");
        let answer = send(&server, "/oauth/token", &headers, form.as_bytes());
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

#[test]
fn a_broken_query_is_a_page_and_a_broken_path_is_no_failure() {
    let server = TestServer::start();
    let fetch = |path: &str| Answer::get(&format!("{}{path}", server.url), &[]);
    for query in [
        "client_id=%",
        "client_id=%zz&x",
        "state=%ff",
        "client_id=a&client_id=b",
        "%00=%00",
    ] {
        let answer = fetch(&format!("/oauth/authorize?{query}"));
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
        assert!(
            answer
                .header("content-type")
                .unwrap()
                .starts_with("text/html"),
            "{query}"
        );
        assert!(answer.header("location").is_none());
    }
    for path in [
        "/%",
        "/%zz",
        "/oauth/%ff",
        "/static/%2e%2e/x",
        "/static/..%2f..%2fCargo.toml",
        "/static/%00",
        "//",
        "/oauth//token",
    ] {
        let answer = fetch(path);
        assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
    }
}

#[test]
fn an_unknown_address_is_told_as_json_where_programs_ask() {
    let server = TestServer::start();
    for path in [
        "/oauth/nothing",
        "/oauth/token/",
        "/oauth/token/x",
        "/.well-known/nothing",
        "/auth/nothing",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            answer
                .header("content-type")
                .unwrap()
                .starts_with("application/json"),
            "{path}: {answer:?}"
        );
        assert!(
            answer.json()["error"].is_string() && answer.json()["error_description"].is_string()
        );
    }
    let in_a_browser = Answer::get(
        &format!("{}/oauth/nothing", server.url),
        &[("accept", "text/html")],
    );
    assert!(
        in_a_browser.status == 404 && in_a_browser.body.contains("href=\"/account\""),
        "{in_a_browser:?}"
    );
    for path in ["/nothing", "/", "/login/x"] {
        let answer = server.get(path);
        assert!(
            answer.status == 404 || answer.status == 303,
            "{path}: {answer:?}"
        );
        assert!(
            answer.status == 303
                || answer
                    .header("content-type")
                    .unwrap()
                    .starts_with("text/html"),
            "{path}: {answer:?}"
        );
    }
}

#[test]
fn a_refused_request_can_be_found_in_the_log_by_its_number() {
    let server = TestServer::start();
    let first = server.post("/oauth/token", &[]);
    let second = server.post("/oauth/token", &[]);
    let (first, second) = (
        first.header("x-request-id").unwrap(),
        second.header("x-request-id").unwrap(),
    );
    assert_ne!(first, second);
    let page = server.get("/oauth/authorize?client_id=nobody");
    assert!(
        page.body.contains(page.header("x-request-id").unwrap()),
        "the page names it: {}",
        page.body
    );
}

#[test]
fn what_can_be_got_can_be_asked_for_without_its_body() {
    let server = TestServer::start();
    let head = |path: &str| Answer::send("HEAD", &format!("{}{path}", server.url), &[], None);
    for path in [
        "/healthz",
        "/readyz",
        "/login",
        "/.well-known/oauth-authorization-server",
    ] {
        let answer = head(path);
        assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{path}");
        let whole = server.get(path);
        assert_eq!(
            answer.header("content-type"),
            whole.header("content-type"),
            "{path}"
        );
    }
    for path in FORMS {
        assert_eq!(head(path).status, 405, "{path}");
    }
}
