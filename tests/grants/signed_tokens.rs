//! Signed access tokens (RFC 9068) of every grant: what is in them, and that our key set verifies them.

use std::collections::HashSet;

use latchkey::models::user;
use latchkey::oauth::{List, SigningAlgorithm};

use crate::support::actors::REDIRECT_URI;
use crate::support::app::PASSWORD;
use crate::support::jwt::Jwt;
use crate::support::{NewClient, TestServer, ThirdPartyApp};

const CLIENT_CREDENTIALS: [(&str, &str); 2] =
    [("grant_type", "client_credentials"), ("scope", "read")];

fn signed_app(server: &TestServer) -> ThirdPartyApp<'_> {
    ThirdPartyApp::new(server, NewClient::web(REDIRECT_URI).signed())
}

fn signed_service(server: &TestServer) -> String {
    let service = server.db_client(NewClient::service().signed());
    server
        .post_as(&service, "/oauth/token", &CLIENT_CREDENTIALS)
        .assert_tokens()
}

fn password(server: &TestServer, new: NewClient) -> String {
    let spa = server.db_client(new);
    let form = [
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", PASSWORD),
    ];
    server.post_as(&spa, "/oauth/token", &form).assert_tokens()
}

/// A token of each grant, with whether it acts for a user.
fn of_every_grant(server: &TestServer) -> Vec<(&'static str, String, bool)> {
    let app = signed_app(server);
    let (access, refresh) = app.tokens("ada");
    vec![
        ("authorization_code", access, true),
        ("refresh_token", app.refresh(&refresh).assert_tokens(), true),
        (
            "password",
            password(server, NewClient::first_party_spa().signed()),
            true,
        ),
        ("client_credentials", signed_service(server), false),
    ]
}

#[test]
fn every_grant_gives_a_token_that_our_key_set_verifies() {
    let server = TestServer::start();
    server.db_user("ada");
    for (grant, token, _) in of_every_grant(&server) {
        let jwt = Jwt::read(&token);
        assert_eq!(jwt.header["typ"], "at+jwt", "{grant}");
        assert_eq!(jwt.header["alg"], "ES256", "{grant}");
        assert_eq!(jwt.header.as_object().unwrap().len(), 3, "{grant}");
        assert!(server.verifies(&token), "{grant}");
    }
}

#[test]
fn every_required_claim_is_there_and_of_the_right_type() {
    let server = TestServer::start();
    let user_id = server.db_user("ada");
    for (grant, token, of_user) in of_every_grant(&server) {
        let claims = Jwt::read(&token).claims;
        assert_eq!(claims["iss"], server.url, "{grant}");
        assert_eq!(claims["aud"], server.url, "{grant}");
        let client_id = claims["client_id"].as_str().unwrap();
        assert!(client_id.starts_with("cli_"), "{grant}");
        let subject = if of_user { &user_id } else { client_id };
        assert_eq!(claims["sub"], subject, "{grant}");
        let (issued, expires) = (&claims["iat"], &claims["exp"]);
        assert_eq!(
            expires.as_i64().unwrap() - issued.as_i64().unwrap(),
            3600,
            "{grant}"
        );
        assert!(
            (server.app.now().seconds() - issued.as_i64().unwrap()).abs() < 60,
            "{grant}"
        );
        assert_eq!(claims["jti"].as_str().unwrap().len(), 48, "{grant}");
        assert!(claims["scope"].is_string(), "{grant}");
    }
}

#[test]
fn a_token_holds_the_roles_of_its_user_and_nothing_personal() {
    let server = TestServer::start();
    let id = server.db_user("ada");
    server.db_write(move |connection| {
        let roles = List(vec![String::from("admin")]);
        Ok(user::set_roles(connection, &id, roles)?)
    });
    let names = [
        "iss",
        "sub",
        "aud",
        "client_id",
        "scope",
        "roles",
        "iat",
        "exp",
        "jti",
    ];
    for (grant, token, of_user) in of_every_grant(&server) {
        let claims = Jwt::read(&token).claims;
        for name in claims.as_object().unwrap().keys() {
            assert!(names.contains(&name.as_str()), "{grant}: {name}");
        }
        if of_user {
            assert_eq!(claims["roles"], serde_json::json!(["user", "admin"]));
        } else {
            assert!(claims.get("roles").is_none(), "{claims}");
        }
    }
}

