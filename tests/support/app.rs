//! A real server on a free port, in a thread of this process, with a clock that the test moves. What sets
//! data up around HTTP begins with `db_`.

use std::future::Future;
use std::sync::mpsc;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use actix_web::rt::{Runtime, System};
use actix_web::web::Data;
use latchkey::app::App;
use latchkey::authentication::PasswordHasher;
use latchkey::clock::Clock;
use latchkey::config::Config;
use latchkey::db::DbConnection;
use latchkey::error::Result;
use latchkey::models::client::{self, Client, ClientKind, TokenFormat};
use latchkey::models::client_secret;
use latchkey::models::scope::{self, RegisteredScope};
use latchkey::models::user::{self, User};
use latchkey::oauth::{GrantType, List, Scope};
use tempfile::TempDir;

use super::{Answer, database};

/// The password of every user that [`TestServer::db_user`] makes.
pub const PASSWORD: &str = "correct horse battery staple";
/// One that is long enough and that nobody may choose.
pub const GUESSED: &str = "passwordpassword";

/// A running server.
pub struct TestServer {
    pub url: String,
    pub clock: Clock,
    pub app: Data<App>,
    pub folder: TempDir,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

/// A client as `latchkey client add` registered it.
#[derive(Clone, Debug)]
pub struct RegisteredClient {
    pub id: String,
    pub secret: Option<String>,
}

/// What a client is to be registered with.
#[derive(Clone, Debug)]
pub struct NewClient {
    pub kind: ClientKind,
    pub grants: Vec<GrantType>,
    pub redirect_uris: Vec<String>,
    pub scope: String,
    pub first_party: bool,
    pub resource_server: bool,
    pub origins: Vec<String>,
    pub access_ttl: Option<i64>,
    pub refresh_ttl: Option<i64>,
    pub token_format: TokenFormat,
}

impl NewClient {
    /// A confidential web application: code flow and refresh.
    pub fn web(redirect_uri: &str) -> Self {
        Self {
            kind: ClientKind::Confidential,
            grants: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            redirect_uris: vec![redirect_uri.to_owned()],
            scope: String::from("read write"),
            first_party: false,
            resource_server: false,
            origins: Vec::new(),
            access_ttl: None,
            refresh_ttl: None,
            token_format: TokenFormat::Opaque,
        }
    }

    /// The same with signed access tokens.
    pub fn signed(self) -> Self {
        Self {
            token_format: TokenFormat::Jwt,
            ..self
        }
    }

    /// A public application: code flow and refresh.
    pub fn public(redirect_uri: &str) -> Self {
        Self {
            kind: ClientKind::Public,
            scope: String::from("read"),
            ..Self::web(redirect_uri)
        }
    }

    /// A service: client credentials.
    pub fn service() -> Self {
        Self {
            grants: vec![GrantType::ClientCredentials],
            redirect_uris: Vec::new(),
            ..Self::web("")
        }
    }

    /// Introspects everybody's tokens and does nothing else.
    pub fn resource_server() -> Self {
        Self {
            resource_server: true,
            grants: Vec::new(),
            scope: String::new(),
            ..Self::service()
        }
    }

    /// The first-party single-page application: password and refresh.
    pub fn first_party_spa() -> Self {
        Self {
            first_party: true,
            grants: vec![GrantType::Password, GrantType::RefreshToken],
            redirect_uris: Vec::new(),
            scope: String::from("read write"),
            ..Self::public("")
        }
    }
}

impl TestServer {
    /// A server with the default configuration, the scopes `read` (default) and `write` (sensitive), and
    /// the cheapest passwords.
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    /// The same, after `change` to the configuration.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = TempDir::new().unwrap();
        let mut config = Config {
            database_url: database::fresh(folder.path()),
            ..Config::default()
        };
        config.listen = "127.0.0.1:0".parse().unwrap();
        config.master_key_file = Some(folder.path().join("latchkey.key"));
        config.workers = 2;
        config.password.memory_kib = 8;
        config.password.iterations = 1;
        change(&mut config);
        let server = Self::serve(config, folder, Clock::stopped());
        server.db_scope("read", "Read your notes", true, false);
        server.db_scope("write", "Change your notes", false, true);
        server.db_grant_to_everybody("read write");
        server
    }

    /// A server on a configuration and a folder that exist. Those of one database tell one time.
    pub fn serve(config: Config, folder: TempDir, clock: Clock) -> Self {
        Self::run(config, folder, clock, false)
    }

    fn run(config: Config, folder: TempDir, clock: Clock, keeps_house: bool) -> Self {
        let (started, parts) = mpsc::channel();
        let served = clock.clone();
        let thread = std::thread::spawn(move || {
            System::new().block_on(async move {
                let running = latchkey::server::start(config, served).await.unwrap();
                if keeps_house {
                    running.keep_house();
                }
                started
                    .send((running.address(), running.app(), running.handle()))
                    .unwrap();
                running.until_stopped().await.unwrap();
            });
        });
        let (address, app, handle) = parts.recv().expect("the server starts");
        Self {
            url: format!("http://{address}"),
            clock,
            app,
            folder,
            handle,
            thread: Some(thread),
        }
    }

