//! Client authentication (RFC 6749 §2.3, RFC 7617) as the token endpoint sees it: where credentials may
//! stand. Which secrets are right, and guessing them, is in `client_secrets`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::support::app::{RegisteredClient, basic};
use crate::support::{Answer, NewClient, TestServer, ThirdPartyApp};

pub const ASK: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// Asks for a token with an Authorization header, or none, and more fields.
pub fn ask(server: &TestServer, header: Option<&str>, fields: &[(&str, &str)]) -> Answer {
    let headers: Vec<(&str, &str)> = header
        .map(|value| ("authorization", value))
        .into_iter()
        .collect();
    server.post_with("/oauth/token", &headers, &[&ASK, fields].concat())
}

pub fn service(server: &TestServer) -> (String, String) {
    let RegisteredClient { id, secret } = server.db_client(NewClient::service());
    (id, secret.unwrap())
}

fn encoded(pair: &str) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

/// Every byte as `%XX`.
fn escaped(text: &str) -> String {
    let bytes: Vec<String> = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
    bytes.concat()
}

#[test]
fn the_header_and_the_body_are_both_accepted() {
    let server = TestServer::start();
    let (id, secret) = service(&server);
    ask(&server, Some(&basic(&id, &secret)), &[]).assert_tokens();
    ask(
        &server,
        None,
        &[("client_id", &id), ("client_secret", &secret)],
    )
    .assert_tokens();
    let lower = basic(&id, &secret).replacen("Basic", "basic", 1);
    ask(&server, Some(&lower), &[]).assert_tokens();
}

#[test]
fn both_halves_of_the_header_are_form_urlencoded() {
    let server = TestServer::start();
    let (id, secret) = service(&server);
    ask(
        &server,
        Some(&encoded(&format!("{}:{}", escaped(&id), escaped(&secret)))),
        &[],
    )
    .assert_tokens();
    let twice = format!("{}:{}", escaped(&escaped(&id)), escaped(&secret));
    ask(&server, Some(&encoded(&twice)), &[]).assert_error(401, "invalid_client");
    let (head, tail) = secret.split_at(10);
    ask(&server, Some(&encoded(&format!("{id}:{head}+{tail}"))), &[])
        .assert_error(401, "invalid_client");
}

#[test]
fn two_credentials_at_once_are_refused_even_if_both_are_right() {
    let server = TestServer::start();
    let (id, secret) = service(&server);
    let header = basic(&id, &secret);
    ask(&server, Some(&header), &[("client_secret", &secret)]).assert_error(400, "invalid_request");
    let both = [("client_id", id.as_str()), ("client_secret", &secret)];
    ask(&server, Some(&header), &both).assert_error(400, "invalid_request");
    ask(&server, Some(&header), &[("client_secret", "")]).assert_tokens();
}

#[test]
fn client_id_beside_the_header_is_no_credential_but_must_be_equal() {
    let server = TestServer::start();
    let (id, secret) = service(&server);
    let (other, _) = service(&server);
    let header = basic(&id, &secret);
    ask(&server, Some(&header), &[("client_id", &id)]).assert_tokens();
    ask(&server, Some(&header), &[("client_id", &other)]).assert_error(400, "invalid_request");
    ask(&server, Some(&header), &[("client_id", "")]).assert_tokens();
}

#[test]
fn a_broken_header_is_a_failed_authentication_and_no_public_client() {
    let server = TestServer::start();
    server.db_user("ada");
    let (id, secret) = service(&server);
    let public = ThirdPartyApp::new(&server, NewClient::public("https://spa.example/callback"));
    let code = public.code("ada");
    let bytes = |pair: &[u8]| format!("Basic {}", STANDARD.encode(pair));
    let headers = [
        String::from("Basic"),
        String::from("Basic "),
        String::from("Basic !!!"),
        format!("Basic {id}:{secret}"),
        basic(&id, &secret).trim_end_matches('=').to_owned() + "%",
        encoded(&id),
        encoded(&format!("{id}:%zz")),
        encoded(&format!("{id}:%")),
        encoded(&format!("{id}%ff:{secret}")),
        bytes(&[id.as_bytes(), b":\xff\xfe"].concat()),
        encoded(":"),
        encoded("\0:\0"),
        format!("Bearer {secret}"),
        format!("Digest username=\"{id}\""),
        STANDARD.encode(format!("{id}:{secret}")),
    ];
    for header in &headers {
        ask(&server, Some(header), &[]).assert_error(401, "invalid_client");
        let form = [
            public.redemption(&code),
            vec![("client_id", public.client.id.as_str())],
        ]
        .concat();
        let answer = server.post_with("/oauth/token", &[("authorization", header)], &form);
        assert!([400, 401].contains(&answer.status), "{header}: {answer:?}");
    }
    public.redeem(&code).assert_tokens();
}

