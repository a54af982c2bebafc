//! Acts of the account's pages that ask for the password where it was not typed lately: what makes a token, key
//! or secret, makes an owner, or ends a client.

use crate::support::browser::Form;
use crate::support::{Browser, TestServer};

use super::super::{assert_page, confirmed, signed_in};
use super::{form, keys, members, projects, tick};

/// Seconds after which a dangerous act asks for the password again.
const LATER: i64 = 601;

fn server() -> TestServer {
    let server = TestServer::with(|config| {
        (config.login.max_failures, config.login.max_failures_address) = (1000, 1000);
    });
    server.db_user("ada");
    server
}

/// Fails the test unless the form asks for the password, does nothing without it, and then changes the number of
/// `rows`.
#[track_caller]
fn assert_asks(server: &TestServer, browser: &mut Browser, form: &Form, rows: &str) {
    let before = server.db_count(rows);
    let answer = confirmed(server, browser, form, rows);
    assert_eq!(answer.status, 303, "{answer:?}");
    assert_ne!(server.db_count(rows), before, "{form:?}");
}

#[test]
fn making_a_personal_token_asks_for_the_password() {
    let server = server();
    let mut browser = signed_in(&server, "ada");
    let new = "/account/tokens/new";
    let soon = form(&server, &mut browser, new, new);
    assert_eq!(soon.field("confirmation"), None);
    server.advance(LATER);
    let form = form(&server, &mut browser, new, new).fill("name", "backup");
    let form = tick(form, "scope", &["read"]);
    assert_asks(&server, &mut browser, &form, "access_tokens");
}

#[test]
fn what_makes_a_key_or_secret_or_ends_its_client_asks_for_the_password() {
    let server = server();
    let mut browser = signed_in(&server, "ada");
    let (slug, client, rotate) = keys::station(&server, &mut browser);
    for (page, rows) in [
        (format!("/account/projects/{slug}/clients/new"), "clients"),
        (format!("{client}/keys/new"), "access_tokens"),
        (rotate, "access_tokens"),
        (format!("{client}/secrets/new"), "client_secrets"),
        (format!("{client}/delete"), "clients"),
    ] {
        server.advance(LATER);
        let form = form(&server, &mut browser, &page, &page);
        let form = if page.ends_with("/new") {
            tick(form.fill("name", "second"), "scope", &["read"])
        } else {
            form
        };
        assert_asks(&server, &mut browser, &form, rows);
    }
}

#[test]
fn making_an_owner_asks_for_the_password_and_a_member_does_not() {
    let server = server();
    let (bea, cid) = (server.db_user("bea"), server.db_user("cid"));
    let mut browser = signed_in(&server, "ada");
    let slug = projects::create(&server, &mut browser, "Weather", "");
    let path = format!("/account/projects/{slug}/members");
    server.advance(LATER);
    members::add(&server, &mut browser, &slug, "bea", "member");
    let owners = "project_members WHERE membership = 'owner'";
    let add = form(&server, &mut browser, &path, &path)
        .fill("username", "cid")
        .fill("membership", "owner");
    assert_asks(&server, &mut browser, &add, owners);

    server.advance(LATER);
    let change = format!("{path}/change");
    let button = form(&server, &mut browser, &path, &change);
    let press = |browser: &mut Browser, user: &str, act: &str| {
        let form = button.clone().fill("user", user).fill("act", act);
        browser.submit_once(&server.url, &form)
    };
    let question = press(&mut browser, &bea, "owner");
    assert_page(&question, 200);
    question.assert_says(&["Make bea an owner?"]);
    let form = Form::find(&question, &change).fill("act", "owner");
    assert_asks(&server, &mut browser, &form, owners);
    server.advance(LATER);
    assert_eq!(press(&mut browser, &cid, "member").status, 303);
}
