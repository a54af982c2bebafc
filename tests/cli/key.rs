//! `latchkey key`: what there is, a rotation out of turn, and a key that has leaked.

use latchkey::oauth::{KeyPair, SigningAlgorithm};
use serde_json::Value;

use super::assert_refused;
use crate::support::app::RegisteredClient;
use crate::support::jwt::Jwt;
use crate::support::{NewClient, Program, ResourceServer, TestServer};

fn service(server: &TestServer) -> RegisteredClient {
    server.db_client(NewClient::service().signed())
}

fn token(server: &TestServer, client: &RegisteredClient) -> String {
    let form = [("grant_type", "client_credentials"), ("scope", "read")];
    server
        .post_as(client, "/oauth/token", &form)
        .assert_tokens()
}

fn states(program: &Program) -> Vec<(String, String)> {
    let list = program.json(&["key", "list"]);
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| (text(row, "kid"), text(row, "state")))
        .collect()
}

#[test]
fn the_list_tells_what_each_key_does() {
    let program = Program::new();
    assert_eq!(program.json(&["key", "list"]), serde_json::json!([]));
    let server = TestServer::start();
    let program = Program::beside(&server);
    let list = program.json(&["key", "list"]);
    let first = &list[0];
    assert_eq!(first["state"], "signing");
    assert_eq!(first["algorithm"], "ES256");
    assert_eq!(first["signs_from"], first["created_at"]);
    assert!(first["retired_at"].is_null());
    let kid = first["kid"].as_str().unwrap();
    let text = program.run(&["key", "list"]).out;
    assert!(text.contains(kid) && text.contains("signing"), "{text}");
    assert!(!list.to_string().contains("private"), "{list}");
}

#[test]
fn a_rotation_publishes_a_key_that_signs_a_day_later() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let client = service(&server);
    let old = Jwt::read(&token(&server, &client)).kid().to_owned();
    let made = program.json(&["key", "rotate"]);
    assert_eq!(made["state"], "next");
    let ahead = made["signs_from"].as_i64().unwrap() - made["created_at"].as_i64().unwrap();
    assert_eq!(ahead, 86_400);
    let new = made["kid"].as_str().unwrap();
    assert_eq!(server.jwks().keys.len(), 2, "published at once");
    assert_eq!(Jwt::read(&token(&server, &client)).kid(), old);
    server.advance(86_400);
    assert_eq!(Jwt::read(&token(&server, &client)).kid(), new);
}

#[test]
fn a_rotation_now_signs_with_the_new_key_and_keeps_the_old_tokens_alive() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let (client, api) = (service(&server), ResourceServer::new(&server));
    let before = token(&server, &client);
    let made = program.json(&["key", "rotate", "--now"]);
    assert_eq!(made["state"], "signing");
    let after = token(&server, &client);
    assert_eq!(Jwt::read(&after).kid(), made["kid"].as_str().unwrap());
    for token in [&before, &after] {
        assert!(server.verifies(token) && api.is_active(token));
    }
    let old = &program.json(&["key", "list"])[0];
    assert_eq!(old["state"], "verifying");
    let signs_from = made["signs_from"].as_i64().unwrap();
    assert!(old["retires_at"].as_i64().unwrap() > signs_from + 3600);
}

#[test]
fn a_second_rotation_takes_the_place_of_a_key_that_waits() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let waiting = program.json(&["key", "rotate"]);
    let other = program.json(&["key", "rotate"]);
    let states = states(&program);
    let of = |kid: &Value| {
        let found = states.iter().find(|(own, _)| *kid == **own);
        found.unwrap().1.clone()
    };
    assert_eq!(of(&waiting["kid"]), "retired");
    assert_eq!(of(&other["kid"]), "next");
    assert_eq!(server.jwks().keys.len(), 2);
}

