//! Changing a client.

use latchkey::models::client::{self, Client};
use latchkey::oauth::GrantType;

use crate::pages::admin::administrator;
use crate::pages::assert_page;
use crate::support::actors::REDIRECT_URI;
use crate::support::browser::Form;
use crate::support::{Browser, NewClient, TestServer, ThirdPartyApp};

use super::{page, page_of, send, told};

fn form_of(server: &TestServer, root: &mut Browser, id: &str) -> Form {
    let asked = page(server, root, &format!("{}/edit", page_of(id)));
    Form::find(&asked, "/edit")
}

fn stored(server: &TestServer, id: &str) -> Client {
    let id = id.to_owned();
    server.db_read(move |connection| Ok(client::find(connection, &id)?.unwrap()))
}

#[test]
fn a_form_that_is_sent_as_it_came_changes_nothing() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let everything = NewClient {
        first_party: true,
        resource_server: true,
        origins: vec![String::from("https://app.example")],
        access_ttl: Some(90),
        refresh_ttl: Some(600),
        ..NewClient::web(REDIRECT_URI)
    };
    let by_password = NewClient {
        grants: vec![GrantType::RefreshToken, GrantType::Password],
        ..NewClient::first_party_spa()
    };
    for new in [
        everything,
        NewClient::public("com.example.app:/cb"),
        NewClient::service(),
        NewClient::resource_server(),
        by_password,
    ] {
        let id = server.db_client(new).id;
        let before = format!("{:?}", stored(&server, &id));
        let form = form_of(&server, &mut root, &id);
        let answer = send(&server, &mut root, &page_of(&id), &form);
        assert!(told(&server, &mut root, &answer).contains("saved"));
        assert_eq!(format!("{:?}", stored(&server, &id)), before);
    }
    assert_eq!(server.db_events("client.changed"), 5);
}

#[test]
fn a_change_is_in_force_at_the_next_request() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut root = administrator(&server);
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    let form = form_of(&server, &mut root, &app.client.id)
        .fill("name", "Rainy Calendar")
        .fill("redirect_uris", "https://app.example/other")
        .fill("access_ttl", "77")
        .fill("token_format", "jwt");
    assert_eq!(
        send(&server, &mut root, &page_of(&app.client.id), &form).status,
        303
    );
    let tokens = app.redeem(&code);
    assert_eq!(tokens.json()["expires_in"], 77, "{tokens:?}");
    assert!(tokens.assert_tokens().starts_with("eyJ"), "{tokens:?}");
    let refused = server.get(&app.address(&app.request())[server.url.len()..]);
    assert_page(&refused, 400);
    let (_, consent) = Browser::new().get(
        &app.address(&app.request_with(&[("redirect_uri", Some("https://app.example/other"))])),
    );
    assert!(consent.body.contains("name=\"password\""), "{consent:?}");
}

#[test]
fn a_mistake_changes_nothing_and_loses_nothing() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let id = server.db_client(NewClient::web(REDIRECT_URI)).id;
    let before = format!("{:?}", stored(&server, &id));
    let form = form_of(&server, &mut root, &id);
    for (name, wrong) in [
        ("name", ""),
        ("redirect_uris", "nowhere"),
        ("access_ttl", "soon"),
        ("project", "nowhere"),
    ] {
        let answer = send(
            &server,
            &mut root,
            &page_of(&id),
            &form.clone().fill(name, wrong),
        );
        assert_page(&answer, 422);
        assert_eq!(
            Form::find(&answer, "/edit").field(name),
            Some(wrong),
            "{name}"
        );
    }
    let answer = send(
        &server,
        &mut root,
        &page_of(&id),
        &form.clone().tick("grant", "password"),
    );
    assert_page(&answer, 422);
    // A grant that is no choice here is none.
    let answer = send(
        &server,
        &mut root,
        &page_of(&id),
        &form.tick("grant", "implicit"),
    );
    assert_eq!(answer.status, 303);
    assert_eq!(format!("{:?}", stored(&server, &id)), before);
}

#[test]
fn a_public_client_stays_public() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let id = server
        .db_client(NewClient::public("https://app.example/cb"))
        .id;
    let form = form_of(&server, &mut root, &id)
        .tick("resource_server", "yes")
        .tick("grant", "client_credentials")
        .fill("kind", "confidential");
    assert_eq!(send(&server, &mut root, &page_of(&id), &form).status, 303);
    let client = stored(&server, &id);
    assert!(
        client.is_public() && !client.is_resource_server,
        "{client:?}"
    );
    assert_eq!(client.grant_types.len(), 2);
}
