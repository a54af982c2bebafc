//! A person makes a token on a page and uses it in a script of their own: with curl, at an API whose
//! gateway asks about every request.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{Person, ResourceServer, TestServer};

const TOKENS: &str = "/account/tokens";
const DAY: i64 = 86_400;

/// The script: one request with the token, which curl reads from where other users cannot see it. Returns
/// the status and for whom the API took it.
fn script(server: &TestServer, token: &str, scope: &str) -> (String, String) {
    let address = server.address(&format!("/auth/verify?scope={scope}"));
    let mut curl = Command::new("curl")
        .args(["--silent", "--show-error", "--config", "-"])
        .args(["--output", "/dev/null"])
        .args(["--write-out", "%{http_code} %header{x-auth-username}"])
        .arg(address)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("curl is installed");
    let mut config = curl.stdin.take().unwrap();
    writeln!(config, "header = \"Authorization: Bearer {token}\"").unwrap();
    drop(config);
    let ended = curl.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let told = String::from_utf8(ended.stdout).unwrap();
    let (status, username) = told.split_once(' ').unwrap();
    (status.to_owned(), username.to_owned())
}

#[test]
fn a_person_makes_a_token_on_a_page_and_a_script_uses_it_until_it_is_revoked() {
    let server = TestServer::start();
    let ada_id = server.db_user("ada");
    let api = ResourceServer::new(&server);

    // Ada makes a token for her backup. It may read and nothing else, and ends by itself.
    let mut ada = Person::signed_in(&server, "ada");
    let form = [
        ("name", "Nightly backup"),
        ("scope", "read"),
        ("expires", "30"),
    ];
    let page = ada.send("/account/tokens/new", "/account/tokens/new", &form);
    let token = page.shown_secret();
    page.assert_says(&["Nightly backup", "Never used"]);

    // She copies it now: it is not shown again.
    let page = ada.open(TOKENS);
    assert!(!page.body.contains(&token), "{page:?}");
    page.assert_says(&["Nightly backup", &token[55..]]);

    // Her script reads in her name, and cannot write although she could.
    let known = api.introspect(&token);
    assert_eq!(
        [&known["kind"], &known["sub"], &known["scope"]],
        ["personal", ada_id.as_str(), "read"]
    );
    let as_ada = |status: &str| (status.to_owned(), String::from("ada"));
    let refused = |status: &str| (status.to_owned(), String::new());
    assert_eq!(script(&server, &token, "read"), as_ada("200"));
    assert_eq!(script(&server, &token, "write"), refused("403"));

    // A week later it still does, and her page tells when it last did.
    server.advance(7 * DAY);
    assert_eq!(script(&server, &token, "read"), as_ada("200"));
    server
        .wait(server.app.last_uses.write(&server.app.db))
        .unwrap();
    let mut ada = Person::signed_in(&server, "ada");
    let page = ada.open(TOKENS);
    page.assert_says(&["created 7 days ago", "last used just now"]);
    assert!(!page.words().contains("Never used"), "{page:?}");

    // She revokes it: the script fails at its next request, and no API takes the token any more.
    let revoke = page.link("/account/tokens/revoke");
    ada.open(&revoke)
        .assert_says(&["Whatever uses this token stops working at once."]);
    let page = ada.confirm(&revoke);
    assert_eq!(script(&server, &token, "read"), refused("401"));
    assert_eq!(api.introspect(&token), serde_json::json!({"active": false}));
    page.assert_says(&["Ended in the last 30 days", "Revoked"]);
}
