//! What is taken away narrows live tokens at the next introspection, and comes back with it.

use latchkey::models::{role, scope};

use super::introspect;
use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp};

/// A server on which nobody may `write` but by a role.
fn server() -> TestServer {
    let server = TestServer::start();
    server.db_grant_to_everybody("");
    server
}

/// `scope` of an active answer, as it is at every worker.
#[track_caller]
fn scope_of(api: &ResourceServer<'_>, token: &str) -> String {
    let scope = || {
        let known = api.introspect(token);
        assert_eq!(known["active"], true, "{known}");
        known["scope"].as_str().unwrap().to_owned()
    };
    let first = scope();
    for _ in 0..5 {
        assert_eq!(scope(), first);
    }
    first
}

fn token(app: &ThirdPartyApp<'_>) -> (String, String) {
    let wished = app.request_with(&[("scope", Some("read write"))]);
    let answer = app.redeem(&app.code_for("ada", &wished));
    (answer.assert_tokens(), answer.member("refresh_token"))
}

#[test]
fn a_role_taken_away_narrows_live_tokens_at_the_next_introspection() {
    let server = server();
    let ada = server.db_user("ada");
    server.db_role("editor", "write", &[]);
    server.db_role("chief", "", &["editor"]);
    server.db_set_roles(&ada, &["chief"]);
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, refresh) = token(&app);
    let personal = server.db_personal_token(&ada, "read write", None);
    let kept = |of: &str| introspect(&server, &app.client, of).json()["scope"].clone();
    for token in [&access, &personal] {
        assert_eq!(scope_of(&api, token), "read write", "by a role's role");
    }
    server.db_set_roles(&ada, &[]);
    for token in [&access, &personal] {
        assert_eq!(scope_of(&api, token), "read");
    }
    assert_eq!(kept(&refresh), "read", "so would a refresh be");
    server.db_set_roles(&ada, &["editor"]);
    for token in [&access, &personal] {
        assert_eq!(scope_of(&api, token), "read write", "what came back");
    }
    assert_eq!(kept(&refresh), "read write");
}

#[test]
fn a_changed_or_deleted_role_narrows_like_one_that_was_taken_away() {
    let server = server();
    let ada = server.db_user("ada");
    server.db_role("editor", "write", &[]);
    server.db_role("chief", "", &["editor"]);
    server.db_set_roles(&ada, &["chief"]);
    let api = ResourceServer::new(&server);
    let personal = server.db_personal_token(&ada, "read write", None);
    assert_eq!(scope_of(&api, &personal), "read write");
    server.db_set_role_scope("editor", "");
    assert_eq!(scope_of(&api, &personal), "read");
    server.db_set_role_scope("editor", "write");
    assert_eq!(scope_of(&api, &personal), "read write");
    server.db_write(|connection| Ok(role::delete(connection, "editor")?));
    assert_eq!(scope_of(&api, &personal), "read");
}

#[test]
fn a_deleted_scope_is_in_no_answer() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let api = ResourceServer::new(&server);
    let export = server.db_project_client("export", "read write");
    let personal = server.db_personal_token(&ada, "read write", None);
    let key = server.db_api_key(&export.id, "read write", None);
    for token in [&personal, &key] {
        assert_eq!(scope_of(&api, token), "read write");
    }
    server.db_write(|connection| Ok(scope::delete(connection, "write")?));
    for token in [&personal, &key] {
        assert_eq!(scope_of(&api, token), "read");
    }
}

#[test]
fn what_a_client_loses_its_tokens_and_keys_lose() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let service = server.db_client(NewClient::service());
    let grant = [
        ("grant_type", "client_credentials"),
        ("scope", "read write"),
    ];
    let of_service = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    let key = server.db_api_key(&service.id, "read write", None);
    let (of_user, _) = token(&app);
    for token in [&of_service, &key, &of_user] {
        assert_eq!(scope_of(&api, token), "read write");
    }
    for client in [&service, &app.client] {
        server.db_set_client_scope(&client.id, "write");
    }
    for token in [&of_service, &key, &of_user] {
        assert_eq!(scope_of(&api, token), "write");
    }
}

#[test]
fn a_public_client_keeps_no_scope_that_has_become_sensitive() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::new(&server, NewClient::public("http://127.0.0.1/callback"));
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    assert_eq!(scope_of(&api, &access), "read");
    server.db_make_sensitive("read");
    assert_eq!(scope_of(&api, &access), "");
}

#[test]
fn a_token_of_which_nothing_is_left_is_active_with_an_empty_scope() {
    let server = server();
    let ada = server.db_user("ada");
    let api = ResourceServer::new(&server);
    server.db_role("editor", "write", &[]);
    server.db_set_roles(&ada, &["editor"]);
    let personal = server.db_personal_token(&ada, "write", None);
    assert_eq!(scope_of(&api, &personal), "write");
    server.db_set_roles(&ada, &[]);
    assert_eq!(scope_of(&api, &personal), "");
}
