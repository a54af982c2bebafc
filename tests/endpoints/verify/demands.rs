//! What a gateway may demand: scope, audience, project.

use super::{ask, assert_refused};
use crate::support::{Answer, TestServer};

struct World {
    server: TestServer,
    header: String,
}

impl World {
    /// An API key of the project `export` for `read` and `write`.
    fn new() -> Self {
        let server =
            TestServer::with(|config| config.tokens.audience = Some("https://api.example".into()));
        let export = server.db_project_client("export", "read write");
        let key = server.db_api_key(&export.id, "read write", None);
        Self {
            server,
            header: format!("Bearer {key}"),
        }
    }

    fn ask(&self, path: &str) -> Answer {
        ask(&self.server, path, &[("authorization", &self.header)])
    }
}

#[test]
fn all_of_the_demanded_scope_is_needed_and_told() {
    let world = World::new();
    for scope in ["", "read", "write", "read%20write", "write+read"] {
        let answer = world.ask(&format!("/auth/verify?scope={scope}"));
        assert_eq!(answer.status, 200, "{scope}: {answer:?}");
    }
    let answer = world.ask("/auth/verify?scope=read+admin");
    assert_refused(&answer, 403, "insufficient_scope");
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.ends_with(r#", scope="admin read""#),
        "{challenge}"
    );
}

#[test]
fn another_audience_is_an_invalid_token_and_another_project_is_not_enough() {
    let world = World::new();
    for good in [
        "audience=https%3A%2F%2Fapi.example",
        "project=export",
        "scope=read&audience=https://api.example&project=export",
    ] {
        assert_eq!(world.ask(&format!("/auth/verify?{good}")).status, 200);
    }
    let answer = world.ask("/auth/verify?audience=https://other.example");
    assert_refused(&answer, 401, "invalid_token");
    let answer = world.ask("/auth/verify?project=import");
    assert_refused(&answer, 403, "insufficient_scope");
    let mixed = world.ask("/auth/verify?scope=read&project=import");
    assert_refused(&mixed, 403, "insufficient_scope");
}

#[test]
fn a_repeated_option_or_a_malformed_scope_lets_nobody_pass() {
    let world = World::new();
    for query in [
        "scope=read&scope=read",
        "scope=read&scope=admin",
        "audience=a&audience=a",
        "project=export&project=export",
        "scope=a%22b",
        "scope=read%20%20write",
        "scope=%ZZ",
    ] {
        let answer = world.ask(&format!("/auth/verify?{query}"));
        answer.assert_error(400, "invalid_request");
    }
}

#[test]
fn below_the_address_the_query_is_the_original_requests_and_demands_nothing() {
    let world = World::new();
    for path in [
        "/auth/verify/notes?scope=admin",
        "/auth/verify/?scope=admin&scope=admin",
        "/auth/verify/notes?project=import&audience=x&%ZZ",
    ] {
        assert_eq!(world.ask(path).status, 200, "{path}");
    }
    assert_eq!(
        world.ask("/auth/verify?page=2&page=3").status,
        200,
        "nor do parameters that are no options"
    );
}