#[test]
fn a_retired_key_ends_its_tokens_at_once_and_another_signs() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let (client, api) = (service(&server), ResourceServer::new(&server));
    let stolen = token(&server, &client);
    let kid = Jwt::read(&stolen).kid().to_owned();
    assert!(api.is_active(&stolen));
    let done = program.json(&["key", "retire", &kid]);
    assert!(!api.is_active(&stolen), "{done}");
    assert!(!server.verifies(&stolen));
    let next = token(&server, &client);
    assert_eq!(
        Jwt::read(&next).kid(),
        done["signing_kid"].as_str().unwrap()
    );
    assert!(server.verifies(&next) && api.is_active(&next));
    assert_eq!(states(&program).len(), 2);
    for action in ["key.created", "key.rotated", "key.retired"] {
        assert_eq!(server.db_events(action), 1, "{action}");
    }
    let by_command = "audit_events WHERE action = 'key.retired' AND actor = 'command line'";
    assert_eq!(server.db_count(by_command), 1);
}

#[test]
fn a_key_that_waits_begins_where_the_one_that_signs_is_retired() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let client = service(&server);
    let kid = Jwt::read(&token(&server, &client)).kid().to_owned();
    let waiting = program.json(&["key", "rotate"]);
    let done = program.json(&["key", "retire", &kid]);
    assert_eq!(done["signing_kid"], waiting["kid"]);
    let next = token(&server, &client);
    assert_eq!(Jwt::read(&next).kid(), waiting["kid"].as_str().unwrap());
    assert_eq!(server.jwks().keys.len(), 1);
}

#[test]
fn retiring_an_older_key_leaves_the_one_that_signs() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let (client, api) = (service(&server), ResourceServer::new(&server));
    let old = token(&server, &client);
    let made = program.json(&["key", "rotate", "--now"]);
    let done = program.json(&["key", "retire", Jwt::read(&old).kid()]);
    assert_eq!(done["signing_kid"], made["kid"]);
    assert!(!api.is_active(&old));
    let next = token(&server, &client);
    assert_eq!(Jwt::read(&next).kid(), made["kid"].as_str().unwrap());
}

#[test]
fn a_key_that_is_not_there_is_refused_with_what_to_do() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let kid = states(&program)[0].0.clone();
    let ended = program.run(&["key", "retire", "nothing"]);
    assert_refused(&ended, 1);
    assert!(ended.err.contains("key list"), "{ended:?}");
    program.json(&["key", "retire", &kid]);
    assert_refused(&program.run(&["key", "retire", &kid]), 1);
    assert_refused(&program.run(&["key", "retire"]), 2);
}

#[test]
fn the_name_of_a_key_is_never_taken_for_an_option() {
    for _ in 0..300 {
        let pair = KeyPair::generate(SigningAlgorithm::EdDsa).unwrap();
        let kid = pair.public_jwk().unwrap().common.key_id.unwrap();
        assert!(!kid.starts_with('-'), "{kid}");
    }
}

#[test]
fn a_signed_token_is_shown_and_revoked_by_itself_or_its_jti() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let (client, api) = (service(&server), ResourceServer::new(&server));
    let token = token(&server, &client);
    let claims = Jwt::read(&token).claims;
    let jti = claims["jti"].as_str().unwrap();
    let shown = program.json_with(&["token", "show", "-"], &format!("{token}\n"));
    assert_eq!(shown, program.json(&["token", "show", jti]));
    assert_eq!(
        (&shown["active"], &shown["jti"]),
        (&true.into(), &jti.into())
    );
    assert!(!shown.to_string().contains(&token[token.len() - 40..]));
    let ended = program.run(&["token", "show", &token]);
    assert_refused(&ended, 2);
    assert!(!ended.err.contains(&token), "{ended:?}");
    assert_eq!(
        program.json_with(&["token", "revoke", "-"], &token)["revoked"],
        true
    );
    assert!(!api.is_active(&token));
    let shown = program.json(&["token", "show", jti]);
    let reason = shown["reason"].as_str().unwrap();
    assert!(reason.contains("revoked on the command line"), "{reason}");
}

#[test]
fn a_client_added_for_signed_tokens_gets_them() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let added = program.json(&[
        "client",
        "add",
        "--name",
        "Nightly export",
        "--scope",
        "read",
        "--token-format",
        "jwt",
    ]);
    assert_eq!(added["token_format"], "jwt");
    let client = RegisteredClient {
        id: added["client_id"].as_str().unwrap().to_owned(),
        secret: added["client_secret"].as_str().map(str::to_owned),
    };
    assert!(server.verifies(&token(&server, &client)));
}
