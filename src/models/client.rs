//! Clients (RFC 6749 §2): who may ask for tokens, and how. What may be registered is in `registration`.

pub mod application;
pub mod search;

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_change};
use crate::oauth::id::{IdKind, new_id};
use crate::oauth::{GrantType, List, Scope, redirect_uri};
use crate::schema::clients;

use super::locks;
use super::project::Project;
use super::user::User;
use super::visible_name;
use super::word;

word! {
    /// RFC 6749 §2.1. Set at registration, never guessed from a request.
    ClientKind {
        /// Keeps a secret and always authenticates with it.
        Confidential = "confidential",
        /// Cannot keep a secret and never has one.
        Public = "public",
    }
}

word! {
    /// What the client's access tokens look like.
    TokenFormat {
        /// Random; its resource servers introspect.
        Opaque = "opaque",
        /// Signed (RFC 9068).
        Jwt = "jwt",
    }
}

/// A registration.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable, Associations)]
#[diesel(table_name = clients, belongs_to(User), belongs_to(Project))]
pub struct Client {
    /// `client_id`; never reused.
    pub id: String,
    /// `client_name`.
    pub name: String,
    /// The person whose own tokens it holds; none for every client that somebody registered.
    pub user_id: Option<String>,
    /// The project that owns it.
    pub project_id: Option<String>,
    /// Confidential or public.
    #[diesel(serialize_as = String, deserialize_as = String)]
    pub kind: ClientKind,
    /// Whether the operator trusts it like the server: no consent page, and the password grant if
    /// registered for it.
    pub is_first_party: bool,
    /// Whether it may introspect everybody's tokens.
    pub is_resource_server: bool,
    /// `grant_types`.
    #[diesel(serialize_as = String, deserialize_as = String)]
    pub grant_types: List<GrantType>,
    /// `redirect_uris`.
    #[diesel(serialize_as = String, deserialize_as = String)]
    pub redirect_uris: List<String>,
    /// What it may ask for at most.
    pub scope: Scope,
    /// Web origins from which a browser may call the token endpoint for it.
    #[diesel(serialize_as = String, deserialize_as = String)]
    pub allowed_origins: List<String>,
    /// What its access tokens look like.
    #[diesel(serialize_as = String, deserialize_as = String)]
    pub token_format: TokenFormat,
    /// Seconds an access token lives; none for the configured time.
    pub access_ttl: Option<i64>,
    /// Unused seconds a refresh token lives; none for the configured time.
    pub refresh_ttl: Option<i64>,
    /// When it was registered.
    pub created_at: UnixTime,
    /// Since when it is disabled.
    pub disabled_at: Option<UnixTime>,
    /// When it last got a token or asked about one, roughly.
    pub last_used_at: Option<UnixTime>,
}

impl Client {
    /// A registration that may do nothing yet.
    pub fn new(name: &str, kind: ClientKind, now: UnixTime) -> Self {
        Self {
            id: new_id(IdKind::Client, now),
            name: name.to_owned(),
            user_id: None,
            project_id: None,
            kind,
            is_first_party: false,
            is_resource_server: false,
            grant_types: List::default(),
            redirect_uris: List::default(),
            scope: Scope::default(),
            allowed_origins: List::default(),
            token_format: TokenFormat::Opaque,
            access_ttl: None,
            refresh_ttl: None,
            created_at: now,
            disabled_at: None,
            last_used_at: None,
        }
    }

    /// Whether it cannot keep a secret.
    pub fn is_public(&self) -> bool {
        self.kind == ClientKind::Public
    }

    /// A native app (RFC 8252): public, with a loopback or own-scheme redirect URI.
    pub fn is_native(&self) -> bool {
        self.is_public()
            && self
                .redirect_uris
                .iter()
                .any(|uri| redirect_uri::is_native(uri))
    }

    /// Whether it holds a person's own tokens: it has no grants and no secret, and lives as long as the
    /// person.
    pub fn is_personal(&self) -> bool {
        self.user_id.is_some()
    }

    /// Whether it is registered for a grant. The password grant needs the operator's flag besides.
    pub fn may_use(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
            && (grant_type != GrantType::Password || self.is_first_party)
    }
}

/// Checks a name that somebody wants; people read it on the consent page.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check_name(name: &str) -> Result<(), String> {
    visible_name::check(name, 200)
}

/// Finds by `client_id`.
///
/// # Errors
/// The database's; so for every query below.
pub fn find(connection: &mut DbConnection, id: &str) -> QueryResult<Option<Client>> {
    clients::table
        .find(id)
        .select(Client::as_select())
        .get_result(connection)
        .optional()
}

/// The same, and keeps it from changing until this transaction ends: of two forms that change it at once, the later
/// one finds what the earlier one wrote.
pub fn find_and_lock(connection: &mut DbConnection, id: &str) -> QueryResult<Option<Client>> {
    let one = clients::table.find(id);
    match connection {
        // There is one writer, and this is it.
        DbConnection::Sqlite(connection) => one
            .select(Client::as_select())
            .get_result(connection)
            .optional(),
        DbConnection::Postgres(connection) => one
            .select(Client::as_select())
            .for_no_key_update()
            .get_result(connection)
            .optional(),
    }
}