#[test]
fn a_public_client_never_has_a_secret() {
    let server = TestServer::start();
    server.db_user("ada");
    let public = ThirdPartyApp::new(&server, NewClient::public("https://spa.example/callback"));
    let id = public.client.id.as_str();
    let code = public.code("ada");
    let redeem = |header: Option<&str>, fields: &[(&str, &str)]| {
        let headers: Vec<(&str, &str)> = header
            .map(|value| ("authorization", value))
            .into_iter()
            .collect();
        server.post_with(
            "/oauth/token",
            &headers,
            &[&public.redemption(&code), fields].concat(),
        )
    };
    redeem(None, &[("client_id", id), ("client_secret", "some")])
        .assert_error(401, "invalid_client");
    redeem(Some(&basic(id, "some")), &[]).assert_error(401, "invalid_client");
    redeem(None, &[]).assert_error(401, "invalid_client");
    redeem(Some(&basic(id, "")), &[]).assert_tokens();
    let second = public.code("ada");
    let form = [public.redemption(&second), vec![("client_id", id)]].concat();
    server
        .post_with("/oauth/token", &[("authorization", &basic(id, ""))], &form)
        .assert_tokens();
}

#[test]
fn a_client_id_alone_opens_nothing_of_a_confidential_client() {
    let server = TestServer::start();
    let (id, _) = service(&server);
    for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
        let form = [
            ("grant_type", "client_credentials"),
            ("token", "x"),
            ("client_id", &id),
        ];
        server.post(path, &form).assert_error(401, "invalid_client");
        let answer = server.post_with(path, &[("authorization", &basic(&id, ""))], &form);
        answer.assert_error(401, "invalid_client");
        server
            .post(path, &form[..2])
            .assert_error(401, "invalid_client");
    }
}

#[test]
fn credentials_in_the_address_are_never_read() {
    let server = TestServer::start();
    let (id, secret) = service(&server);
    let path = format!("/oauth/token?client_id={id}&client_secret={secret}");
    server.post(&path, &ASK).assert_error(401, "invalid_client");
    let path = format!("/oauth/token?client_secret={secret}");
    server
        .post(&path, &[ASK[0], ("client_id", &id)])
        .assert_error(401, "invalid_client");
    let path = format!("/oauth/token?client_id={id}&client_secret=wrong");
    server
        .post_with(&path, &[("authorization", &basic(&id, &secret))], &ASK)
        .assert_tokens();
}

#[test]
fn two_authorization_headers_are_refused_even_if_both_are_right() {
    let server = TestServer::start();
    let (id, secret) = service(&server);
    let header = basic(&id, &secret);
    let twice = [
        ("authorization", header.as_str()),
        ("authorization", &header),
    ];
    for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
        let form = [ASK[0], ("token", "x")];
        let answer = server.post_with(path, &twice, &form);
        answer.assert_error(400, "invalid_request");
        let once = server.post_with(path, &twice[..1], &form);
        assert_eq!(once.status, 200, "{path}: {once:?}");
    }
    // Nor does one that authenticates nobody pass beside another.
    let mixed = [("authorization", "Bearer x"), ("authorization", &header)];
    let answer = server.post_with("/oauth/token", &mixed, &ASK);
    answer.assert_error(400, "invalid_request");
    assert_eq!(server.db_count("access_tokens"), 1);
}