#[test]
fn the_scope_of_a_token_is_what_was_granted() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = signed_app(&server);
    let code = super::code_for_both(&app, "ada");
    let answer = app.redeem(&code);
    let token = answer.assert_tokens();
    assert_eq!(answer.member("scope"), "read write");
    assert_eq!(Jwt::read(&token).claims["scope"], "read write");
    let refresh_token = answer.member("refresh_token");
    let narrower = app.token(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", &refresh_token),
        ("scope", "read"),
    ]);
    assert_eq!(Jwt::read(&narrower.assert_tokens()).claims["scope"], "read");
}

#[test]
fn each_algorithm_signs_where_it_is_configured() {
    for (algorithm, kty) in [
        (SigningAlgorithm::Es256, "EC"),
        (SigningAlgorithm::Rs256, "RSA"),
        (SigningAlgorithm::EdDsa, "OKP"),
    ] {
        let server = TestServer::with(|config| config.tokens.signing_algorithm = algorithm);
        server.db_user("ada");
        let app = signed_app(&server);
        let (token, refresh_token) = app.tokens("ada");
        for token in [token, app.refresh(&refresh_token).assert_tokens()] {
            assert_eq!(Jwt::read(&token).header["alg"], algorithm.as_str());
            assert!(server.verifies(&token), "{algorithm}");
        }
        let keys = server.get("/oauth/jwks").json()["keys"].clone();
        assert_eq!(keys[0]["kty"], kty);
        assert_eq!(keys.as_array().unwrap().len(), 1);
        if kty == "RSA" {
            // 2048 bits are 256 bytes.
            assert_eq!(keys[0]["n"].as_str().unwrap().len(), 342);
        }
    }
}

#[test]
fn a_retry_of_a_refresh_gets_the_same_signed_token() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = signed_app(&server);
    let (_, refresh_token) = app.tokens("ada");
    let first = app.refresh(&refresh_token).assert_tokens();
    assert_eq!(app.refresh(&refresh_token).assert_tokens(), first);
}

#[test]
fn a_lifetime_of_the_clients_own_is_the_tokens() {
    let server = TestServer::start();
    let service = server.db_client(NewClient {
        access_ttl: Some(90),
        ..NewClient::service().signed()
    });
    let answer = server.post_as(&service, "/oauth/token", &CLIENT_CREDENTIALS);
    let claims = Jwt::read(&answer.assert_tokens()).claims;
    assert_eq!(answer.json()["expires_in"], 90);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        90
    );
}

#[test]
fn the_configured_audience_is_the_tokens() {
    let server =
        TestServer::with(|config| config.tokens.audience = Some(String::from("urn:notes-api")));
    let claims = Jwt::read(&signed_service(&server)).claims;
    assert_eq!(claims["aud"], "urn:notes-api");
    assert_eq!(claims["iss"], server.url);
}

#[test]
fn no_two_tokens_have_the_same_jti() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service().signed());
    let tokens = (0..50).map(|_| {
        let answer = server.post_as(&service, "/oauth/token", &CLIENT_CREDENTIALS);
        let claims = Jwt::read(&answer.assert_tokens()).claims;
        claims["jti"].as_str().unwrap().to_owned()
    });
    assert_eq!(tokens.collect::<HashSet<_>>().len(), 50);
}

#[test]
fn the_database_keeps_the_last_four_characters_and_not_the_token() {
    let server = TestServer::start();
    let token = signed_service(&server);
    let last_four = &token[token.len() - 4..];
    assert_eq!(
        server.db_count(&format!(
            "access_tokens WHERE last_four = '{last_four}' AND kind = 'access'"
        )),
        1
    );
    let signature = token.rsplit_once('.').unwrap().1;
    for entry in std::fs::read_dir(server.folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(
            !bytes
                .windows(signature.len())
                .any(|window| window == signature.as_bytes())
        );
    }
}
