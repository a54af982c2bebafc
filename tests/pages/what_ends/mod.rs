//! When things change (issue 4, §7), exactly the tokens end that the pages promise. Each test begins in the
//! same world, with a token of every kind that belongs to what is changed and one that does not, makes the
//! change as a person would, and names the tokens that end; all the others must live on, at the next
//! introspection and at `/auth/verify`.

mod by_command;
mod counted;
mod of_a_client;
mod of_a_person;
mod of_a_project;

use std::collections::BTreeSet;

use latchkey::oauth::GrantType;

use crate::support::actors::REDIRECT_URI;
use crate::support::app::{RegisteredClient, basic};
use crate::support::{Answer, NewClient, Person, ResourceServer, TestServer, ThirdPartyApp};

/// What ends with Ada's sign-ins in applications.
const APPS_OF_ADA: [&str; 4] = [
    "ada: app",
    "ada: app, refresh",
    "ada: signed app",
    "ada: signed app, refresh",
];

/// What ends with everything of the application `app`.
const ALL_OF_APP: [&str; 7] = [
    "ada: app",
    "ada: app, refresh",
    "app: key",
    "app: secret",
    "app: token",
    "bea: app",
    "bea: app, refresh",
];

/// What ends with everything of the project `weather`.
const ALL_OF_WEATHER: [&str; 5] = [
    "weather: barometer, signed token",
    "weather: station, key",
    "weather: station, secret",
    "weather: station, token",
    "weather: thermometer, key",
];

/// A server with people, applications and projects that have tokens of every kind.
struct World<'a> {
    server: &'a TestServer,
    api: ResourceServer<'a>,
    /// An application that also acts for itself, and one whose tokens are signed.
    app: ThirdPartyApp<'a>,
    ada_id: String,
    /// A client that is nobody's and acts for itself.
    service_id: String,
    /// Where the client `station` of Ada's project is.
    station: String,
    tokens: Vec<Token>,
}

/// One of them.
struct Token {
    name: String,
    text: String,
    kind: Kind,
}

/// Who can tell whether it is live.
enum Kind {
    /// Any resource server, and `/auth/verify`.
    Access,
    /// Its own client alone.
    Refresh(RegisteredClient),
    /// A client's secret, with which the client itself passes `/auth/verify`.
    Secret(RegisteredClient),
}

impl<'a> World<'a> {
    /// Ada and Bea use the same applications and have tokens of their own. Ada owns the projects `weather`,
    /// of which Bea is a member, and `other`. Root administers the server.
    fn new(server: &'a TestServer) -> Self {
        let root_id = server.db_user("root");
        server.db_set_roles(&root_id, &["admin"]);
        let mut grants = NewClient::web(REDIRECT_URI);
        grants.grants.push(GrantType::ClientCredentials);
        let signed = NewClient::web(REDIRECT_URI).signed();
        let mut world = Self {
            server,
            api: ResourceServer::new(server),
            app: ThirdPartyApp::new(server, grants),
            ada_id: server.db_user("ada"),
            service_id: String::new(),
            station: String::new(),
            tokens: Vec::new(),
        };
        let bea_id = server.db_user("bea");
        let signed = ThirdPartyApp::new(server, signed);
        for (name, id) in [("ada", world.ada_id.clone()), ("bea", bea_id)] {
            world.person(name, &id, &signed);
        }
        world.machines();
        world.projects();
        world.assert_ended(&[]);
        world
    }

    fn person(&mut self, name: &str, id: &str, signed: &ThirdPartyApp<'a>) {
        let server = self.server;
        let of_app = self.app.tokens(name);
        let of_signed = signed.tokens(name);
        let apps = [
            ("app", of_app, self.app.client.clone()),
            ("signed app", of_signed, signed.client.clone()),
        ];
        for (app, (access, refresh), client) in apps {
            self.keep(&format!("{name}: {app}"), access);
            self.tokens.push(Token {
                name: format!("{name}: {app}, refresh"),
                text: refresh,
                kind: Kind::Refresh(client),
            });
        }
        let new = "/account/tokens/new";
        let form = [("name", "script"), ("scope", "read"), ("expires", "never")];
        let page = Person::signed_in(server, name).send(new, new, &form);
        self.keep(&format!("{name}: personal token"), page.shown_secret());
        let own = server.db_personal_client(id);
        let key = server.db_api_key(&own, "read", None);
        self.keep(&format!("{name}: key of the own project"), key);
    }

    fn machines(&mut self) {
        let token = self.token_of(&self.app.client);
        self.keep("app: token", token);
        let key = self.server.db_api_key(&self.app.client.id, "read", None);
        self.keep("app: key", key);
        self.keep_secret("app: secret", self.app.client.clone());
        let service = self.server.db_client(NewClient::service().signed());
        let token = self.token_of(&service);
        self.keep("service: signed token", token);
        self.service_id = service.id;
    }