    /// Stops the server and starts one on the same database, at the same time, which also does what a
    /// server does by itself.
    pub fn restart(mut self) -> Self {
        let config = self.app.config.clone();
        self.stop();
        let folder = std::mem::replace(&mut self.folder, TempDir::new().unwrap());
        Self::run(config, folder, self.clock.clone(), true)
    }

    fn stop(&mut self) {
        if let Some(thread) = self.thread.take() {
            drop(self.handle.stop(false));
            thread.join().unwrap();
        }
    }

    /// Moves the clock, which stands still otherwise.
    pub fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    /// GET without cookies and redirects.
    pub fn get(&self, path: &str) -> Answer {
        Answer::get(&format!("{}{path}", self.url), &[])
    }

    /// POST of a form without cookies.
    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_with(path, &[], form)
    }

    /// POST of a form with headers.
    pub fn post_with(&self, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        Answer::post(&format!("{}{path}", self.url), headers, form)
    }

    /// POST of a form as a client: Basic for a confidential one, `client_id` for a public one.
    pub fn post_as(&self, client: &RegisteredClient, path: &str, form: &[(&str, &str)]) -> Answer {
        match &client.secret {
            Some(secret) => {
                self.post_with(path, &[("authorization", &basic(&client.id, secret))], form)
            }
            None => self.post(path, &[form, &[("client_id", client.id.as_str())]].concat()),
        }
    }

    /// Waits for a future of the server's parts.
    #[expect(clippy::unused_self, reason = "the future is of this server's parts")]
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        Runtime::new().unwrap().block_on(future)
    }

    /// Writes around HTTP.
    pub fn db_write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> T {
        self.wait(self.app.db.write(work)).unwrap()
    }

    /// Reads around HTTP.
    pub fn db_read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> T {
        self.wait(self.app.db.read(work)).unwrap()
    }

    /// Runs SQL that both databases understand, as somebody else with access to the database would.
    pub fn db_execute(&self, sql: &str) {
        use diesel::connection::SimpleConnection;
        let sql = sql.to_owned();
        self.db_write(move |connection| Ok(connection.batch_execute(&sql)?));
    }

    /// How many rows a table has; a condition may follow its name.
    pub fn db_count(&self, table: &str) -> i64 {
        use diesel::prelude::*;
        #[derive(QueryableByName)]
        struct Rows {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let sql = format!("SELECT COUNT(*) AS count FROM {table}");
        self.db_read(move |connection| {
            Ok(diesel::sql_query(sql).get_result::<Rows>(connection)?.count)
        })
    }

    /// Registers a scope.
    pub fn db_scope(&self, name: &str, description: &str, is_default: bool, is_sensitive: bool) {
        let row = RegisteredScope {
            name: name.to_owned(),
            description: description.to_owned(),
            is_default,
            is_sensitive,
            created_at: self.app.now(),
        };
        self.db_write(move |connection| Ok(scope::insert(connection, row)?));
    }

    /// Lets everybody grant a scope.
    pub fn db_grant_to_everybody(&self, names: &'static str) {
        use diesel::prelude::*;
        use latchkey::schema::roles;
        self.db_write(move |connection| {
            diesel::update(roles::table.find("user"))
                .set(roles::scope.eq(names))
                .execute(connection)?;
            Ok(latchkey::db::note_change(connection)?)
        });
    }

    /// Registers a client.
    pub fn db_client(&self, new: NewClient) -> RegisteredClient {
        let now = self.app.now();
        let row = Client {
            is_first_party: new.first_party,
            is_resource_server: new.resource_server,
            grant_types: List(new.grants),
            redirect_uris: List(new.redirect_uris),
            scope: Scope::from_stored(new.scope),
            allowed_origins: List(new.origins),
            access_ttl: new.access_ttl,
            refresh_ttl: new.refresh_ttl,
            token_format: new.token_format,
            ..Client::new("Sunny Calendar", new.kind, now)
        };
        let id = row.id.clone();
        let secret = self.db_write(move |connection| {
            let (id, confidential) = (row.id.clone(), !row.is_public());
            client::insert(connection, row)?;
            Ok(if confidential {
                Some(client_secret::insert(connection, &id, "first", now)?)
            } else {
                None
            })
        });
        RegisteredClient {
            id,
            secret: secret.map(|secret| secret.expose().to_owned()),
        }
    }

    /// Makes a user whose password is [`PASSWORD`]; returns the id.
    pub fn db_user(&self, username: &str) -> String {
        let hasher: &PasswordHasher = &self.app.hasher;
        let hash = self.wait(hasher.hash(PASSWORD.to_owned())).unwrap();
        let row = User {
            password_hash: Some(hash),
            ..User::new(username, "someone@example.org", self.app.now())
        };
        let id = row.id.clone();
        self.db_write(move |connection| Ok(user::insert(connection, row)?));
        id
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The header of `client_secret_basic` for an id and secret without reserved characters.
pub fn basic(id: &str, secret: &str) -> String {
    use base64::Engine;
    format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"))
    )
}
