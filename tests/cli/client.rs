//! `latchkey client`.

use latchkey::models::project;
use serde_json::{Value, json};

use super::assert_refused;
use crate::support::{Program, TestServer};

fn with_scopes() -> Program {
    let program = Program::new();
    program.json(&["scope", "add", "read", "--description", "Read", "--default"]);
    program.json(&[
        "scope",
        "add",
        "write",
        "--description",
        "Write",
        "--sensitive",
    ]);
    program
}

fn add(program: &Program, arguments: &[&str]) -> Value {
    program.json(&[&["client", "add", "--name", "Sunny Calendar"], arguments].concat())
}

#[test]
fn a_client_is_printed_with_the_names_of_rfc_7591() {
    let program = with_scopes();
    let uri = "https://app.example/cb";
    let client = add(
        &program,
        &["--redirect-uri", uri, "--scope", "read", "--scope", "write"],
    );
    assert!(
        client["client_id"].as_str().unwrap().starts_with("cli_"),
        "{client}"
    );
    assert!(
        client["client_secret"]
            .as_str()
            .unwrap()
            .starts_with("lks_"),
        "{client}"
    );
    assert_eq!(client["client_name"], "Sunny Calendar");
    assert_eq!(
        client["grant_types"],
        json!(["authorization_code", "refresh_token"])
    );
    assert_eq!(client["redirect_uris"], json!([uri]));
    assert_eq!(client["token_endpoint_auth_method"], "client_secret_basic");
    let mut scope: Vec<&str> = client["scope"].as_str().unwrap().split(' ').collect();
    scope.sort_unstable();
    assert_eq!(scope, ["read", "write"]);
}

#[test]
fn the_grants_follow_from_what_is_said_of_the_client() {
    let program = with_scopes();
    for (arguments, grants) in [
        (
            &["--redirect-uri", "https://a.example/cb"][..],
            json!(["authorization_code", "refresh_token"]),
        ),
        (&["--resource-server"], json!([])),
        (&[], json!(["client_credentials"])),
        (
            &["--resource-server", "--grant", "client_credentials"],
            json!(["client_credentials"]),
        ),
        (
            &["--public", "--first-party", "--grant", "password"],
            json!(["password"]),
        ),
    ] {
        assert_eq!(
            add(&program, arguments)["grant_types"],
            grants,
            "{arguments:?}"
        );
    }
}

#[test]
fn a_public_client_has_no_secret() {
    let program = with_scopes();
    let client = add(
        &program,
        &[
            "--public",
            "--redirect-uri",
            "http://127.0.0.1/cb",
            "--scope",
            "read",
        ],
    );
    assert!(client.get("client_secret").is_none(), "{client}");
    assert_eq!(client["token_endpoint_auth_method"], "none");
    assert_refused(
        &program.run(&[
            "client",
            "rotate-secret",
            client["client_id"].as_str().unwrap(),
        ]),
        1,
    );
}

#[test]
fn a_secret_is_printed_once() {
    let program = with_scopes();
    let client = add(&program, &[]);
    let (id, secret) = (
        client["client_id"].as_str().unwrap(),
        client["client_secret"].as_str().unwrap(),
    );
    for arguments in [
        &["client", "show", id][..],
        &["client", "list"],
        &["client", "disable", id],
        &["client", "enable", id],
    ] {
        let ended = program.run(arguments);
        assert_eq!(ended.status, Some(0), "{ended:?}");
        assert!(
            !ended.out.contains(secret) && !ended.out.contains("lks_"),
            "{ended:?}"
        );
        let document = program.json(arguments).to_string();
        assert!(
            !document.contains("lks_") && !document.contains("client_secret\""),
            "{document}"
        );
    }
    assert_eq!(program.json(&["client", "show", id])["client_id"], id);
    assert_eq!(
        program.json(&["client", "list"]).as_array().unwrap().len(),
        1
    );
}

