//! What is deleted, and when: expired rows in small batches; never what a replay must still be known by.

use latchkey::models::audit_event::AuditEvent;
use latchkey::models::purge;
use latchkey::models::refresh_token::{self, RefreshToken};
use latchkey::oauth::PlainSecret;

use crate::pages::signed_in;
use crate::support::{Browser, Program, ResourceServer, TestServer, ThirdPartyApp, until};

const DAY: i64 = 86_400;

/// Everything that is due; says how many rows each batch deleted.
fn db_purge(server: &TestServer) -> Vec<usize> {
    let mut batches = Vec::new();
    loop {
        let now = server.app.now();
        let deleted = server.db_write(move |connection| Ok(purge::batch(connection, now)?));
        if deleted == 0 {
            return batches;
        }
        batches.push(deleted);
    }
}

/// Events of the audit log that are so many days old.
fn db_events(server: &TestServer, count: usize, days: i64) {
    let at = server.app.now().plus(-days * DAY);
    server.db_write(move |connection| {
        for _ in 0..count {
            AuditEvent::new("test.happened", at).insert(connection)?;
        }
        Ok(())
    });
}

#[test]
fn expired_rows_go_in_small_batches() {
    let server = TestServer::start();
    db_events(&server, 1200, 401);
    db_events(&server, 7, 399);
    let batches = db_purge(&server);
    assert!(batches.iter().all(|deleted| *deleted <= 500), "{batches:?}");
    assert_eq!(batches.iter().sum::<usize>(), 1200, "{batches:?}");
    assert_eq!(
        server.db_events("test.happened"),
        7,
        "those of the last 400 days stay"
    );
}

#[test]
fn the_rotated_tokens_of_one_authorization_go_in_small_batches() {
    let server = TestServer::start();
    server.db_user("ada");
    let (_, token) = ThirdPartyApp::web(&server).tokens("ada");
    let (kind, secret) = PlainSecret::recognise(&token).unwrap();
    server.db_write(move |connection| {
        let own = refresh_token::find(connection, &secret.id())?.unwrap();
        for _ in 0..1600 {
            let rotated = RefreshToken {
                id: PlainSecret::generate(kind, own.created_at).id(),
                rotated_at: Some(own.created_at),
                ..own.clone()
            };
            refresh_token::insert(connection, rotated)?;
        }
        Ok(())
    });
    server.advance(400 * DAY);
    let mut left = server.db_count("refresh_tokens");
    while server.db_count("authorizations") > 0 {
        let now = server.app.now();
        server.db_write(move |connection| Ok(purge::batch(connection, now)?));
        let before = std::mem::replace(&mut left, server.db_count("refresh_tokens"));
        assert!(before - left <= 1000, "{before} - {left}");
    }
    assert_eq!(left, 0);
}

#[test]
fn a_server_purges_by_itself_when_it_starts() {
    let server = TestServer::start();
    db_events(&server, 1200, 401);
    let server = server.restart();
    until("all is purged", || server.db_events("test.happened") == 0);
}

#[test]
fn an_expired_token_is_inactive_before_and_after_it_is_deleted() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let service = server.db_client(crate::support::NewClient::service());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    server.advance(3599);
    db_purge(&server);
    assert!(api.is_active(&token), "a live one stays");
    server.advance(1);
    assert!(!api.is_active(&token));
    assert_eq!(db_purge(&server), [1]);
    assert_eq!(server.db_count("access_tokens"), 0);
    assert_eq!(api.introspect(&token), serde_json::json!({"active": false}));
}

#[test]
fn a_used_code_is_known_as_long_as_its_authorization_has_a_live_token() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    let answer = app.redeem(&code);
    answer.assert_tokens();
    server.advance(3 * DAY);
    db_purge(&server);
    assert_eq!(
        server.db_count("access_tokens"),
        0,
        "the access token has expired"
    );
    app.redeem(&code).assert_error(400, "invalid_grant");
    app.refresh(&answer.member("refresh_token"))
        .assert_error(400, "invalid_grant");
}

#[test]
fn a_rotated_refresh_token_is_known_as_long_as_its_authorization_has_a_live_token() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, first) = app.tokens("ada");
    let mut last = first.clone();
    // Past the first one's own end, which the rotations have moved on for the family.
    for _ in 0..4 {
        server.advance(10 * DAY);
        db_purge(&server);
        let answer = app.refresh(&last);
        answer.assert_tokens();
        last = answer.member("refresh_token");
    }
    app.refresh(&first).assert_error(400, "invalid_grant");
    app.refresh(&last).assert_error(400, "invalid_grant");
}

#[test]
fn what_nobody_can_use_any_more_is_deleted_whole() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, refresh_token) = app.tokens("ada");
    app.refresh(&refresh_token).assert_tokens();
    app.code("ada");
    let mut browser = Browser::new();
    browser.get(&app.address(&app.request()));
    for table in [
        "authorizations",
        "authorization_codes",
        "refresh_tokens",
        "access_tokens",
        "sessions",
        "authorization_requests",
    ] {
        assert!(server.db_count(table) > 0, "{table}");
    }
    server.advance(31 * DAY);
    db_purge(&server);
    for table in [
        "authorizations",
        "authorization_codes",
        "refresh_tokens",
        "access_tokens",
        "sessions",
        "authorization_requests",
    ] {
        assert_eq!(server.db_count(table), 0, "{table}");
    }
    for table in ["users", "clients", "consents", "client_secrets"] {
        assert!(server.db_count(table) > 0, "{table} stay");
    }
}

#[test]
fn the_command_deletes_what_has_expired_now() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    db_events(&server, 30, 401);
    program.json(&["purge"]);
    let ended = program.run(&["purge"]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    let old = latchkey::clock::Clock::System
        .now()
        .plus(-400 * DAY)
        .seconds();
    assert_eq!(
        server.db_count(&format!("audit_events WHERE occurred_at < {old}")),
        0
    );
}

#[test]
fn deleting_a_client_or_a_user_takes_along_all_that_was_theirs() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    app.tokens("ada");
    let id = app.client.id.clone();
    server.db_write(move |connection| Ok(latchkey::models::client::delete(connection, &id)?));
    for table in [
        "authorizations",
        "authorization_codes",
        "refresh_tokens",
        "access_tokens",
        "consents",
        "client_secrets",
    ] {
        assert_eq!(server.db_count(table), 0, "{table}");
    }
}

#[test]
fn a_row_that_is_being_renewed_when_the_purge_looks_stays() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browsers = [signed_in(&server, "ada"), signed_in(&server, "ada")];
    let renewed = server.app.now().plus(2 * DAY).seconds();
    // The first is renewed by somebody who has not committed yet when the purge looks.
    let first = "(SELECT id FROM sessions ORDER BY id LIMIT 1)";
    let renew = format!("UPDATE sessions SET expires_at = {renewed} WHERE id = {first}");
    server.db_beside(&renew, || {
        server.advance(DAY);
        db_purge(&server);
    });
    assert_eq!(server.db_count("sessions"), 1, "the other was due");
    let alive = browsers.iter_mut().filter_map(|browser| {
        let answer = browser.get_once(&format!("{}/account", server.url));
        (answer.status == 200).then_some(())
    });
    assert_eq!(alive.count(), 1);
}