    fn projects(&mut self) {
        let mut ada = Person::signed_in(self.server, "ada");
        for name in ["weather", "other"] {
            ada.send(NEW_PROJECT, NEW_PROJECT, &[("name", name)]);
        }
        let members = "/account/projects/weather/members";
        let bea = [("username", "bea"), ("membership", "member")];
        ada.send(members, members, &bea);

        let (station, path) = with_secret(&mut ada, "weather", "Station");
        let token = self.token_of(&station);
        self.keep("weather: station, token", token);
        self.keep_secret("weather: station, secret", station);
        let new_key = format!("{path}/keys/new");
        let form = [("name", "key"), ("scope", "read"), ("expires", "never")];
        let key = ada.send(&new_key, &new_key, &form).shown_secret();
        self.keep("weather: station, key", key);
        self.station = path;

        let (barometer, _) = with_secret(&mut ada, "weather", "Barometer");
        // The form of tokens is for administrators to choose; before the first one, so that nobody knows
        // the client yet.
        self.server.db_execute(&format!(
            "UPDATE clients SET token_format = 'jwt' WHERE id = '{}'",
            barometer.id
        ));
        let token = self.token_of(&barometer);
        self.keep("weather: barometer, signed token", token);

        for (project, client) in [("weather", "thermometer"), ("other", "clock")] {
            let page = new_client(&mut ada, project, client, "key");
            self.keep(&format!("{project}: {client}, key"), page.shown_secret());
        }
    }

    fn keep(&mut self, name: &str, text: String) {
        self.tokens.push(Token {
            name: name.to_owned(),
            text,
            kind: Kind::Access,
        });
    }

    fn keep_secret(&mut self, name: &str, client: RegisteredClient) {
        self.tokens.push(Token {
            name: name.to_owned(),
            text: client.secret.clone().unwrap(),
            kind: Kind::Secret(client),
        });
    }

    /// A token that a client gets for itself.
    fn token_of(&self, client: &RegisteredClient) -> String {
        let grant = [("grant_type", "client_credentials"), ("scope", "read")];
        self.server
            .post_as(client, "/oauth/token", &grant)
            .assert_tokens()
    }

    fn text(&self, name: &str) -> &str {
        let token = self.tokens.iter().find(|token| token.name == name);
        &token.unwrap_or_else(|| panic!("no {name}")).text
    }

    /// Whether a token opens anything. Introspection and `/auth/verify` must agree.
    #[track_caller]
    fn is_live(&self, token: &Token) -> bool {
        let verify = self.server.address("/auth/verify");
        match &token.kind {
            Kind::Refresh(client) => {
                let form = [("token", token.text.as_str())];
                let answer = self.server.post_as(client, "/oauth/introspect", &form);
                // A client that is gone cannot even ask.
                return answer.status == 200 && answer.json()["active"] == true;
            }
            Kind::Secret(client) => {
                let proof = basic(&client.id, &token.text);
                return Answer::get(&verify, &[("authorization", &proof)]).status == 200;
            }
            Kind::Access => {}
        }
        let bearer = format!("Bearer {}", token.text);
        let passed = Answer::get(&verify, &[("authorization", &bearer)]);
        let active = self.api.is_active(&token.text);
        let status = if active { 200 } else { 401 };
        assert_eq!(passed.status, status, "{}: {passed:?}", token.name);
        active
    }

    /// Fails the test unless these tokens have ended and all the others live.
    #[track_caller]
    fn assert_ended(&self, expected: &[&str]) {
        let ended = self.tokens.iter().filter(|token| !self.is_live(token));
        let ended: BTreeSet<&str> = ended.map(|token| token.name.as_str()).collect();
        assert_eq!(ended, expected.iter().copied().collect());
    }

    fn ada(&self) -> Person<'a> {
        Person::signed_in(self.server, "ada")
    }

    fn bea(&self) -> Person<'a> {
        Person::signed_in(self.server, "bea")
    }

    fn root(&self) -> Person<'a> {
        Person::signed_in(self.server, "root")
    }
}

const NEW_PROJECT: &str = "/account/projects/new";

/// Makes a client of a project with its first secret or key, which the page shows.
fn new_client(ada: &mut Person<'_>, project: &str, name: &str, proof: &str) -> Answer {
    let new = format!("/account/projects/{project}/clients/new");
    let form = [
        ("name", name),
        ("proof", proof),
        ("scope", "read"),
        ("expires", "never"),
    ];
    ada.send(&new, &new, &form)
}

/// The same with a secret; the client, and where its page is.
fn with_secret(ada: &mut Person<'_>, project: &str, name: &str) -> (RegisteredClient, String) {
    let page = new_client(ada, project, name, "secret");
    let id = page.body.split("<code id=\"client-id\">").nth(1).unwrap();
    let id = id.split('<').next().unwrap().to_owned();
    let path = format!("/account/projects/{project}/clients/{id}");
    let secret = Some(page.shown_secret());
    (RegisteredClient { id, secret }, path)
}
