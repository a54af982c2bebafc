//! `latchkey scope` and `latchkey role`.

use serde_json::{Value, json};

use super::assert_refused;
use crate::support::app::PASSWORD;
use crate::support::{NewClient, Program, ResourceServer, TestServer, ThirdPartyApp};

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let found = list
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {list}"))
}

#[test]
fn scopes_are_added_listed_and_deleted() {
    let program = Program::new();
    assert_eq!(program.json(&["scope", "list"]), json!([]));
    let scope = program.json(&[
        "scope",
        "add",
        "notes.read",
        "--description",
        "Read your notes",
        "--default",
    ]);
    assert_eq!(
        (&scope["name"], &scope["default"], &scope["sensitive"]),
        (&json!("notes.read"), &json!(true), &json!(false))
    );
    program.json(&[
        "scope",
        "add",
        "notes.write",
        "--description",
        "Change your notes",
        "--sensitive",
    ]);
    let list = program.json(&["scope", "list"]);
    assert_eq!(named(&list, "notes.write")["sensitive"], true);
    assert_eq!(named(&list, "notes.read")["description"], "Read your notes");
    program.json(&["scope", "delete", "notes.read"]);
    assert_eq!(
        program.json(&["scope", "list"]).as_array().unwrap().len(),
        1
    );
}

#[test]
fn a_scope_that_cannot_be_is_refused() {
    let program = Program::new();
    program.json(&["scope", "add", "read", "--description", "Read"]);
    for name in ["read", "two words", "quo\"te", "back\\slash", "", "ünicode"] {
        assert_refused(
            &program.run(&["scope", "add", name, "--description", "X"]),
            1,
        );
    }
    assert_refused(
        &program.run(&["scope", "add", "silent", "--description", ""]),
        1,
    );
    assert_refused(&program.run(&["scope", "add", "silent"]), 2);
    assert_refused(&program.run(&["scope", "delete", "nothing"]), 1);
}

#[test]
fn the_built_in_roles_are_always_there() {
    let program = Program::new();
    let list = program.json(&["role", "list"]);
    for name in ["user", "admin"] {
        assert_eq!(named(&list, name)["built_in"], true);
        assert_refused(&program.run(&["role", "delete", name]), 1);
    }
}

#[test]
fn a_role_names_scopes_and_roles_that_there_are() {
    let program = Program::new();
    program.json(&["scope", "add", "read", "--description", "Read"]);
    let role = program.json(&["role", "add", "reader", "--scope", "read"]);
    assert_eq!(
        (&role["name"], &role["scope"]),
        (&json!("reader"), &json!("read"))
    );
    let role = program.json(&["role", "add", "editor", "--includes", "reader"]);
    assert_eq!(role["includes"], json!(["reader"]));
    for arguments in [
        &["role", "add", "reader"][..],
        &["role", "add", "other", "--scope", "nothing"],
        &["role", "add", "other", "--includes", "nothing"],
        &["role", "add", ""],
        &["role", "add", "two words"],
        &["role", "delete", "nothing"],
    ] {
        assert_refused(&program.run(arguments), 1);
    }
    program.json(&["role", "delete", "editor"]);
    assert_eq!(program.json(&["role", "list"]).as_array().unwrap().len(), 3);
}

#[test]
fn a_role_lets_its_users_give_its_scopes_and_those_it_includes() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    for scope in ["fly", "land"] {
        program.json(&["scope", "add", scope, "--description", "As a bird does"]);
    }
    program.json(&["role", "add", "lander", "--scope", "land"]);
    program.json(&[
        "role",
        "add",
        "pilot",
        "--scope",
        "fly",
        "--includes",
        "lander",
    ]);
    let arguments = [
        "user",
        "add",
        "amelia",
        "--email",
        "a@example.org",
        "--role",
        "pilot",
        "--password-stdin",
    ];
    program.json_with(&arguments, PASSWORD);
    server.db_user("ada");
    let spa = server.db_client(NewClient {
        scope: String::from("fly land read"),
        ..NewClient::first_party_spa()
    });
    let granted = |username: &str| {
        let form = [
            ("grant_type", "password"),
            ("username", username),
            ("password", PASSWORD),
        ];
        let answer = server.post_as(&spa, "/oauth/token", &form);
        answer.assert_tokens();
        let mut scope: Vec<String> = answer
            .member("scope")
            .split(' ')
            .map(str::to_owned)
            .collect();
        scope.sort();
        scope.join(" ")
    };
    assert_eq!(
        [granted("amelia"), granted("ada")],
        ["fly land read", "read"]
    );
    program.json(&["role", "delete", "lander"]);
    assert_eq!(granted("amelia"), "fly read");
    program.json(&["role", "add", "user", "--scope", "land"]);
    assert_eq!(granted("ada"), "land read", "everybody has the role user");
    program.json(&["scope", "delete", "land"]);
    assert_eq!(granted("ada"), "read");
}

#[test]
fn a_role_that_would_include_itself_is_refused_with_the_way_round() {
    let program = Program::new();
    program.json(&["role", "add", "editor", "--includes", "user"]);
    let ended = program.run(&["role", "add", "user", "--includes", "editor"]);
    assert_refused(&ended, 1);
    assert!(
        ended.err.contains("user includes editor includes user"),
        "{ended:?}"
    );
}

#[test]
fn a_deleted_scope_is_nobodys_when_it_is_added_again() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let ada = server.db_user("ada");
    let service = server.db_client(NewClient::service());
    ThirdPartyApp::web(&server).tokens("ada");
    let token = server.db_personal_token(&ada, "write", None);
    let api = ResourceServer::new(&server);
    assert_eq!(api.introspect(&token)["scope"], "write");

    program.json(&["scope", "delete", "write"]);
    program.json(&["scope", "add", "write", "--description", "Something else"]);
    assert_eq!(api.introspect(&token)["scope"], "");
    let grant = [("grant_type", "client_credentials"), ("scope", "write")];
    server
        .post_as(&service, "/oauth/token", &grant)
        .assert_error(400, "invalid_scope");
    let roles = program.json(&["role", "list"]);
    assert!(!roles.to_string().contains("write"), "{roles}");
    assert_eq!(server.db_count("consents WHERE scope_name = 'write'"), 0);
    assert_eq!(server.db_count("consents WHERE scope_name = 'read'"), 1);
}
