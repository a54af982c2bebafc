//! The operator's own single-page application: the password grant, from another origin, and sign-out.

use crate::support::app::PASSWORD;
use crate::support::{Answer, NewClient, ResourceServer, TestServer};

const ORIGIN: &str = "https://notes.example";

/// What `fetch` does: asks first whether it may, then sends the form.
fn fetch(server: &TestServer, path: &str, form: &[(&str, &str)]) -> Answer {
    let ask = [
        ("origin", ORIGIN),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let allowed = Answer::send("OPTIONS", &format!("{}{path}", server.url), &ask, None);
    assert_eq!(
        allowed.header("access-control-allow-origin"),
        Some(ORIGIN),
        "{allowed:?}"
    );
    let answer = server.post_with(path, &[("origin", ORIGIN)], form);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some(ORIGIN),
        "{answer:?}"
    );
    answer
}

#[test]
fn a_first_party_app_signs_in_stays_signed_in_and_signs_out() {
    let server = TestServer::start();
    server.db_user("Ada");
    let api = ResourceServer::new(&server);
    let spa = server.db_client(NewClient {
        origins: vec![ORIGIN.to_owned()],
        ..NewClient::first_party_spa()
    });
    let id = ("client_id", spa.id.as_str());

    // A typing error first; the answer does not tell which of the two was wrong.
    let sign_in = |username: &str, password: &str| {
        fetch(
            &server,
            "/oauth/token",
            &[
                id,
                ("grant_type", "password"),
                ("username", username),
                ("password", password),
            ],
        )
    };
    let (wrong, nobody) = (sign_in("ada", "wrong"), sign_in("nobody", PASSWORD));
    wrong.assert_error(400, "invalid_grant");
    assert_eq!(wrong.body, nobody.body);
    let tokens = sign_in("ada", PASSWORD);
    let token = tokens.assert_tokens();
    let known = api.introspect(&token);
    assert_eq!(
        (known["username"].as_str(), known["scope"].as_str()),
        (Some("Ada"), Some("read write"))
    );

    // Hours pass; it renews without asking Ada. Two tabs at once get the same successor.
    server.advance(7200);
    let renew = |refresh_token: &str| {
        fetch(
            &server,
            "/oauth/token",
            &[
                id,
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh_token),
            ],
        )
    };
    let (one, other) = (
        renew(&tokens.member("refresh_token")),
        renew(&tokens.member("refresh_token")),
    );
    let second = one.assert_tokens();
    assert_eq!(second, other.assert_tokens());
    assert_eq!(one.member("refresh_token"), other.member("refresh_token"));
    assert!(api.is_active(&second));

    // Sign-out gives the refresh token back, and with it everything.
    let last = one.member("refresh_token");
    assert_eq!(
        fetch(&server, "/oauth/revoke", &[id, ("token", &last)]).status,
        200
    );
    assert!(!api.is_active(&second));
    renew(&last).assert_error(400, "invalid_grant");
}

#[test]
fn an_app_that_is_not_first_party_cannot_take_passwords() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_client(NewClient::first_party_spa());
    let other = server.db_client(NewClient::public("https://other.example/cb"));
    let form = [
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", PASSWORD),
    ];
    server
        .post_as(&other, "/oauth/token", &form)
        .assert_error(400, "unauthorized_client");
}
