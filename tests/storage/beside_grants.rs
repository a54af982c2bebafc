//! Whoever ends something and whoever uses it at the same moment come one after the other: neither fails for it.

use std::sync::atomic::{AtomicBool, Ordering};

use diesel::prelude::*;
use latchkey::schema::consents;

use crate::support::{Answer, NewClient, Program, ResourceServer, TestServer, ThirdPartyApp};

/// Refreshes until told to stop or refused with one of `refusals`; the newest access token.
fn refresh_on(
    app: &ThirdPartyApp<'_>,
    (mut access, mut refresh): (String, String),
    refusals: &[u16],
    stop: &AtomicBool,
) -> String {
    while !stop.load(Ordering::Relaxed) {
        let answer = app.refresh(&refresh);
        if answer.status != 200 {
            assert!(refusals.contains(&answer.status), "{answer:?}");
            break;
        }
        access = answer.assert_tokens();
        refresh = answer.member("refresh_token");
    }
    access
}

/// Does `act` while two devices of ada's refresh without a pause, which it may refuse so; then nothing of theirs is
/// active.
fn beside_refreshes(
    app: &ThirdPartyApp<'_>,
    refusals: &[u16],
    act: impl FnOnce() -> serde_json::Value,
) {
    let stop = AtomicBool::new(false);
    let devices = [app.tokens("ada"), app.tokens("ada")];
    let last = std::thread::scope(|scope| {
        let refreshing =
            devices.map(|tokens| scope.spawn(|| refresh_on(app, tokens, refusals, &stop)));
        act();
        stop.store(true, Ordering::Relaxed);
        refreshing.map(|device| device.join().unwrap())
    });
    let api = ResourceServer::new(app.server);
    for access in last {
        assert!(!api.is_active(&access));
    }
}

#[test]
fn an_end_that_waits_for_a_grant_holds_nothing_that_the_grant_needs() {
    let server = TestServer::start();
    server.db_user("ada");
    let program = Program::beside(&server);
    let app = ThirdPartyApp::web(&server);
    for command in [
        &["user", "revoke-tokens", "ada"][..],
        &["user", "disable", "ada"],
        &["client", "delete", &app.client.id],
    ] {
        let tokens = "INSERT INTO consents SELECT user_id, client_id, id, 0 FROM authorizations";
        if command[0] == "client" {
            program.json(&["user", "enable", "ada"]);
        }
        app.tokens("ada");
        // As a grant does: the authorization first, then rows that refer to its user and its client.
        let authorization = "UPDATE authorizations SET last_used_at = last_used_at";
        server.db_between_command(authorization, tokens, || program.json(command));
        server.db_write(|connection| Ok(diesel::delete(consents::table).execute(connection)?));
    }
    assert_eq!(server.db_count("authorizations"), 0);
}

#[test]
fn an_account_is_ended_while_its_apps_refresh_without_a_pause() {
    let server = TestServer::start();
    server.db_user("ada");
    let program = Program::beside(&server);
    let app = ThirdPartyApp::web(&server);
    for _ in 0..4 {
        beside_refreshes(&app, &[400], || {
            program.json(&["user", "revoke-tokens", "ada"])
        });
        beside_refreshes(&app, &[400], || program.json(&["user", "disable", "ada"]));
        program.json(&["user", "enable", "ada"]);
    }
}

#[test]
fn a_client_is_deleted_while_it_gets_tokens_without_a_pause() {
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let server = TestServer::start();
    server.db_user("ada");
    let program = Program::beside(&server);
    for _ in 0..4 {
        let app = ThirdPartyApp::web(&server);
        beside_refreshes(&app, &[400, 401], || {
            program.json(&["client", "delete", &app.client.id])
        });
        let service = server.db_client(NewClient::service());
        let stop = AtomicBool::new(false);
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let asking = [(); 4].map(|()| {
                scope.spawn(|| {
                    let mut answers = Vec::new();
                    let mut is_given = true;
                    while is_given && !stop.load(Ordering::Relaxed) {
                        let answer = server.post_as(&service, "/oauth/token", &grant);
                        is_given = answer.status == 200;
                        answers.push(answer);
                    }
                    answers
                })
            });
            program.json(&["client", "delete", &service.id]);
            stop.store(true, Ordering::Relaxed);
            asking
                .into_iter()
                .flat_map(|asking| asking.join().unwrap())
                .collect()
        });
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.assert_error(401, "invalid_client");
        }
    }
}
