//! RFC 7009.

use diesel::connection::SimpleConnection;
use latchkey::db::DbConnection;
use latchkey::oauth::{PlainSecret, SecretKind};

use crate::support::app::basic;
use crate::support::{Answer, NewClient, ResourceServer, TestServer, ThirdPartyApp, at_once};

#[track_caller]
fn assert_done(answer: &Answer) {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[test]
fn an_access_token_ends_alone() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, refresh) = app.tokens("ada");
    assert_done(&app.revoke(&access));
    assert!(!api.is_active(&access));
    let answer = app.refresh(&refresh);
    assert!(api.is_active(&answer.assert_tokens()));
    assert_eq!(server.db_events("token.revoked"), 1);
}

#[test]
fn a_refresh_token_takes_its_authorization_along_and_no_other() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (first, refresh) = app.tokens("ada");
    let answer = app.refresh(&refresh);
    let (phone, phone_refresh) = app.tokens("ada");
    assert_done(&app.revoke(&answer.member("refresh_token")));
    assert!(!api.is_active(&first) && !api.is_active(&answer.assert_tokens()));
    app.refresh(&answer.member("refresh_token"))
        .assert_error(400, "invalid_grant");
    assert!(api.is_active(&phone));
    app.refresh(&phone_refresh).assert_tokens();
}

#[test]
fn an_already_used_refresh_token_still_ends_its_authorization() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (_, first) = app.tokens("ada");
    let answer = app.refresh(&first);
    assert_done(&app.revoke(&first));
    assert!(
        !api.is_active(&answer.assert_tokens()),
        "who signs out with the old token means it"
    );
    app.refresh(&answer.member("refresh_token"))
        .assert_error(400, "invalid_grant");
}

#[test]
fn a_public_client_ends_its_own_tokens() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::new(&server, NewClient::public("https://spa.example/callback"));
    let api = ResourceServer::new(&server);
    let (access, refresh) = app.tokens("ada");
    server
        .post("/oauth/revoke", &[("token", &access)])
        .assert_error(401, "invalid_client");
    assert_done(&app.revoke(&access));
    assert!(!api.is_active(&access));
    assert_done(&app.revoke(&refresh));
    app.refresh(&refresh).assert_error(400, "invalid_grant");
}

#[test]
fn another_clients_token_is_refused_and_untouched() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, refresh) = app.tokens("ada");
    let public = server.db_client(NewClient::public("https://spa.example/callback"));
    let other = server.db_client(NewClient::web("https://other.example/callback"));
    for client in [&public, &other, &api.client] {
        for token in [&access, &refresh] {
            server
                .post_as(client, "/oauth/revoke", &[("token", token)])
                .assert_error(400, "invalid_grant");
        }
    }
    assert!(api.is_active(&access));
    app.refresh(&refresh).assert_tokens();
    assert_eq!(server.db_events("token.revoked"), 0);
}

#[test]
fn without_the_secret_nothing_is_revoked() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    let form = [("token", access.as_str())];
    let with =
        |header: &str| server.post_with("/oauth/revoke", &[("authorization", header)], &form);
    with(&basic(&app.client.id, "wrong")).assert_error(401, "invalid_client");
    with(&format!("Bearer {access}")).assert_error(401, "invalid_client");
    let named = [form[0], ("client_id", app.client.id.as_str())];
    server
        .post("/oauth/revoke", &named)
        .assert_error(401, "invalid_client");
    assert!(api.is_active(&access));
}

#[test]
fn an_unknown_expired_or_revoked_token_is_200() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (access, refresh) = app.tokens("ada");
    let code = app.code("ada");
    let random = PlainSecret::generate(SecretKind::RefreshToken, server.app.now());
    for token in [
        "x",
        random.expose(),
        &access,
        &access,
        &refresh,
        &refresh,
        &access[..40],
        &code,
    ] {
        assert_done(&app.revoke(token));
    }
    app.redeem(&code).assert_tokens();
    let (expired, _) = app.tokens("ada");
    server.advance(7200);
    assert_done(&app.revoke(&expired));
    assert_eq!(server.db_events("token.revoked"), 3);
}

#[test]
fn ending_what_has_ended_writes_nothing_and_makes_no_server_forget_its_copies() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (access, refresh) = app.tokens("ada");
    for token in [&access, &refresh] {
        assert_done(&app.revoke(token));
    }
    let state = || {
        (
            server.app.db.token_revision(),
            server.db_events("token.revoked"),
        )
    };
    let before = state();
    for token in [&access, &refresh, &access] {
        assert_done(&app.revoke(token));
    }
    assert_eq!(state(), before);
}

