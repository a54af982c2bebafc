//! What stops a client: disabling, the end of all its tokens, deletion.

use latchkey::models::access_token::{self, TokenKind};
use latchkey::oauth::{PlainSecret, SecretKind};

use crate::pages::admin::administrator;
use crate::pages::assert_page;
use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Browser, NewClient, ResourceServer, TestServer, ThirdPartyApp, at_once};

use super::{page, page_of, registered, send, token_status, told};

/// Asks for an act and sends the form of the question as it is.
#[track_caller]
fn act(server: &TestServer, root: &mut Browser, path: &str) -> String {
    let asked = page(server, root, path);
    let answer = send(server, root, path, &Form::find(&asked, ""));
    told(server, root, &answer)
}

/// Gives a client an API key without an end.
pub fn db_api_key(server: &TestServer, client_id: &str, scope: &str) -> String {
    let now = server.app.now();
    let secret = PlainSecret::generate(SecretKind::ApiKey, now);
    let mut row = latchkey::grants::issue::new_access_token(
        &secret,
        client_id,
        latchkey::oauth::Scope::from_stored(scope.to_owned()),
        now,
        now,
    );
    (row.kind, row.expires_at, row.name) = (TokenKind::ApiKey, None, Some(String::from("nightly")));
    server.db_write(move |connection| Ok(access_token::insert(connection, row)?));
    secret.expose().to_owned()
}

#[test]
fn a_disabled_client_is_refused_until_it_is_enabled_again() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let (id, secret) = registered(&server, &mut root);
    let path = format!("{}/disable", page_of(&id));
    let asked = page(&server, &mut root, &path);
    asked.assert_says(&["gets no new tokens"]);
    let api = ResourceServer::new(&server).client.id;
    let asked_of_api = page(&server, &mut root, &format!("{}/disable", page_of(&api)));
    for (asked, asks) in [(asked, false), (asked_of_api, true)] {
        let says = asked.body.contains("no longer ask what tokens are worth");
        assert_eq!(says, asks, "{asked:?}");
    }
    assert_eq!(token_status(&server, &id, &secret), 200);
    assert_eq!(
        act(&server, &mut root, &path),
        "Sunny Calendar is disabled."
    );
    assert_eq!(token_status(&server, &id, &secret), 401);
    // Twice is as once.
    assert_eq!(
        act(&server, &mut root, &path),
        "Sunny Calendar was disabled already."
    );
    let shown = page(&server, &mut root, &page_of(&id));
    let answer = send(
        &server,
        &mut root,
        &page_of(&id),
        &Form::find(&shown, "/enable"),
    );
    assert_eq!(
        told(&server, &mut root, &answer),
        "Sunny Calendar is enabled."
    );
    assert_eq!(token_status(&server, &id, &secret), 200);
    assert_eq!(
        [
            server.db_events("client.disabled"),
            server.db_events("client.enabled")
        ],
        [1, 1]
    );
}

#[test]
fn the_panic_button_ends_every_token_of_the_client_and_of_no_other() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut root = administrator(&server);
    let (app, other) = (ThirdPartyApp::web(&server), ThirdPartyApp::web(&server));
    let api = ResourceServer::new(&server);
    let (access, refresh) = app.tokens("ada");
    let code = app.code("ada");
    let key = db_api_key(&server, &app.client.id, "read");
    let (foreign_access, foreign_refresh) = other.tokens("ada");
    assert!(api.is_active(&access) && api.is_active(&key) && api.is_active(&foreign_access));

    let path = format!("{}/end-tokens", page_of(&app.client.id));
    let asked = page(&server, &mut root, &path);
    asked.assert_says(&["API key", "Everybody who is connected by it"]);
    let said = act(&server, &mut root, &path);
    assert!(said.contains("2 app sign-ins, 1 API key."), "{said}");
    assert!(!api.is_active(&access) && !api.is_active(&key) && api.is_active(&foreign_access));
    app.refresh(&refresh).assert_error(400, "invalid_grant");
    app.redeem(&code).assert_error(400, "invalid_grant");
    other.refresh(&foreign_refresh).assert_tokens();
    assert_eq!(server.db_events("client.tokens_revoked"), 1);
    // Whoever looks later sees who it was.
    assert_eq!(
        server.db_count("access_tokens WHERE revoked_by LIKE 'usr_%'"),
        2
    );
    assert_eq!(
        server.db_count("authorizations WHERE revoked_by LIKE 'usr_%'"),
        2
    );
    // The client goes on.
    let (access, _) = app.tokens("ada");
    assert!(api.is_active(&access));
}

