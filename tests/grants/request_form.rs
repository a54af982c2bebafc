//! The form of a token request (RFC 6749 §3.2, §5.2): what is missing, repeated, unknown or broken.

use crate::support::app::basic;
use crate::support::{Answer, NewClient, TestServer, ThirdPartyApp};

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn a_missing_parameter_is_named() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let requests: [(&[(&str, &str)], &str); 5] = [
        (&[], "grant_type"),
        (&[("grant_type", "")], "grant_type"),
        (
            &[("grant_type", "authorization_code"), ("code_verifier", "x")],
            "code",
        ),
        (
            &[("grant_type", "authorization_code"), ("code", "x")],
            "code_verifier",
        ),
        (&[("grant_type", "refresh_token")], "refresh_token"),
    ];
    for (form, name) in requests {
        let answer = app.token(form);
        answer.assert_error(400, "invalid_request");
        assert!(
            answer.member("error_description").contains(name),
            "{answer:?}"
        );
    }
}

#[test]
fn an_unknown_grant_type_is_unsupported() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    for grant in [
        "urn:example:x",
        "implicit",
        "Authorization_Code",
        "authorization_code ",
    ] {
        app.token(&[("grant_type", grant)])
            .assert_error(400, "unsupported_grant_type");
    }
}

#[test]
fn a_repeated_parameter_is_refused_and_uses_nothing_up() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::new(&server, NewClient::public("https://spa.example/callback"));
    let code = app.code("ada");
    let form = [
        app.redemption(&code),
        vec![("client_id", &app.client.id), ("scope", "read")],
    ]
    .concat();
    for repeated in &form {
        let twice = [&form[..], &[*repeated]].concat();
        server
            .post("/oauth/token", &twice)
            .assert_error(400, "invalid_request");
    }
    for name in ["client_secret", "username", "password", "refresh_token"] {
        let twice = [&form[..], &[(name, "a"), (name, "b")]].concat();
        server
            .post("/oauth/token", &twice)
            .assert_error(400, "invalid_request");
    }
    app.redeem(&code).assert_tokens();
}

#[test]
fn unknown_and_empty_parameters_change_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    let odd = [
        ("foo", "bar"),
        ("foo", "again"),
        ("", "x"),
        ("resource", "https://a.example"),
        ("refresh_token", ""),
    ];
    app.token(&[&app.redemption(&code), &odd[..]].concat())
        .assert_tokens();
}

#[test]
fn only_post_is_served() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let header = basic(&service.id, service.secret.as_ref().unwrap());
    let url = format!("{}/oauth/token?grant_type=client_credentials", server.url);
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        let body = (method != "GET").then_some(&b"grant_type=client_credentials"[..]);
        let headers = [("authorization", header.as_str()), ("content-type", FORM)];
        let answer = Answer::send(method, &url, &headers, body);
        answer.assert_error(405, "invalid_request");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    let answer = server.post_as(&service, "/oauth/token?grant_type=client_credentials", &[]);
    answer.assert_error(400, "invalid_request");
}

#[test]
fn other_media_types_and_broken_bodies_are_refused() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let header = basic(&service.id, service.secret.as_ref().unwrap());
    let send = |content_type: Option<&str>, body: &[u8]| {
        let mut headers = vec![("authorization", header.as_str())];
        headers.extend(content_type.map(|value| ("content-type", value)));
        Answer::send(
            "POST",
            &format!("{}/oauth/token", server.url),
            &headers,
            Some(body),
        )
    };
    let good = b"grant_type=client_credentials";
    for content_type in [
        FORM,
        "application/x-www-form-urlencoded; charset=UTF-8",
        "Application/X-WWW-Form-Urlencoded",
    ] {
        send(Some(content_type), good).assert_tokens();
    }
    for content_type in [
        None,
        Some("application/json"),
        Some("multipart/form-data; boundary=x"),
        Some("text/plain"),
    ] {
        let answer = send(content_type, good);
        assert!([400, 415].contains(&answer.status), "{answer:?}");
        assert_eq!(answer.error(), "invalid_request");
    }
    let long = format!(
        "grant_type=client_credentials&filler={}",
        "x".repeat(70_000)
    );
    let many = format!("grant_type=client_credentials{}", "&a=b".repeat(100));
    for body in [
        &b"grant_type=%zz"[..],
        b"grant_type=%",
        b"grant_type=\xff",
        b"x=%ff",
        long.as_bytes(),
        many.as_bytes(),
    ] {
        let answer = send(Some(FORM), body);
        assert!([400, 413].contains(&answer.status), "{answer:?}");
        assert_eq!(answer.error(), "invalid_request");
    }
}

#[test]
fn a_nul_is_refused_wherever_it_comes() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let names = [
        "grant_type",
        "code",
        "refresh_token",
        "client_id",
        "username",
        "password",
        "scope",
        "token",
        "other",
    ];
    for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
        for name in names {
            let answer = server.post_as(&app.client, path, &[(name, "a\0b")]);
            answer.assert_error(400, "invalid_request");
        }
    }
}

#[test]
fn guessing_codes_and_refresh_tokens_is_slowed_down_while_right_ones_pass() {
    let server = TestServer::with(|config| {
        config.limits.misses = 6;
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (code, (_, refresh)) = (app.code("ada"), app.tokens("ada"));
    for _ in 0..3 {
        app.redeem("guess").assert_error(400, "invalid_grant");
        app.refresh("guess").assert_error(400, "invalid_grant");
    }
    for throttled in [app.redeem("guess"), app.refresh("guess")] {
        throttled.assert_error(429, "temporarily_unavailable");
        assert!(throttled.header("retry-after").is_some());
    }
    app.redeem(&code).assert_tokens();
    app.refresh(&refresh).assert_tokens();
    let header = basic(&app.client.id, app.client.secret.as_ref().unwrap());
    let elsewhere = [
        ("authorization", header.as_str()),
        ("x-forwarded-for", "192.0.2.7"),
    ];
    server
        .post_with("/oauth/token", &elsewhere, &app.redemption("guess"))
        .assert_error(400, "invalid_grant");
    server.advance(61);
    app.redeem("guess").assert_error(400, "invalid_grant");
}
