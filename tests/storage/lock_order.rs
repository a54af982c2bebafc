//! Everybody locks rows in one order (`models::locks`), so that nobody fails for somebody else. Here somebody else is
//! in the middle of an act of several statements when a request comes, and goes on once it waits: with another order
//! PostgreSQL would end one of the two.

use crate::pages::{assert_page, at_consent, decide};
use crate::support::actors::sign_in;
use crate::support::app::PASSWORD;
use crate::support::{
    Browser, Person, Program, ResourceServer, TestServer, ThirdPartyApp, database,
};

const WEATHER: &str = "/account/projects/weather";
/// As its deletion does, which then takes along what is the client's.
const LOCK_CLIENTS: &str = "SELECT id FROM clients FOR UPDATE";

/// What only PostgreSQL locks; an embedded database is locked as a whole.
fn on_postgres(sql: &str) -> &str {
    database::postgres().map_or("SELECT 1", |_| sql)
}

/// Ada with a project of two applications, of which she has allowed the second first.
struct World<'a> {
    server: &'a TestServer,
    ada: Person<'a>,
    apps: [ThirdPartyApp<'a>; 2],
}

impl<'a> World<'a> {
    fn new(server: &'a TestServer) -> Self {
        server.db_user("ada");
        let mut ada = Person::signed_in(server, "ada");
        let new = "/account/projects/new";
        ada.send(new, new, &[("name", "weather")]);
        // Ids are in the order of their seconds.
        let apps = [(); 2].map(|()| {
            server.advance(1);
            ThirdPartyApp::web(server)
        });
        server.db_execute(
            "UPDATE clients SET project_id = (SELECT id FROM projects WHERE slug = 'weather') \
             WHERE user_id IS NULL",
        );
        for app in apps.iter().rev() {
            server.advance(1);
            app.tokens("ada");
        }
        Self { server, ada, apps }
    }

    /// A statement that locks the authorizations of an application.
    fn lock_authorizations(&self, app: usize) -> String {
        let id = &self.apps[app].client.id;
        format!("UPDATE authorizations SET last_used_at = last_used_at WHERE client_id = '{id}'")
    }

    fn end(&mut self) {
        self.ada.confirm(&format!("{WEATHER}/end"));
        let left = "authorizations WHERE revoked_at IS NULL";
        assert_eq!(self.server.db_count(left), 0);
    }

    fn delete(&mut self) {
        let delete = format!("{WEATHER}/delete");
        self.ada.send(&delete, &delete, &[("typed", "weather")]);
        assert_eq!(self.server.db_count("authorizations"), 0);
    }
}

#[test]
fn authorizations_are_locked_in_one_order_over_all_clients() {
    let acts: [fn(&mut World<'_>); 2] = [|world| world.end(), |world| world.delete()];
    for act in acts {
        let server = TestServer::start();
        let mut world = World::new(&server);
        let [first, second] = [1, 0].map(|app| world.lock_authorizations(app));
        server.db_between(&first, &second, || act(&mut world));
    }
}

#[test]
fn the_end_of_a_project_holds_the_revision_only_when_it_waits_for_nothing_more() {
    let revision = "UPDATE revision SET value = value + 1 WHERE id = 1";
    let server = TestServer::start();
    let mut world = World::new(&server);
    let authorizations = world.lock_authorizations(1);
    server.db_between(&authorizations, revision, || world.end());
}

#[test]
fn the_end_of_a_project_and_the_deletion_of_a_client_come_one_after_the_other() {
    let lock = format!(
        "{}; UPDATE client_secrets SET name = name",
        on_postgres(LOCK_CLIENTS)
    );
    let server = TestServer::start();
    let mut world = World::new(&server);
    server.db_execute("DELETE FROM authorizations");
    server.db_api_key(&world.apps[0].client.id, "read", None);
    server.db_between(&lock, "UPDATE access_tokens SET name = name", || {
        world.end();
    });
}

#[test]
fn what_comes_into_a_project_while_all_of_it_ends_ends_too() {
    let server = TestServer::start();
    let mut world = World::new(&server);
    let late = ThirdPartyApp::web(&server);
    let (access, _) = late.tokens("ada");
    let comes = format!(
        "UPDATE clients SET project_id = (SELECT id FROM projects WHERE slug = 'weather') WHERE id = '{}'",
        late.client.id
    );
    server.db_while_written(&comes, || world.end());
    assert!(!ResourceServer::new(&server).is_active(&access));
}

#[test]
fn allow_beside_the_deletion_of_the_client_gives_no_code() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    let delete = "DELETE FROM authorization_requests; DELETE FROM clients";
    let answer = server.db_between(on_postgres(LOCK_CLIENTS), delete, || {
        decide(&mut browser, &at, &page, "allow")
    });
    assert_page(&answer, 400);
    assert!(answer.body.contains("start again there"), "{answer:?}");
    assert_eq!(server.db_count("authorizations"), 0);
}

#[test]
fn who_presses_sign_in_twice_waits_for_allow_in_the_session_before() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, login) = browser.get(&app.address(&app.request()));
    sign_in(&mut browser, &at, &login, "ada", PASSWORD);
    let session = on_postgres("SELECT id FROM sessions FOR SHARE");
    let claim = "UPDATE authorization_requests SET created_at = created_at";
    let (_, page) = server.db_between(session, claim, || {
        sign_in(&mut browser, &at, &login, "ada", PASSWORD)
    });
    assert_page(&page, 200);
    assert_eq!(server.db_count("sessions"), 1);
}

#[test]
fn a_secret_is_replaced_while_its_client_is_locked() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let app = ThirdPartyApp::web(&server);
    let secrets = "UPDATE client_secrets SET name = name";
    server.db_between_command(on_postgres(LOCK_CLIENTS), secrets, || {
        program.json(&["client", "rotate-secret", &app.client.id])
    });
}

#[test]
fn a_key_is_rotated_while_its_client_is_locked() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut ada = Person::signed_in(&server, "ada");
    let new = "/account/projects/new";
    ada.send(new, new, &[("name", "weather")]);
    let new = format!("{WEATHER}/clients/new");
    let station = [
        ("name", "Station"),
        ("proof", "key"),
        ("scope", "read"),
        ("expires", "never"),
    ];
    let rotate = ada.send(&new, &new, &station).link("/keys/rotate");
    let keys = "UPDATE access_tokens SET name = name";
    server.db_between(on_postgres(LOCK_CLIENTS), keys, || {
        ada.send(&rotate, &rotate, &[("overlap", "0")])
    });
    assert_eq!(server.db_count("access_tokens WHERE revoked_at IS NULL"), 1);
}