#[test]
fn the_hint_is_only_a_hint() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    for hint in ["access_token", "refresh_token", "foo", ""] {
        for number in 0..2 {
            let (access, refresh) = app.tokens("ada");
            let token = if number == 0 { &access } else { &refresh };
            let form = [
                ("token", token.as_str()),
                ("token_type_hint", hint),
                ("foo", "bar"),
            ];
            assert_done(&server.post_as(&app.client, "/oauth/revoke", &form));
            assert!(!api.is_active(&access), "{hint}");
        }
    }
}

#[test]
fn the_token_comes_once_in_a_posted_form() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    let post = |path: &str, form: &[(&str, &str)]| server.post_as(&app.client, path, form);
    post("/oauth/revoke", &[]).assert_error(400, "invalid_request");
    post("/oauth/revoke", &[("token", "")]).assert_error(400, "invalid_request");
    post(&format!("/oauth/revoke?token={access}"), &[]).assert_error(400, "invalid_request");
    post("/oauth/revoke", &[("token", &access), ("token", &access)])
        .assert_error(400, "invalid_request");
    let header = basic(&app.client.id, app.client.secret.as_ref().unwrap());
    let url = format!("{}/oauth/revoke?token={access}&callback=x", server.url);
    let got = Answer::get(&url, &[("authorization", &header)]);
    got.assert_error(405, "invalid_request");
    assert_eq!(got.header("allow"), Some("POST"));
    assert!(api.is_active(&access));
}

#[test]
fn the_200_comes_only_once_everybody_sees_it() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let service = server.db_client(NewClient::service());
    for _ in 0..100 {
        let token = server
            .post_as(
                &service,
                "/oauth/token",
                &[("grant_type", "client_credentials")],
            )
            .assert_tokens();
        assert_done(&server.post_as(&service, "/oauth/revoke", &[("token", &token)]));
        assert!(!api.is_active(&token));
    }
}

#[test]
fn many_who_end_one_token_at_once_all_get_200_and_it_is_noted_once() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (access, refresh) = app.tokens("ada");
    for answer in at_once(20, |number| {
        app.revoke(if number % 2 == 0 { &access } else { &refresh })
    }) {
        assert_done(&answer);
    }
    let noted = server.db_events("token.revoked");
    assert!((1..=2).contains(&noted), "{noted}");
}

#[test]
fn a_client_may_end_the_tokens_of_a_disabled_user() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    server.db_disable_user(&ada, true);
    assert_done(&app.revoke(&access));
    server.db_disable_user(&ada, false);
    assert!(!api.is_active(&access));
}

#[test]
fn guessing_is_slowed_down_while_real_tokens_are_ended() {
    let server = TestServer::with(|config| config.limits.misses = 5);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    for _ in 0..5 {
        assert_done(&app.revoke("guess"));
    }
    let throttled = app.revoke("guess");
    throttled.assert_error(429, "temporarily_unavailable");
    assert!(throttled.header("retry-after").is_some());
    assert_done(&app.revoke(&access));
    assert!(!api.is_active(&access));
    server.advance(61);
    assert_done(&app.revoke("guess"));
}

#[test]
fn a_database_that_fails_is_503_and_never_200() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    let rename = |from: &str, to: &str| {
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        server.db_write(move |connection| match connection {
            DbConnection::Sqlite(connection) => Ok(connection.batch_execute(&sql)?),
            DbConnection::Postgres(connection) => Ok(connection.batch_execute(&sql)?),
        });
    };
    rename("access_tokens", "gone");
    let answer = app.revoke(&access);
    rename("gone", "access_tokens");
    assert_eq!(answer.status, 503, "RFC 7009 §2.2.1: {answer:?}");
    assert!(answer.header("retry-after").is_some());
    assert!(api.is_active(&access));
    assert_done(&app.revoke(&access));
    assert!(!api.is_active(&access));
}

#[test]
fn a_signed_token_that_is_purged_is_no_guess() {
    let server = TestServer::with(|config| config.limits.misses = 2);
    let service = server.db_client(NewClient::service().signed());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let signed = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    server.db_execute("DELETE FROM access_tokens");
    for _ in 0..5 {
        assert_done(&server.post_as(&service, "/oauth/revoke", &[("token", &signed)]));
    }
}
