//! `latchkey user`.

use serde_json::json;

use super::assert_refused;
use crate::support::actors::sign_in;
use crate::support::app::GUESSED;
use crate::support::{Browser, Program, ResourceServer, TestServer, ThirdPartyApp};

const PASSWORD: &str = "a long enough password";

fn add(program: &Program, username: &str) -> serde_json::Value {
    let arguments = [
        "user",
        "add",
        username,
        "--email",
        "ada@example.org",
        "--password-stdin",
    ];
    program.json_with(&arguments, &format!("{PASSWORD}\n"))
}

/// Whether that password opens an account, as a person tries it.
fn opens(server: &TestServer, username: &str, password: &str) -> bool {
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    sign_in(&mut browser, &at, &page, username, password);
    browser.get_once(&format!("{}/account", server.url)).status == 200
}

#[test]
fn an_added_user_signs_in_with_the_password_given() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let user = add(&program, "Ada");
    assert!(user["id"].as_str().unwrap().starts_with("usr_"), "{user}");
    assert_eq!(
        (&user["username"], &user["email"]),
        (&json!("Ada"), &json!("ada@example.org"))
    );
    assert_eq!(user["roles"], json!(["user"]));
    assert!(opens(&server, "ada", PASSWORD));
    assert!(!opens(&server, "ada", "another password"));
}

#[test]
fn users_are_listed_and_shown() {
    let program = Program::new();
    assert_eq!(program.json(&["user", "list"]), json!([]));
    let ada = add(&program, "ada");
    add(&program, "Grace Hopper");
    let list = program.json(&["user", "list"]);
    assert_eq!(list.as_array().unwrap().len(), 2, "{list}");
    for who in ["ada", "ADA", ada["id"].as_str().unwrap()] {
        assert_eq!(
            program.json(&["user", "show", who])["id"],
            ada["id"],
            "{who}"
        );
    }
    let text = program.run(&["user", "list"]).out;
    assert!(
        text.contains("ada") && text.contains("Grace Hopper"),
        "{text}"
    );
    let everything = format!("{list}{text}{:?}", program.run(&["user", "show", "ada"]));
    assert!(
        !everything.contains("argon2") && !everything.contains(PASSWORD),
        "{everything}"
    );
}

#[test]
fn a_user_gets_the_roles_named() {
    let program = Program::new();
    program.json(&["role", "add", "editor"]);
    let arguments = [
        "user",
        "add",
        "ada",
        "--email",
        "a@example.org",
        "--role",
        "admin",
        "--role",
        "editor",
        "--password-stdin",
    ];
    assert_eq!(
        program.json_with(&arguments, PASSWORD)["roles"],
        json!(["user", "admin", "editor"])
    );
    let arguments = [
        "user",
        "add",
        "bob",
        "--email",
        "b@example.org",
        "--role",
        "nobody",
        "--password-stdin",
    ];
    let ended = program.run_with(&arguments, PASSWORD);
    assert_refused(&ended, 1);
    assert!(ended.err.contains("nobody"), "{ended:?}");
}

#[test]
fn a_user_that_cannot_be_is_refused_with_a_reason() {
    let program = Program::new();
    add(&program, "ada");
    let try_to = |username: &str, email: &str, password: &str| {
        program.run_with(
            &[
                "user",
                "add",
                username,
                "--email",
                email,
                "--password-stdin",
            ],
            password,
        )
    };
    for (username, email, password) in [
        ("ada", "a@example.org", PASSWORD),
        ("ADA", "a@example.org", PASSWORD),
        ("\u{ff21}da", "a@example.org", PASSWORD),
        ("", "a@example.org", PASSWORD),
        ("a\nb", "a@example.org", PASSWORD),
        (&"a".repeat(65), "a@example.org", PASSWORD),
        ("bob", "no address", PASSWORD),
        ("bob", "a@example.org", "short"),
        ("bob", "a@example.org", ""),
        ("bob", "a@example.org", GUESSED),
        ("bob", "a@example.org", "two lines\nof password text"),
    ] {
        assert_refused(&try_to(username, email, password), 1);
    }
    assert_eq!(program.json(&["user", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_password_is_never_an_argument() {
    let program = Program::new();
    for arguments in [
        &[
            "user",
            "add",
            "ada",
            "--email",
            "a@example.org",
            "--password",
            PASSWORD,
        ][..],
        &["user", "add", "ada", "--email", "a@example.org", PASSWORD],
        &["user", "set-password", "ada", PASSWORD],
        &["user", "add", "ada"],
        &["user", "fly"],
    ] {
        assert_refused(&program.run(arguments), 2);
    }
    // No terminal to ask on, and nothing said about standard input.
    assert_refused(
        &program.run(&["user", "add", "ada", "--email", "a@example.org"]),
        1,
    );
}

#[test]
fn a_new_password_ends_what_the_old_one_opened() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    add(&program, "ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    sign_in(&mut browser, &at, &page, "ada", PASSWORD);
    app.authorize(&mut browser, "ada", &app.request());
    let answer = app.authorize(&mut browser, "ada", &app.request());
    let answer = app.redeem(&answer.location_params()["code"]);
    let token = answer.assert_tokens();
    program.json_with(
        &["user", "set-password", "ada", "--password-stdin"],
        "quite another password",
    );
    assert!(!api.is_active(&token));
    app.refresh(&answer.member("refresh_token"))
        .assert_error(400, "invalid_grant");
    assert_ne!(
        browser.get_once(&format!("{}/account", server.url)).status,
        200,
        "the session has ended"
    );
    assert!(!opens(&server, "ada", PASSWORD));
    assert!(opens(&server, "ada", "quite another password"));
}

#[test]
fn a_disabled_user_is_out_until_enabled_again() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    add(&program, "ada");
    assert!(opens(&server, "ada", PASSWORD));
    assert!(program.json(&["user", "disable", "ada"])["disabled_at"].is_number());
    assert!(!opens(&server, "ada", PASSWORD));
    assert!(program.json(&["user", "enable", "ada"])["disabled_at"].is_null());
    assert!(opens(&server, "ada", PASSWORD));
}

#[test]
fn an_unknown_user_is_told_so() {
    let program = Program::new();
    for command in ["show", "disable", "enable", "revoke-tokens"] {
        let ended = program.run(&["user", command, "nobody"]);
        assert_refused(&ended, 1);
        assert!(
            ended.err.contains("nobody") && ended.err.contains("user list"),
            "{ended:?}"
        );
    }
    assert_refused(
        &program.run_with(
            &["user", "set-password", "nobody", "--password-stdin"],
            PASSWORD,
        ),
        1,
    );
}
