//! What acts leave in the audit log: from where, and what was changed to what.

use diesel::prelude::*;
use latchkey::models::audit_event::AuditEvent;
use latchkey::schema::audit_events;

use crate::support::actors::REDIRECT_URI;
use crate::support::browser::Form;
use crate::support::program::Program;
use crate::support::{Browser, NewClient, TestServer, ThirdPartyApp};

use super::dashboard::administrator;
use super::{assert_page, at_consent, decide, signed_in};

/// The one event of an action.
#[track_caller]
fn event(server: &TestServer, action: &'static str) -> AuditEvent {
    let mut found: Vec<AuditEvent> = server.db_read(move |connection| {
        Ok(audit_events::table
            .filter(audit_events::action.eq(action))
            .select(AuditEvent::as_select())
            .load(connection)?)
    });
    assert_eq!(found.len(), 1, "{action}: {found:?}");
    found.remove(0)
}

#[test]
fn a_decision_about_an_app_is_noted_with_the_address() {
    let server = TestServer::start();
    server.db_user("ada");
    for (decision, action) in [
        ("allow", "authorization.granted"),
        ("deny", "authorization.denied"),
    ] {
        let app = ThirdPartyApp::web(&server);
        let mut browser = Browser::new();
        let (at, page) = at_consent(&app, &mut browser, "ada");
        assert_eq!(decide(&mut browser, &at, &page, decision).status, 303);
        let event = event(&server, action);
        assert_eq!(event.address.as_deref(), Some("127.0.0.1"), "{event:?}");
    }
}

#[test]
fn a_changed_client_is_noted_with_what_went_and_what_came() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let id = server.db_client(NewClient::web(REDIRECT_URI)).id;
    let path = format!("/admin/clients/{id}/edit");
    let page = root.get_once(&server.address(&path));
    let form = Form::find(&page, &path)
        .fill("name", "Rainy Calendar")
        .fill("redirect_uris", "https://app.example/other")
        .fill("access_ttl", "77")
        .tick("first_party", "yes");
    assert_eq!(root.submit_once(&server.url, &form).status, 303);
    let detail = event(&server, "client.changed").detail.unwrap();
    for piece in [
        "Rainy Calendar: name Sunny Calendar -> Rainy Calendar",
        &format!("redirect_uris -{REDIRECT_URI} +https://app.example/other"),
        "first-party no -> yes",
        "access_ttl as configured -> 77",
    ] {
        assert!(detail.contains(piece), "{piece} is not in {detail}");
    }
    assert!(
        !detail.contains("scopes") && !detail.contains("grants"),
        "{detail}"
    );
}

#[test]
fn a_changed_scope_is_noted_with_what_it_was() {
    let server = TestServer::start();
    server.db_scope("things", "Do things", false, true);
    let mut root = administrator(&server);
    let path = "/admin/scopes/edit?name=things";
    let page = root.get_once(&server.address(path));
    let mut form = Form::find(&page, path).fill("description", "Do all");
    form.fields.retain(|(name, _)| name != "sensitive");
    assert_eq!(root.submit_once(&server.url, &form).status, 303);
    assert_eq!(
        event(&server, "scope.changed").detail.as_deref(),
        Some("things: description Do things -> Do all, sensitive yes -> no")
    );
}

#[test]
fn the_line_of_a_change_has_an_end_however_much_changed() {
    let server = TestServer::start();
    for number in 0..100 {
        server.db_scope(&format!("things:{number}"), "Do a thing", true, false);
    }
    let mut root = administrator(&server);
    let id = server.db_client(NewClient::web(REDIRECT_URI)).id;
    let path = format!("/admin/clients/{id}/edit");
    let page = root.get_once(&server.address(&path));
    let form = (0..100).fold(Form::find(&page, &path), |form, number| {
        form.tick("scope", &format!("things:{number}"))
    });
    assert_eq!(root.submit_once(&server.url, &form).status, 303);
    let detail = event(&server, "client.changed").detail.unwrap();
    assert_eq!(detail.chars().count(), 500);
}

#[test]
fn roles_are_told_in_the_same_words_however_a_user_came() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let arguments = [
        "user",
        "add",
        "ada",
        "--email",
        "a@example.org",
        "--role",
        "admin",
    ];
    let arguments = [&arguments[..], &["--password-stdin"]].concat();
    program.json_with(&arguments, "a password that nobody guesses\n");
    assert_eq!(
        event(&server, "user.added").detail.as_deref(),
        Some("admin")
    );
}

#[test]
fn who_is_turned_away_from_the_administrators_pages_is_noted_once_a_minute() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    server.db_user("bea");
    let mut browser = signed_in(&server, "ada");
    for _ in 0..3 {
        assert_page(
            &browser.get_once(&server.address("/admin/users?page=2")),
            403,
        );
    }
    let noted = event(&server, "admin.refused");
    assert_eq!(noted.actor.as_deref(), Some(&*ada));
    assert_eq!(noted.detail.as_deref(), Some("GET /admin/users"));
    assert_eq!(noted.address.as_deref(), Some("127.0.0.1"));
    let mut other = signed_in(&server, "bea");
    assert_page(&other.get_once(&server.address("/admin")), 403);
    assert_eq!(
        server.db_events("admin.refused"),
        2,
        "each person has a minute"
    );
    server.advance(61);
    assert_page(&browser.get_once(&server.address("/admin")), 403);
    assert_eq!(server.db_events("admin.refused"), 3);
}

#[test]
fn a_token_that_was_pasted_into_an_address_is_not_noted() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let token = server.db_personal_token(&ada, "read", None);
    let at = server.address(&format!("/admin/users/{token}"));
    assert_page(&signed_in(&server, "ada").get_once(&at), 403);
    let detail = event(&server, "admin.refused").detail.unwrap();
    assert!(detail.contains("left out"), "{detail}");
    assert!(!detail.contains(&token), "{detail}");
}
