//! RFC 6749 §6, RFC 9700 §4.14: rotation and reuse. Retries are in `refresh_retry`, scope in
//! `refresh_scope`, many at once in `refresh_races`.

use latchkey::oauth::{PlainSecret, SecretKind};

use crate::grants::altered;
use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp};

#[test]
fn every_client_gets_a_new_refresh_token_at_each_use() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let public = NewClient::public("https://spa.example/callback");
    for app in [
        ThirdPartyApp::web(&server),
        ThirdPartyApp::new(&server, public),
    ] {
        let (first, mut refresh) = app.tokens("ada");
        for _ in 0..5 {
            let answer = app.refresh(&refresh);
            let access = answer.assert_tokens();
            assert_ne!(access, first);
            assert!(api.is_active(&access));
            assert_ne!(answer.member("refresh_token"), refresh);
            refresh = answer.member("refresh_token");
        }
        assert!(
            api.is_active(&first),
            "a refresh leaves older access tokens alone"
        );
    }
}

#[test]
fn a_used_refresh_token_after_the_window_ends_the_authorization_and_is_noted() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, first) = app.tokens("ada");
    let answer = app.refresh(&first);
    let newest = answer.assert_tokens();
    server.advance(11);
    app.refresh(&first).assert_error(400, "invalid_grant");
    assert!(!api.is_active(&access));
    assert!(!api.is_active(&newest));
    app.refresh(&answer.member("refresh_token"))
        .assert_error(400, "invalid_grant");
    let reused = "audit_events WHERE action = 'refresh_token.reused'";
    assert_eq!(
        server.db_count(&format!("{reused} AND address = '127.0.0.1'")),
        1
    );
}

#[test]
fn an_old_one_of_the_chain_ends_the_newest() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (_, first) = app.tokens("ada");
    let second = app.refresh(&first).member("refresh_token");
    let third = app.refresh(&second);
    let access = third.assert_tokens();
    app.refresh(&first).assert_error(400, "invalid_grant");
    app.refresh(&third.member("refresh_token"))
        .assert_error(400, "invalid_grant");
    assert!(!api.is_active(&access));
}

#[test]
fn reuse_ends_no_other_authorization() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, laptop) = app.tokens("ada");
    let (_, phone) = app.tokens("ada");
    app.refresh(&phone).assert_tokens();
    server.advance(11);
    app.refresh(&phone).assert_error(400, "invalid_grant");
    app.refresh(&laptop).assert_tokens();
}

#[test]
fn reuse_by_somebody_who_is_not_the_client_changes_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, other) = (ThirdPartyApp::web(&server), ThirdPartyApp::web(&server));
    let (_, first) = app.tokens("ada");
    let second = app.refresh(&first).member("refresh_token");
    server.advance(11);
    other.refresh(&first).assert_error(400, "invalid_grant");
    let unproven = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &first),
        ("client_id", &app.client.id),
    ];
    server
        .post("/oauth/token", &unproven)
        .assert_error(401, "invalid_client");
    app.refresh(&second).assert_tokens();
    assert_eq!(server.db_events("refresh_token.reused"), 0);
}

#[test]
fn another_client_cannot_refresh_nor_use_the_token_up() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, other) = (ThirdPartyApp::web(&server), ThirdPartyApp::web(&server));
    let (_, refresh) = app.tokens("ada");
    other.refresh(&refresh).assert_error(400, "invalid_grant");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
        ("client_id", &app.client.id),
    ];
    server
        .post("/oauth/token", &form)
        .assert_error(401, "invalid_client");
    app.refresh(&refresh).assert_tokens();
}

#[test]
fn a_public_client_names_itself_when_it_refreshes() {
    let server = TestServer::start();
    server.db_user("ada");
    let public = || ThirdPartyApp::new(&server, NewClient::public("https://spa.example/callback"));
    let (app, other) = (public(), public());
    let (_, refresh) = app.tokens("ada");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    server
        .post("/oauth/token", &form)
        .assert_error(401, "invalid_client");
    other.refresh(&refresh).assert_error(400, "invalid_grant");
    app.refresh(&refresh).assert_tokens();
}

#[test]
fn every_refresh_token_that_is_no_good_gets_the_same_answer() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    let (access, refresh) = app.tokens("ada");
    let (_, revoked) = app.tokens("ada");
    assert_eq!(app.revoke(&revoked).status, 200);
    let random = PlainSecret::generate(SecretKind::RefreshToken, server.app.now());
    let mut wrong = vec![
        access,
        code,
        revoked,
        random.expose().to_owned(),
        format!("{refresh}0"),
        refresh[..58].to_owned(),
    ];
    wrong.extend(
        (0..refresh.len())
            .step_by(7)
            .map(|at| altered(&refresh, at)),
    );
    let expected = app.refresh("nonsense");
    expected.assert_error(400, "invalid_grant");
    for wrong in wrong {
        let answer = app.refresh(&wrong);
        assert_eq!(
            (answer.status, answer.body),
            (400, expected.body.clone()),
            "{wrong}"
        );
    }
    app.refresh(&refresh).assert_tokens();
}

#[test]
fn an_unused_refresh_token_ends_and_each_rotation_begins_the_time_anew() {
    let server = TestServer::with(|config| config.tokens.refresh_ttl = Some(1000));
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, mut refresh) = app.tokens("ada");
    for _ in 0..4 {
        server.advance(900);
        let answer = app.refresh(&refresh);
        answer.assert_tokens();
        refresh = answer.member("refresh_token");
    }
    server.advance(1001);
    app.refresh(&refresh).assert_error(400, "invalid_grant");
}

#[test]
fn no_rotation_extends_the_absolute_end() {
    let server = TestServer::with(|config| {
        config.tokens.refresh_ttl = Some(1000);
        config.tokens.refresh_max_age = 2500;
    });
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, mut refresh) = app.tokens("ada");
    for _ in 0..3 {
        server.advance(800);
        refresh = app.refresh(&refresh).member("refresh_token");
    }
    server.advance(101);
    app.refresh(&refresh).assert_error(400, "invalid_grant");
}

#[test]
fn a_disabled_user_or_client_cannot_refresh_and_nothing_is_used_up() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, refresh) = app.tokens("ada");
    server.db_disable_user(&ada, true);
    app.refresh(&refresh).assert_error(400, "invalid_grant");
    server.db_disable_user(&ada, false);
    server.db_disable_client(&app.client.id, true);
    app.refresh(&refresh).assert_error(401, "invalid_client");
    server.db_disable_client(&app.client.id, false);
    app.refresh(&refresh).assert_tokens();
}

#[test]
fn a_revoked_authorization_cannot_be_refreshed() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, refresh) = app.tokens("ada");
    server.db_revoke_of_user(&ada);
    app.refresh(&refresh).assert_error(400, "invalid_grant");
}

#[test]
fn used_refresh_tokens_are_recognised_after_a_restart() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (_, first) = app.tokens("ada");
    let second = app.refresh(&first).member("refresh_token");
    server.advance(11);
    let client = app.client.clone();
    let server = server.restart();
    let refresh = |token: &str| {
        server.post_as(
            &client,
            "/oauth/token",
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
        )
    };
    refresh(&first).assert_error(400, "invalid_grant");
    refresh(&second).assert_error(400, "invalid_grant");
    assert_eq!(server.db_events("refresh_token.reused"), 1);
}
