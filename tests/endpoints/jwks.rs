//! The published key set: RFC 7517, RFC 7638, and `jwks_uri` of RFC 8414.

use jsonwebtoken::jwk::ThumbprintHash;
use latchkey::oauth::SigningAlgorithm;

use crate::support::{Answer, TestServer};

const JWKS: &str = "/oauth/jwks";

#[test]
fn the_first_start_makes_the_keys_that_the_metadata_names() {
    let server = TestServer::start();
    let metadata = server.get("/.well-known/oauth-authorization-server").json();
    assert_eq!(metadata["jwks_uri"], format!("{}{JWKS}", server.url));
    let answer = server.get(JWKS);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json()["keys"].as_array().unwrap().len(), 1);
    assert_eq!(server.db_events("key.created"), 1);
}

#[test]
fn another_start_keeps_the_keys() {
    let server = TestServer::start();
    let before = server.get(JWKS).body;
    let server = server.restart();
    assert_eq!(server.get(JWKS).body, before);
}

#[test]
fn everybody_may_read_and_keep_the_keys_for_a_while() {
    let server = TestServer::start();
    let answer = Answer::get(
        &format!("{}{JWKS}", server.url),
        &[("origin", "https://anybody.example")],
    );
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert!(answer.header("access-control-allow-credentials").is_none());
    assert!(answer.header("set-cookie").is_none());
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
}

#[test]
fn only_public_members_are_published() {
    for algorithm in SigningAlgorithm::ALL {
        let server = TestServer::with(|config| config.tokens.signing_algorithm = algorithm);
        let keys = server.get(JWKS).json()["keys"].clone();
        for key in keys.as_array().unwrap() {
            let key = key.as_object().unwrap();
            for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
                assert!(!key.contains_key(private), "{private} of {algorithm}");
            }
            assert_eq!(key["alg"], algorithm.as_str());
            assert_eq!(key["use"], "sig");
            assert!(key.values().all(|value| !value.is_null()), "{key:?}");
        }
    }
}

#[test]
fn a_key_is_named_by_its_thumbprint() {
    for algorithm in SigningAlgorithm::ALL {
        let server = TestServer::with(|config| config.tokens.signing_algorithm = algorithm);
        for key in server.jwks().keys {
            let thumbprint = key.thumbprint(ThumbprintHash::SHA256).unwrap();
            assert_eq!(key.common.key_id, Some(thumbprint), "{algorithm}");
        }
    }
}

#[test]
fn the_keys_lie_below_the_path_of_the_issuer() {
    let server =
        TestServer::with(|config| config.issuer = Some(String::from("http://localhost:9/t1")));
    let well_known = "/.well-known/oauth-authorization-server/t1";
    let metadata = server.get(well_known).json();
    assert_eq!(metadata["jwks_uri"], "http://localhost:9/t1/oauth/jwks");
    assert_eq!(server.get("/t1/oauth/jwks").status, 200);
    assert_eq!(server.get(JWKS).status, 404);
}

#[test]
fn the_key_set_takes_get_alone() {
    let server = TestServer::start();
    let url = format!("{}{JWKS}", server.url);
    for method in ["POST", "PUT", "DELETE"] {
        let answer = Answer::send(method, &url, &[], Some(b"".as_slice()));
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("GET"), "{method}");
    }
}
