//! When a change is seen: made through this server, by the very next request; made by another process,
//! soon, and by the time that its command returns where something was taken away.

use std::time::Instant;

use latchkey::db::Db;
use latchkey::directory::LAG;
use latchkey::models::{client, user};

use crate::support::{NewClient, Program, ResourceServer, TestServer, ThirdPartyApp, until};

#[test]
fn a_user_disabled_through_this_server_is_inactive_at_the_very_next_introspection() {
    let server = TestServer::start();
    let id = server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (token, refresh_token) = app.tokens("ada");
    assert!(api.is_active(&token));
    let now = server.app.now();
    for disabled in [Some(now), None, Some(now)] {
        let id = id.clone();
        server.db_write(move |connection| Ok(user::set_disabled(connection, &id, disabled)?));
        assert_eq!(api.is_active(&token), disabled.is_none());
    }
    app.refresh(&refresh_token)
        .assert_error(400, "invalid_grant");
}

#[test]
fn a_client_disabled_through_this_server_is_refused_at_the_very_next_request() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let service = server.db_client(NewClient::service());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    assert!(api.is_active(&token));
    let (id, now) = (service.id.clone(), server.app.now());
    server.db_write(move |connection| Ok(client::set_disabled(connection, &id, Some(now))?));
    // As many requests as find every worker's own copy.
    for _ in 0..8 {
        assert!(!api.is_active(&token));
        server
            .post_as(&service, "/oauth/token", &grant)
            .assert_error(401, "invalid_client");
    }
}

#[test]
fn a_token_revoked_through_this_server_is_inactive_at_the_very_next_introspection() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let service = server.db_client(NewClient::service());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    for _ in 0..30 {
        let token = server
            .post_as(&service, "/oauth/token", &grant)
            .assert_tokens();
        assert!(api.is_active(&token));
        assert_eq!(
            server
                .post_as(&service, "/oauth/revoke", &[("token", &token)])
                .status,
            200
        );
        assert!(!api.is_active(&token));
    }
}

#[test]
fn what_another_process_disables_is_refused_soon() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let id = server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let service = server.db_client(NewClient::service());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    let (of_user, _) = app.tokens("ada");
    assert!(api.is_active(&token) && api.is_active(&of_user));

    let other = Db::open(&server.app.config.database_url).unwrap();
    let (client_id, now) = (service.id.clone(), server.app.now());
    let change = other.write(move |connection| {
        client::set_disabled(connection, &client_id, Some(now))?;
        Ok(user::set_disabled(connection, &id, Some(now))?)
    });
    server.wait(change).unwrap();
    until("both are inactive", || {
        !api.is_active(&token) && !api.is_active(&of_user)
    });
    server
        .post_as(&service, "/oauth/token", &grant)
        .assert_error(401, "invalid_client");
}

#[test]
fn what_a_command_adds_is_served() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    program.json(&["scope", "add", "fly", "--description", "Fly"]);
    let arguments = [
        "client",
        "add",
        "--name",
        "Bird",
        "--grant",
        "client_credentials",
        "--scope",
        "fly",
    ];
    let bird = program.json(&arguments);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", bird["client_id"].as_str().unwrap()),
        ("client_secret", bird["client_secret"].as_str().unwrap()),
    ];
    let scope = [&form[..], &[("scope", "fly")]].concat();
    server.post("/oauth/token", &scope).assert_tokens();
}

#[test]
fn a_command_that_takes_something_away_returns_once_every_server_sees_it() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let service = server.db_client(NewClient::service());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];

    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    assert!(api.is_active(&token));
    let revoked = program.run_with(&["token", "revoke", "-"], &token);
    assert_eq!(revoked.status, Some(0), "{revoked:?}");
    assert!(!api.is_active(&token));

    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    assert!(api.is_active(&token));
    let begun = Instant::now();
    program.json(&["client", "disable", &service.id]);
    assert!(begun.elapsed() >= 2 * LAG, "a server may ask that late");
    assert!(!api.is_active(&token));
    program.json(&["client", "enable", &service.id]);
    assert!(api.is_active(&token), "it works again");
    program.json(&["client", "delete", &service.id]);
    assert!(!api.is_active(&token));
    server
        .post_as(&service, "/oauth/token", &grant)
        .assert_error(401, "invalid_client");

    let (token, refresh_token) = app.tokens("ada");
    program.json(&["user", "revoke-tokens", "ada"]);
    assert!(!api.is_active(&token));
    app.refresh(&refresh_token)
        .assert_error(400, "invalid_grant");
    let (token, _) = app.tokens("ada");
    program.json(&["user", "disable", "ada"]);
    assert!(!api.is_active(&token));
}