/// Those that somebody registered, newest last: not the one that each user has for personal tokens.
pub fn list_registered(connection: &mut DbConnection) -> QueryResult<Vec<Client>> {
    clients::table
        .filter(clients::user_id.is_null())
        .select(Client::as_select())
        .order(clients::id)
        .load(connection)
}

/// Those that may ask for a scope, newest last.
pub fn list_with_scope(connection: &mut DbConnection, scope: &str) -> QueryResult<Vec<Client>> {
    let mut found = list_registered(connection)?;
    found.retain(|client| client.scope.contains(scope));
    Ok(found)
}

/// The origins of every enabled client (for CORS), and whether any may use the password grant.
pub fn browser_facts(connection: &mut DbConnection) -> QueryResult<(Vec<String>, bool)> {
    let enabled: Vec<(String, String, bool)> = clients::table
        .filter(clients::user_id.is_null())
        .filter(clients::disabled_at.is_null())
        .filter(
            clients::allowed_origins
                .ne("[]")
                .or(clients::grant_types.like("%\"password\"%")),
        )
        .select((
            clients::allowed_origins,
            clients::grant_types,
            clients::is_first_party,
        ))
        .load(connection)?;
    let password = enabled
        .iter()
        .any(|(_, grants, first_party)| *first_party && grants.contains("\"password\""));
    let origins = enabled
        .into_iter()
        .filter_map(|(origins, ..)| List::<String>::try_from(origins).ok());
    Ok((origins.flat_map(|list| list.0).collect(), password))
}

/// The longest life in seconds that any client of signed tokens has of its own.
pub fn longest_signed_life(connection: &mut DbConnection) -> QueryResult<Option<i64>> {
    clients::table
        .filter(clients::token_format.eq(TokenFormat::Jwt.as_str()))
        .select(diesel::dsl::max(clients::access_ttl))
        .get_result(connection)
}

/// Adds one.
pub fn insert(connection: &mut DbConnection, client: Client) -> QueryResult<()> {
    insert_personal(connection, client)?;
    note_change(connection)
}

/// Adds that of a new user's personal tokens, which no copy of the directory can have or miss.
pub(super) fn insert_personal(connection: &mut DbConnection, client: Client) -> QueryResult<()> {
    diesel::insert_into(clients::table)
        .values(client)
        .execute(connection)?;
    Ok(())
}

/// Replaces what may change after the registration: all but the id, the owner of personal tokens and
/// whether it keeps a secret.
pub fn update(connection: &mut DbConnection, client: Client) -> QueryResult<bool> {
    let changed = diesel::update(clients::table.find(client.id))
        .set((
            clients::name.eq(client.name),
            clients::project_id.eq(client.project_id),
            clients::is_first_party.eq(client.is_first_party),
            clients::is_resource_server.eq(client.is_resource_server),
            clients::grant_types.eq(String::from(client.grant_types)),
            clients::redirect_uris.eq(String::from(client.redirect_uris)),
            clients::scope.eq(client.scope),
            clients::allowed_origins.eq(String::from(client.allowed_origins)),
            clients::token_format.eq(String::from(client.token_format)),
            clients::access_ttl.eq(client.access_ttl),
            clients::refresh_ttl.eq(client.refresh_ttl),
        ))
        .execute(connection)?;
    note_change(connection)?;
    Ok(changed == 1)
}

/// Replaces the name and the scope alone: what else an administrator changes in the same moment stays.
pub fn set_name_and_scope(
    connection: &mut DbConnection,
    id: &str,
    name: &str,
    scope: &Scope,
) -> QueryResult<bool> {
    let changed = diesel::update(clients::table.find(id))
        .set((clients::name.eq(name), clients::scope.eq(scope)))
        .execute(connection)?;
    note_change(connection)?;
    Ok(changed == 1)
}

/// Disables (with a time) or enables (with none); says whether it was not so before.
pub fn set_disabled(
    connection: &mut DbConnection,
    id: &str,
    at: Option<UnixTime>,
) -> QueryResult<bool> {
    let changed = diesel::update(clients::table.find(id))
        .filter(clients::disabled_at.is_null().eq(at.is_some()))
        .set(clients::disabled_at.eq(at))
        .execute(connection)?;
    note_change(connection)?;
    Ok(changed == 1)
}

/// Deletes one with its secrets, consents, authorizations and tokens.
pub fn delete(connection: &mut DbConnection, id: &str) -> QueryResult<bool> {
    locks::lock_client(connection, id)?;
    locks::lock_authorizations_of(connection, &[id.to_owned()])?;
    let deleted = diesel::delete(clients::table.find(id)).execute(connection)?;
    note_change(connection)?;
    Ok(deleted == 1)
}

/// Those of a project, oldest first.
pub fn of_project(connection: &mut DbConnection, project_id: &str) -> QueryResult<Vec<Client>> {
    clients::table
        .filter(clients::project_id.eq(project_id))
        .select(Client::as_select())
        .order(clients::id)
        .load(connection)
}