#[test]
fn a_rotated_secret_replaces_the_old_one_at_once_on_a_running_server() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let client = add(&program, &["--scope", "read"]);
    let id = client["client_id"].as_str().unwrap();
    let status = |secret: &str| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", secret),
        ];
        server.post("/oauth/token", &form).status
    };
    let first = client["client_secret"].as_str().unwrap();
    assert_eq!(status(first), 200);
    let rotated = program.json(&["client", "rotate-secret", id]);
    let second = rotated["client_secret"].as_str().unwrap();
    assert_eq!([status(first), status(second)], [401, 200]);
}

#[test]
fn a_client_that_cannot_be_is_refused_with_a_reason() {
    let program = with_scopes();
    for arguments in [
        &["--redirect-uri", "http://app.example/cb"][..],
        &["--redirect-uri", "https://app.example/cb#fragment"],
        &["--redirect-uri", "javascript:alert(1)"],
        &["--redirect-uri", "https://*.example/cb"],
        &["--redirect-uri", "/cb"],
        &["--redirect-uri", "com.example.app:/cb"],
        &["--scope", "nothing"],
        &["--grant", "implicit"],
        &["--grant", "password"],
        &["--grant", "authorization_code"],
        &["--public", "--grant", "client_credentials"],
        &["--public", "--resource-server"],
        &["--origin", "https://app.example/path"],
        &["--origin", "*"],
        &["--project", "nothing"],
    ] {
        let ended = program.run(&[&["client", "add", "--name", "X"], arguments].concat());
        assert_refused(&ended, 1);
    }
    assert_refused(&program.run(&["client", "add", "--name", ""]), 1);
    for arguments in [
        &["--access-ttl", "0"][..],
        &["--access-ttl", "soon"],
        &["--secret", "x"],
        &["--token-format", "xml"],
    ] {
        assert_refused(
            &program.run(&[&["client", "add", "--name", "X"], arguments].concat()),
            2,
        );
    }
    assert_refused(&program.run(&["client", "add"]), 2);
    assert_eq!(program.json(&["client", "list"]), json!([]));
}

#[test]
fn a_localhost_redirect_is_registered_with_a_warning() {
    let program = with_scopes();
    let arguments = [
        "client",
        "add",
        "--name",
        "X",
        "--public",
        "--redirect-uri",
        "http://localhost/cb",
        "--scope",
        "read",
    ];
    let ended = program.run(&[&arguments[..], &["--json"]].concat());
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(
        ended.err.contains("localhost") && ended.err.contains("127.0.0.1"),
        "{ended:?}"
    );
    serde_json::from_str::<Value>(&ended.out).expect("the warning is not on standard output");
}

#[test]
fn lifetimes_of_a_client_are_those_of_its_tokens() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let client = add(&program, &["--scope", "read", "--access-ttl", "90"]);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client["client_id"].as_str().unwrap()),
        ("client_secret", client["client_secret"].as_str().unwrap()),
    ];
    let answer = server.post("/oauth/token", &form);
    answer.assert_tokens();
    assert_eq!(answer.json()["expires_in"], 90);
}

#[test]
fn an_unknown_client_is_told_so() {
    let program = Program::new();
    for command in ["show", "rotate-secret", "disable", "enable", "delete"] {
        let ended = program.run(&["client", command, "cli_nobody"]);
        assert_refused(&ended, 1);
        assert!(ended.err.contains("client list"), "{ended:?}");
    }
}

#[test]
fn the_client_of_a_persons_own_tokens_is_no_registered_one() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let program = Program::beside(&server);
    assert_eq!(program.json(&["client", "list"]), json!([]));
    let own = server.db_read(move |connection| Ok(project::personal_client(connection, &ada)?));
    assert_refused(&program.run(&["client", "delete", &own]), 1);
    assert_refused(&program.run(&["client", "rotate-secret", &own]), 1);
}
