//! Members change the name and the scopes of a client of their project, as far as these are theirs.

use crate::support::browser::unescape;
use crate::support::{Answer, Browser, ResourceServer, TestServer};

use super::super::{assert_page, signed_in};
use super::{clients, form, members, open, projects, tick};

/// Ada's project with one client.
struct Scene {
    server: TestServer,
    ada: Browser,
    /// The path of the client's page.
    client: String,
    id: String,
    secret: String,
}

impl Scene {
    fn new(scopes: &[&str]) -> Self {
        let server = TestServer::start();
        server.db_user("ada");
        server.db_grant_to_everybody("read write");
        let mut ada = signed_in(&server, "ada");
        let slug = projects::create(&server, &mut ada, "Weather", "");
        let (id, secret) = clients::create(&server, &mut ada, &slug, "Station", "secret", scopes);
        Self {
            server,
            ada,
            client: format!("/account/projects/{slug}/clients/{id}"),
            id,
            secret,
        }
    }

    /// A session of somebody else who belongs to the project.
    fn member(&mut self, name: &str, as_what: &str) -> Browser {
        self.server.db_user(name);
        members::add(&self.server, &mut self.ada, "weather", name, as_what);
        signed_in(&self.server, name)
    }

    fn edit(&self, browser: &mut Browser, name: &str, scopes: &[&str]) -> Answer {
        let path = format!("{}/edit", self.client);
        let form = form(&self.server, browser, &path, &path).fill("name", name);
        let form = tick(form, "scope", scopes);
        browser.submit_once(&format!("{}{path}", self.server.url), &form)
    }

    fn page(&self, browser: &mut Browser, below: &str) -> String {
        let path = format!("{}{below}", self.client);
        unescape(&open(&self.server, browser, &path).1.body)
    }

    /// The scope that the client is registered for.
    fn scope(&self) -> String {
        let id = self.id.clone();
        let client = self
            .server
            .db_read(move |connection| Ok(latchkey::models::client::find(connection, &id)?));
        client.unwrap().scope.to_string()
    }
}

#[test]
fn a_member_renames_it_and_changes_its_scopes() {
    let mut scene = Scene::new(&["read"]);
    let mut bea = scene.member("bea", "member");
    let page = scene.page(&mut bea, "/edit");
    assert!(page.contains("value=\"Station\"") && page.contains("value=\"read\" checked"));
    let answer = scene.edit(&mut bea, " Roof \"& co\" ", &["read", "write"]);
    assert_eq!(answer.status, 303, "{answer:?}");
    let page = scene.page(&mut bea, "");
    assert!(page.contains("<h1><bdi>Roof \"& co\"</bdi></h1>"), "{page}");
    assert!(page.contains("The changes are saved and in force."));
    assert_eq!(scene.scope(), "read write");
    let event = "audit_events WHERE action = 'client.changed' AND detail LIKE 'weather: Roof \"& co\": name Station -> %' \
                 AND client_id IS NOT NULL AND actor IS NOT NULL";
    assert_eq!(scene.server.db_count(event), 1);
    clients::token(&scene.server, &scene.id, &scene.secret).assert_tokens();
}

#[test]
fn a_scope_that_is_taken_away_is_gone_from_its_live_tokens() {
    let mut scene = Scene::new(&["read", "write"]);
    let api = ResourceServer::new(&scene.server);
    let token = clients::token(&scene.server, &scene.id, &scene.secret).assert_tokens();
    assert_eq!(api.introspect(&token)["scope"], "read");
    let mut ada = std::mem::take(&mut scene.ada);
    assert_eq!(scene.edit(&mut ada, "Station", &["write"]).status, 303);
    assert_eq!(api.introspect(&token)["scope"], "");
}

#[test]
fn a_mistake_is_told_beside_its_field_and_nothing_typed_is_lost() {
    let mut scene = Scene::new(&["read"]);
    let mut ada = std::mem::take(&mut scene.ada);
    let long = "x".repeat(201);
    for (name, scopes, sentence) in [
        ("", &["write"][..], "Type a name."),
        (
            &long,
            &["write"],
            "This name is longer than 200 characters.",
        ),
        ("Kept <b>", &[], "Choose at least one scope."),
        ("Kept <b>", &["admin"], "not yours to give"),
        ("Kept <b>", &["write", "no such"], "not yours to give"),
    ] {
        let answer = scene.edit(&mut ada, name, scopes);
        assert_page(&answer, 422);
        let body = unescape(&answer.body);
        assert!(body.contains(sentence), "{name} {scopes:?}: {body}");
        assert!(body.contains(&format!("value=\"{name}\"")), "{body}");
        let ticked = body.contains("value=\"write\" checked");
        assert_eq!(ticked, scopes.contains(&"write"), "{body}");
    }
    assert_eq!(scene.scope(), "read");
    assert_eq!(scene.server.db_events("client.changed"), 0);
}

#[test]
fn scopes_that_are_not_the_members_to_give_stay_as_they_are() {
    let mut scene = Scene::new(&["read"]);
    scene.server.db_scope("root", "Everything", false, true);
    scene.server.db_set_client_scope(&scene.id, "read root");
    let mut bea = scene.member("bea", "owner");
    let page = scene.page(&mut bea, "/edit");
    assert!(page.contains("Scopes that stay") && page.contains("<code>root</code>"));
    assert!(!page.contains("value=\"root\""), "{page}");
    assert_page(&scene.edit(&mut bea, "Station", &["read", "root"]), 422);
    assert_eq!(scene.edit(&mut bea, "Roof", &["write"]).status, 303);
    assert_eq!(scene.scope(), "root write");
    // Of her own it may have none then.
    assert_eq!(scene.edit(&mut bea, "Roof", &[]).status, 303);
    assert_eq!(scene.scope(), "root");
}

#[test]
fn a_client_that_an_administrator_took_over_meanwhile_is_not_changed() {
    let mut scene = Scene::new(&["read"]);
    let mut ada = std::mem::take(&mut scene.ada);
    let path = format!("{}/edit", scene.client);
    let form = form(&scene.server, &mut ada, &path, &path).fill("name", "Mine");
    scene.server.db_execute(&format!(
        "UPDATE clients SET kind = 'public' WHERE id = '{}'",
        scene.id
    ));
    let at = format!("{}{path}", scene.server.url);
    assert_page(&ada.submit_once(&at, &form), 403);
    assert_eq!(scene.server.db_events("client.changed"), 0);
}
