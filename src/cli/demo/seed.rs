//! What is in the demo's database: two people, three scopes and the clients of the sample applications.

use crate::authentication::PasswordHasher;
use crate::clock::UnixTime;
use crate::config::Config;
use crate::db::{Db, DbConnection};
use crate::demo::{Listeners, SampleClient};
use crate::error::{Error, Result};
use crate::models::client::{self, Client, ClientKind};
use crate::models::client_secret;
use crate::models::role;
use crate::models::scope::{self, RegisteredScope};
use crate::models::user::{self, User};
use crate::oauth::{GrantType, List, Scope};

use super::super::Failure;
use super::super::installation::now;

/// A person to be.
pub(super) struct SampleUser {
    pub(super) username: &'static str,
    pub(super) password: &'static str,
    /// Who it is, for people.
    pub(super) is: &'static str,
    pub(super) is_admin: bool,
}

/// The passwords are printed and the server listens on loopback alone: they need not be secret.
pub(super) const USERS: [SampleUser; 2] = [
    SampleUser {
        username: "ada",
        password: "ada-keeps-notes",
        is: "keeps notes",
        is_admin: false,
    },
    SampleUser {
        username: "grace",
        password: "grace-runs-latchkey",
        is: "keeps notes and administers Latchkey",
        is_admin: true,
    },
];

/// The clients of the sample applications.
pub(super) struct Clients {
    pub(super) third_party_app: SampleClient,
    pub(super) single_page_app: SampleClient,
    pub(super) sample_api: SampleClient,
}

/// Makes the database with all that is in it.
pub(super) async fn seed(
    config: &Config,
    listeners: &Listeners,
) -> std::result::Result<Clients, Failure> {
    let db = Db::open(&config.database_url)?;
    let hasher = PasswordHasher::start(&config.password)?;
    let mut users = Vec::new();
    for sample in &USERS {
        let mut user = User::new(
            sample.username,
            &format!("{}@example.com", sample.username),
            now(),
        );
        if sample.is_admin {
            user.roles = List(vec![role::ADMIN.to_owned()]);
        }
        user.password_hash = Some(hasher.hash(sample.password.to_owned()).await?);
        user.password_changed_at = Some(user.created_at);
        users.push(user);
    }
    let redirect_uri = format!("{}/callback", listeners.third_party_app.url());
    let origin = listeners.single_page_app.url();
    let clients = db.write(move |connection| {
        let now = now();
        for user in users {
            user::insert(connection, user)?;
        }
        let scope = insert_scopes(connection, now)?;
        insert_clients(connection, &scope, redirect_uri, origin, now)
    });
    Ok(clients.await?)
}

/// Everybody may read and write their own notes.
fn insert_scopes(connection: &mut DbConnection, now: UnixTime) -> Result<Scope> {
    let insert =
        |connection: &mut DbConnection, name: &str, description: &str, is_default: bool| {
            scope::insert(
                connection,
                RegisteredScope {
                    name: name.to_owned(),
                    description: description.to_owned(),
                    is_default,
                    is_sensitive: !is_default,
                    created_at: now,
                },
            )
        };
    insert(connection, "profile", "See your name", true)?;
    insert(connection, "notes.read", "Read your notes", true)?;
    insert(connection, "notes.write", "Write notes in your name", false)?;
    let mut everybody = role::find(connection, role::USER)?
        .ok_or_else(|| Error::failed("the database has no role user"))?;
    everybody.scope = Scope::from_iter(["notes.write"]);
    role::update(connection, &everybody)?;
    Ok(Scope::from_iter(["profile", "notes.read", "notes.write"]))
}

fn insert_clients(
    connection: &mut DbConnection,
    scope: &Scope,
    redirect_uri: String,
    origin: String,
    now: UnixTime,
) -> Result<Clients> {
    let third_party_app = Client {
        grant_types: List(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]),
        redirect_uris: List(vec![redirect_uri]),
        scope: scope.clone(),
        ..Client::new("Sunny Calendar", ClientKind::Confidential, now)
    };
    let single_page_app = Client {
        is_first_party: true,
        grant_types: List(vec![GrantType::Password, GrantType::RefreshToken]),
        allowed_origins: List(vec![origin]),
        scope: scope.clone(),
        ..Client::new("Notebook", ClientKind::Public, now)
    };
    let sample_api = Client {
        is_resource_server: true,
        ..Client::new("Notes API", ClientKind::Confidential, now)
    };
    Ok(Clients {
        third_party_app: insert(connection, third_party_app)?,
        single_page_app: insert(connection, single_page_app)?,
        sample_api: insert(connection, sample_api)?,
    })
}

fn insert(connection: &mut DbConnection, client: Client) -> Result<SampleClient> {
    let (client_id, now, is_public) = (client.id.clone(), client.created_at, client.is_public());
    client::insert(connection, client)?;
    let client_secret = if is_public {
        None
    } else {
        Some(
            client_secret::insert(connection, &client_id, "first", now)?
                .expose()
                .to_owned(),
        )
    };
    Ok(SampleClient {
        client_id,
        client_secret,
    })
}
