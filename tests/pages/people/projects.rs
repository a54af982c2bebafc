//! A project's page and its panic button.

use diesel::prelude::*;
use latchkey::models::access_token::TokenKind;
use latchkey::schema::{clients, projects};

use crate::support::{NewClient, ResourceServer, TestServer};

use super::{administrator, assert_done, db_token, open, send};

#[test]
fn a_project_shows_its_members_and_clients() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let mut admin = administrator(&server);
    let page = open(&server, &mut admin, &format!("/admin/projects/{ada}"));
    for piece in [
        "Personal project",
        "<bdi>ada</bdi>",
        ">Owner</span>",
        "Personal access tokens",
    ] {
        assert!(page.body.contains(piece), "{piece}: {page:?}");
    }
    let person = open(&server, &mut admin, &format!("/admin/users/{ada}"));
    let link = format!("/admin/projects/{ada}\"");
    assert!(person.body.contains(&link), "{person:?}");
}

#[test]
fn the_panic_buttons_promise_what_there_is_to_end() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let mut admin = administrator(&server);
    let of_user = open(&server, &mut admin, &format!("/admin/users/{ada}/panic"));
    let of_own = open(&server, &mut admin, &format!("/admin/projects/{ada}/panic"));
    for page in [&of_user, &of_own] {
        let says = "Scripts that use a personal access token stop";
        assert!(page.body.contains(says), "{page:?}");
    }
    assert!(
        of_user
            .body
            .contains("Their API keys and client secrets go on working"),
        "{of_user:?}"
    );
    // The client of the tokens has no page of its own to lead to.
    let project = open(&server, &mut admin, &format!("/admin/projects/{ada}"));
    assert!(!project.body.contains("/admin/clients/cli_"), "{project:?}");
}

#[test]
fn the_panic_button_ends_everything_of_its_clients() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let ada = server.db_user("ada");
    let (service, other) = (
        server.db_client(NewClient::service()),
        server.db_client(NewClient::service()),
    );
    let (id, owner) = (service.id.clone(), ada.clone());
    server.db_write(move |connection| {
        let project: String = projects::table
            .filter(projects::personal_user_id.eq(owner))
            .select(projects::id)
            .get_result(connection)?;
        diesel::update(clients::table.find(id))
            .set(clients::project_id.eq(Some(project)))
            .execute(connection)?;
        Ok(latchkey::db::note_change(connection)?)
    });
    let api = ResourceServer::new(&server);
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    let of_other = server
        .post_as(&other, "/oauth/token", &grant)
        .assert_tokens();
    let key = db_token(&server, &ada, TokenKind::ApiKey);
    assert!(api.is_active(&token) && api.is_active(&key));

    let path = format!("/admin/projects/{ada}");
    let panic = format!("{path}/panic");
    let page = open(&server, &mut admin, &panic);
    for piece in ["1 API key", "1 client secret", "1 access token"] {
        assert!(page.body.contains(piece), "{piece}: {page:?}");
    }
    let answer = send(&server, &mut admin, (&panic, "/panic"), &[]);
    let said = assert_done(&server, &mut admin, &answer, &path);
    assert!(said.contains("1 client secret"), "{said}");
    assert!(!api.is_active(&token) && !api.is_active(&key));
    assert!(api.is_active(&of_other));
    server
        .post_as(&service, "/oauth/token", &grant)
        .assert_error(401, "invalid_client");
    assert_eq!(server.db_events("project.tokens_revoked"), 1);
}
