//! When tokens and clients were last used: gathered and written later, once a minute at most, and at the
//! stop at the latest.

use diesel::prelude::*;
use latchkey::clock::UnixTime;
use latchkey::models::last_use;
use latchkey::oauth::PlainSecret;
use latchkey::schema::{access_tokens, clients};

use crate::support::{Answer, NewClient, ResourceServer, TestServer, ThirdPartyApp, until};

/// Seconds since 1970 at which the database has a token as last used.
fn db_token_used(server: &TestServer, token: &str) -> Option<i64> {
    let (_, secret) = PlainSecret::recognise(token).unwrap();
    server
        .db_read(move |connection| Ok(last_use::of_token(connection, &secret.id())?))
        .map(UnixTime::seconds)
}

fn db_client_used(server: &TestServer, id: &str) -> Option<i64> {
    let row = clients::table.find(id.to_owned());
    server
        .db_read(move |connection| Ok(row.select(clients::last_used_at).get_result(connection)?))
}

/// Writes what waits, as the server does every few seconds.
fn db_write_last_uses(server: &TestServer) {
    server
        .wait(server.app.last_uses.write(&server.app.db))
        .unwrap();
}

#[test]
fn the_last_use_of_every_kind_of_token_is_written() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (access, _) = app.tokens("ada");
    let personal = server.db_personal_token(&ada, "read", None);
    let key = server.db_api_key(&app.client.id, "read", None);
    let tokens = [&access, &personal, &key];
    for token in tokens {
        assert_eq!(db_token_used(&server, token), None);
    }
    let before = server.app.now().seconds();
    for token in tokens {
        assert!(api.is_active(token));
    }
    db_write_last_uses(&server);
    for token in tokens {
        assert!(db_token_used(&server, token).unwrap() >= before);
    }
}

#[test]
fn a_token_used_all_the_time_is_written_once_a_minute() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (token, _) = app.tokens("ada");
    let use_it = |seconds| {
        server.advance(seconds);
        for _ in 0..6 {
            assert!(api.is_active(&token));
        }
        db_write_last_uses(&server);
        db_token_used(&server, &token).unwrap()
    };
    let first = use_it(0);
    assert_eq!(use_it(30), first, "within the minute");
    let second = use_it(40);
    assert!((70..80).contains(&(second - first)), "{second} - {first}");
    assert_eq!(use_it(50), second);
}

#[test]
fn a_token_that_is_gone_when_uses_are_written_is_left_out() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let ((gone, _), (token, _)) = (app.tokens("ada"), app.tokens("ada"));
    assert!(api.is_active(&gone) && api.is_active(&token));
    let (_, secret) = PlainSecret::recognise(&gone).unwrap();
    server.db_write(move |connection| {
        diesel::delete(access_tokens::table.find(secret.id())).execute(connection)?;
        Ok(())
    });
    db_write_last_uses(&server);
    assert_eq!(db_token_used(&server, &gone), None);
    assert!(db_token_used(&server, &token).is_some());
    assert_eq!(server.db_count("token_uses"), 1);
}

#[test]
fn the_last_use_goes_with_its_token() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (token, _) = app.tokens("ada");
    assert!(api.is_active(&token));
    db_write_last_uses(&server);
    assert_eq!(server.db_count("token_uses"), 1);
    server.db_write(|connection| {
        diesel::delete(access_tokens::table).execute(connection)?;
        Ok(())
    });
    assert_eq!(server.db_count("token_uses"), 0);
}

#[test]
fn a_token_that_opens_nothing_is_not_used() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let stranger = ThirdPartyApp::web(&server);
    let (token, _) = app.tokens("ada");
    let (revoked, _) = app.tokens("ada");
    app.revoke(&revoked);
    assert!(!api.is_active(&revoked));
    server.post_as(&stranger.client, "/oauth/introspect", &[("token", &token)]);
    db_write_last_uses(&server);
    for token in [&token, &revoked] {
        assert_eq!(db_token_used(&server, token), None);
    }
}

#[test]
fn a_client_is_used_when_it_gets_a_token_or_asks_about_one() {
    let server = TestServer::start();
    let (service, idle) = (
        server.db_client(NewClient::service()),
        server.db_client(NewClient::service()),
    );
    let api = ResourceServer::new(&server);
    let grant = [("grant_type", "client_credentials")];
    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    let wrong = [("grant_type", "client_credentials"), ("scope", "nothing")];
    server
        .post_as(&idle, "/oauth/token", &wrong)
        .assert_error(400, "invalid_scope");
    assert!(api.is_active(&token));
    db_write_last_uses(&server);
    assert!(db_client_used(&server, &service.id).is_some());
    assert!(db_client_used(&server, &api.client.id).is_some());
    assert_eq!(db_client_used(&server, &idle.id), None);
}

#[test]
fn a_use_of_an_api_key_is_one_of_its_client() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let [asked, verified, idle] = [(); 3].map(|()| server.db_client(NewClient::service()).id);
    let [first, second, unused] =
        [&asked, &verified, &idle].map(|id| server.db_api_key(id, "read", None));
    assert!(api.is_active(&first));
    let header = format!("Bearer {second}");
    let at = format!("{}/auth/verify", server.url);
    let passed = Answer::get(&at, &[("authorization", &header)]);
    assert_eq!(passed.status, 200, "{passed:?}");
    db_write_last_uses(&server);
    assert!(db_client_used(&server, &asked).is_some());
    assert!(db_client_used(&server, &verified).is_some());
    assert_eq!(db_client_used(&server, &idle), None);
    server.db_revoke_token(&unused);
    assert!(!api.is_active(&unused));
    db_write_last_uses(&server);
    assert_eq!(db_client_used(&server, &idle), None, "it opened nothing");
}

#[test]
fn writing_last_uses_makes_no_server_forget_its_copies() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (token, _) = app.tokens("ada");
    let revisions = || (server.app.db.revision(), server.app.db.token_revision());
    let before = revisions();
    assert!(api.is_active(&token));
    db_write_last_uses(&server);
    assert!(db_token_used(&server, &token).is_some());
    server.wait(server.app.db.look_for_changes()).unwrap();
    assert_eq!(revisions(), before);
}

#[test]
fn the_server_writes_by_itself_and_at_its_stop_what_is_left() {
    let server = TestServer::start().restart();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (token, _) = app.tokens("ada");
    assert!(api.is_active(&token));
    until("the use is written", || {
        db_token_used(&server, &token).is_some()
    });
    let (late, _) = app.tokens("ada");
    assert!(api.is_active(&late));
    let server = server.restart();
    assert!(db_token_used(&server, &late).is_some());
}
