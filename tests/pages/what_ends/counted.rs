//! What a panic button tells before and after is the same, and what had ended by itself is left as it was.

use latchkey::oauth::GrantType;

use crate::support::actors::REDIRECT_URI;
use crate::support::{NewClient, Person, TestServer, ThirdPartyApp};

/// One of everything, all of ada and of an application in the project `weather`.
struct World<'a> {
    server: &'a TestServer,
    ada_id: String,
    app: ThirdPartyApp<'a>,
}

impl<'a> World<'a> {
    /// With a second of each kind, which has expired.
    fn new(server: &'a TestServer) -> Self {
        let root_id = server.db_user("root");
        server.db_set_roles(&root_id, &["admin"]);
        server.db_project_client("weather", "read");
        server.db_execute("DELETE FROM client_secrets");
        let mut app = NewClient::web(REDIRECT_URI);
        app.grants.push(GrantType::ClientCredentials);
        let world = Self {
            server,
            ada_id: server.db_user("ada"),
            app: ThirdPartyApp::new(server, app),
        };
        server.db_execute(
            "UPDATE clients SET project_id = (SELECT id FROM projects WHERE slug = 'weather') \
             WHERE user_id IS NULL",
        );
        world.give();
        server.db_add_secret(&world.app.client.id);
        let past = server.app.now().plus(-60).seconds();
        for expire in [
            "sessions SET expires_at =",
            "authorizations SET live_until =",
            "access_tokens SET expires_at =",
            "refresh_tokens SET expires_at =",
        ] {
            server.db_execute(&format!("UPDATE {expire} {past}"));
        }
        server.db_execute(&format!(
            "UPDATE client_secrets SET expires_at = {past} WHERE name = 'second'"
        ));
        world.give();
        world
    }

    fn give(&self) {
        let client = &self.app.client;
        self.app.tokens("ada");
        self.server.db_personal_token(&self.ada_id, "read", None);
        self.server.db_api_key(&client.id, "read", None);
        let grant = [("grant_type", "client_credentials"), ("scope", "read")];
        let answer = self.server.post_as(client, "/oauth/token", &grant);
        answer.assert_tokens();
    }

    /// Presses the button of a page that asks and tells so.
    fn assert_tells(&self, path: &str, asked: &str, told: &str) {
        let mut root = Person::signed_in(self.server, "root");
        root.open(path).assert_says(&[asked]);
        root.confirm(path).assert_says(&[told]);
        let now = self.server.app.now().seconds();
        for (table, end) in [
            ("authorizations", "live_until"),
            ("access_tokens", "expires_at"),
            ("refresh_tokens", "expires_at"),
            ("client_secrets", "expires_at"),
        ] {
            let rewritten = format!("{table} WHERE revoked_at IS NOT NULL AND {end} <= {now}");
            assert_eq!(self.server.db_count(&rewritten), 0, "{table}");
        }
        root.open(path).assert_says(&["Nothing is live now."]);
    }
}

#[test]
fn as_much_of_a_person_ends_as_was_said() {
    let server = TestServer::start();
    let world = World::new(&server);
    world.assert_tells(
        &format!("/admin/users/{}/panic", world.ada_id),
        "for good: 1 session (a signed-in browser); 1 sign-in of a connected app, with its access and refresh tokens; \
         1 personal access token.",
        "was ended: 1 session, 1 app sign-in, 1 personal access token.",
    );
}

#[test]
fn as_much_of_a_project_ends_as_was_said() {
    let server = TestServer::start();
    let world = World::new(&server);
    world.assert_tells(
        "/admin/projects/weather/panic",
        "for good: 1 sign-in of a connected app, with its access and refresh tokens; 1 API key; 1 client secret; \
         1 access token that a client got for itself.",
        "were ended: 1 app sign-in, 1 API key, 1 client secret, 1 client access token.",
    );
}

#[test]
fn as_many_tokens_of_a_client_end_as_was_said() {
    let server = TestServer::start();
    let world = World::new(&server);
    world.assert_tells(
        &format!("/admin/clients/{}/end-tokens", world.app.client.id),
        "for good: 1 sign-in of a connected app, with its access and refresh tokens; 1 API key; \
         1 access token that a client got for itself.",
        "were ended: 1 app sign-in, 1 API key, 1 client access token.",
    );
}