#[test]
fn nobody_is_said_to_sign_in_to_a_service() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let service = server.db_client(NewClient::service());
    let path = format!("{}/end-tokens", page_of(&service.id));
    let asked = page(&server, &mut root, &path);
    asked.assert_says(&["The client itself stays"]);
    assert!(!asked.words().contains("Everybody who"), "{asked:?}");
}

#[test]
fn of_administrators_who_delete_a_client_at_once_one_did() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let service = server.db_client(NewClient::service());
    let path = format!("{}/delete", page_of(&service.id));
    let asked = page(&server, &mut root, &path);
    let form = Form::find(&asked, "").fill("name", "Sunny Calendar");
    let mut statuses = at_once(8, |_| send(&server, &mut root.clone(), &path, &form).status);
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404, 404, 404, 404, 404, 404, 404]);
    assert_eq!(server.db_events("client.deleted"), 1);
}

#[test]
fn a_deletion_wants_the_name_typed() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut root = administrator(&server);
    let app = ThirdPartyApp::web(&server);
    let (access, _) = app.tokens("ada");
    let path = format!("{}/delete", page_of(&app.client.id));
    let asked = page(&server, &mut root, &path);
    asked.assert_says(&["One person who uses it loses access."]);
    let form = Form::find(&asked, "");
    for wrong in [
        "",
        "sunny calendar",
        "<script>alert(1)</script>",
        &"x".repeat(10_000),
        "🔑\"'",
    ] {
        let answer = send(&server, &mut root, &path, &form.clone().fill("name", wrong));
        assert_page(&answer, 422);
        assert_eq!(Form::find(&answer, "").field("name"), Some(wrong));
    }
    let api = ResourceServer::new(&server);
    assert!(api.is_active(&access));
    let answer = send(
        &server,
        &mut root,
        &path,
        &form.fill("name", "Sunny Calendar"),
    );
    assert_eq!(
        told(&server, &mut root, &answer),
        "Sunny Calendar was deleted."
    );
    assert!(!api.is_active(&access));
    assert_eq!(root.get_once(&format!("{}{path}", server.url)).status, 404);
    assert_eq!(server.db_events("client.deleted"), 1);
}

#[test]
fn the_worst_acts_ask_for_the_password_after_a_while() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let client = server.db_client(NewClient::service());
    let (id, secret) = (client.id, client.secret.unwrap());
    server.advance(601);
    for act in ["end-tokens", "delete"] {
        let path = format!("{}/{act}", page_of(&id));
        let form = Form::find(&page(&server, &mut root, &path), "").fill("name", "Sunny Calendar");
        for wrong in ["", "wrong"] {
            let answer = send(
                &server,
                &mut root,
                &path,
                &form.clone().fill("confirmation", wrong),
            );
            assert_page(&answer, 422);
        }
    }
    assert_eq!(token_status(&server, &id, &secret), 200);
    let path = format!("{}/delete", page_of(&id));
    let form = Form::find(&page(&server, &mut root, &path), "").fill("name", "Sunny Calendar");
    let answer = send(
        &server,
        &mut root,
        &path,
        &form.fill("confirmation", PASSWORD),
    );
    assert_eq!(answer.status, 303, "{answer:?}");
    assert_eq!(token_status(&server, &id, &secret), 401);
}
