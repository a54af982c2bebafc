//! Scope at a refresh (RFC 6749 §6): never more than was granted, and asking for less is no promise.

use diesel::prelude::*;
use latchkey::oauth::Scope;
use latchkey::schema::clients;

use crate::grants::code_for_both;
use crate::support::{Answer, NewClient, ResourceServer, TestServer, ThirdPartyApp};

fn refresh(app: &ThirdPartyApp<'_>, token: &str, scope: &str) -> Answer {
    app.token(&[
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("scope", scope),
    ])
}

fn sorted(answer: &Answer) -> Vec<String> {
    let mut names: Vec<String> = answer
        .member("scope")
        .split(' ')
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

#[test]
fn a_narrower_scope_is_given_and_does_not_shrink_the_grant() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let first = app.redeem(&code_for_both(&app, "ada"));
    assert_eq!(sorted(&first), ["read", "write"]);
    let narrow = refresh(&app, &first.member("refresh_token"), "read");
    assert_eq!(narrow.member("scope"), "read");
    assert_eq!(api.introspect(&narrow.assert_tokens())["scope"], "read");
    let unnamed = app.refresh(&narrow.member("refresh_token"));
    assert_eq!(sorted(&unnamed), ["read", "write"]);
    let again = refresh(&app, &unnamed.member("refresh_token"), "read");
    let full = refresh(&app, &again.member("refresh_token"), "write read");
    assert_eq!(sorted(&full), ["read", "write"]);
}

#[test]
fn more_than_was_granted_is_refused_and_uses_nothing_up() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_scope("other", "Something else", false, false);
    let app = ThirdPartyApp::web(&server);
    let (_, token) = app.tokens("ada");
    for scope in ["read write", "write", "other", "unknown", "Read"] {
        refresh(&app, &token, scope).assert_error(400, "invalid_scope");
    }
    refresh(&app, &token, "read").assert_tokens();
}

#[test]
fn a_malformed_scope_is_refused_and_uses_nothing_up() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, token) = app.tokens("ada");
    for scope in ["read\twrite", "re\"ad", "read\n", "l\u{e9}s", "a\\b"] {
        refresh(&app, &token, scope).assert_error(400, "invalid_scope");
    }
    let empty = refresh(&app, &token, "");
    assert_eq!(
        empty.member("scope"),
        "read",
        "an empty parameter is an absent one"
    );
}

#[test]
fn what_the_client_has_lost_since_is_left_out_and_told() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let first = app.redeem(&code_for_both(&app, "ada"));
    let id = app.client.id.clone();
    server.db_write(move |connection| {
        let scope = Scope::from_stored(String::from("read"));
        diesel::update(clients::table.find(id))
            .set(clients::scope.eq(scope))
            .execute(connection)?;
        Ok(latchkey::db::note_change(connection)?)
    });
    assert_eq!(
        app.refresh(&first.member("refresh_token")).member("scope"),
        "read"
    );
}

#[test]
fn what_the_user_has_lost_since_is_left_out_and_nothing_left_is_refused() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let first = app.redeem(&code_for_both(&app, "ada"));
    server.db_grant_to_everybody("");
    let second = app.refresh(&first.member("refresh_token"));
    assert_eq!(
        second.member("scope"),
        "read",
        "a default scope is everybody's"
    );
    let refused = refresh(&app, &second.member("refresh_token"), "write");
    refused.assert_error(400, "invalid_scope");
    app.refresh(&second.member("refresh_token")).assert_tokens();
}

#[test]
fn a_first_party_application_refreshes_all_that_it_was_given() {
    let server = TestServer::start();
    server.db_user("ada");
    let spa = server.db_client(NewClient::first_party_spa());
    let form = [
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", crate::support::app::PASSWORD),
    ];
    let first = server.post_as(&spa, "/oauth/token", &form);
    let token = first.member("refresh_token");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str()),
    ];
    assert_eq!(
        sorted(&server.post_as(&spa, "/oauth/token", &form)),
        ["read", "write"]
    );
}

#[test]
fn a_scope_deleted_since_is_not_given_again() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let first = app.redeem(&code_for_both(&app, "ada"));
    server.db_write(|connection| Ok(latchkey::models::scope::delete(connection, "write")?));
    let second = app.refresh(&first.member("refresh_token"));
    assert_eq!(second.member("scope"), "read");
    let token = second.member("refresh_token");
    refresh(&app, &token, "write").assert_error(400, "invalid_scope");
    assert_eq!(refresh(&app, &token, "read write").member("scope"), "read");
}
