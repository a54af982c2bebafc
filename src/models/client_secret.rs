//! The secrets of confidential clients. Several may live at once, so that one can be replaced without a
//! pause.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_change};
use crate::oauth::id::{IdKind, new_id};
use crate::oauth::{HashedSecret, PlainSecret, SecretKind};
use crate::schema::client_secrets;

use super::client::Client;
use super::locks;
use super::visible_name;

/// One secret, of which only the digest is kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable, Associations)]
#[diesel(table_name = client_secrets, belongs_to(Client))]
pub struct ClientSecret {
    /// The id of the row.
    pub id: String,
    /// Whose it is.
    pub client_id: String,
    /// SHA-256 of the secret.
    pub secret_hash: HashedSecret,
    /// What people call it.
    pub name: String,
    /// Its last four characters.
    pub last_four: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it ends; none for never.
    pub expires_at: Option<UnixTime>,
    /// When somebody ended it.
    pub revoked_at: Option<UnixTime>,
    /// When it was last used.
    pub last_used_at: Option<UnixTime>,
}

impl ClientSecret {
    /// Whether it still opens anything.
    pub fn is_live(&self, now: UnixTime) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// [`ClientSecret::is_live`] for the database.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn live_at(now: UnixTime) -> _ {
    client_secrets::revoked_at.is_null().and(
        client_secrets::expires_at
            .is_null()
            .or(client_secrets::expires_at.gt(now)),
    )
}

/// Checks what somebody wants to call one.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check_name(name: &str) -> Result<(), String> {
    // Secrets are told apart by their ids, so a space at an end does no harm.
    visible_name::check(name.trim(), 100)
}

/// Makes a secret and returns it in clear, for the only time.
///
/// # Errors
/// The database's; so for every query below.
pub fn insert(
    connection: &mut DbConnection,
    client_id: &str,
    name: &str,
    now: UnixTime,
) -> QueryResult<PlainSecret> {
    insert_until(connection, client_id, name, None, now)
}

/// The same for a secret that may end by itself.
pub fn insert_until(
    connection: &mut DbConnection,
    client_id: &str,
    name: &str,
    expires_at: Option<UnixTime>,
    now: UnixTime,
) -> QueryResult<PlainSecret> {
    let id = new_id(IdKind::ClientSecret, now);
    insert_as(connection, id, client_id, name, expires_at, now)
}

/// The same with an id that was made before.
pub fn insert_as(
    connection: &mut DbConnection,
    id: String,
    client_id: &str,
    name: &str,
    expires_at: Option<UnixTime>,
    now: UnixTime,
) -> QueryResult<PlainSecret> {
    let secret = PlainSecret::generate(SecretKind::ClientSecret, now);
    let row = ClientSecret {
        id,
        client_id: client_id.to_owned(),
        secret_hash: secret.hash(),
        name: name.to_owned(),
        last_four: secret.last_four().to_owned(),
        created_at: now,
        expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    diesel::insert_into(client_secrets::table)
        .values(row)
        .execute(connection)?;
    note_change(connection)?;
    Ok(secret)
}

/// Those of one client that have not been revoked.
pub fn of_client(connection: &mut DbConnection, client: &Client) -> QueryResult<Vec<ClientSecret>> {
    ClientSecret::belonging_to(client)
        .filter(client_secrets::revoked_at.is_null())
        .select(ClientSecret::as_select())
        .order(client_secrets::id)
        .load(connection)
}

/// Finds by digest, whosoever it is and whatever its state.
pub fn find_by_hash(
    connection: &mut DbConnection,
    hash: &HashedSecret,
) -> QueryResult<Option<ClientSecret>> {
    client_secrets::table
        .filter(client_secrets::secret_hash.eq(hash))
        .select(ClientSecret::as_select())
        .get_result(connection)
        .optional()
}

/// Ends one at once; says whether nobody had.
pub fn revoke(connection: &mut DbConnection, id: &str, now: UnixTime) -> QueryResult<bool> {
    let ended = diesel::update(client_secrets::table.find(id))
        .filter(client_secrets::revoked_at.is_null())
        .set(client_secrets::revoked_at.eq(Some(now)))
        .execute(connection)?;
    note_change(connection)?;
    Ok(ended == 1)
}

/// Lets every secret that lives longer end at `end`. The client is locked before: whoever goes on to add a secret in
/// their place must not wait then for somebody who deletes them.
pub fn end_all_at(
    connection: &mut DbConnection,
    client_id: &str,
    end: UnixTime,
) -> QueryResult<usize> {
    locks::lock_client(connection, client_id)?;
    let ended = diesel::update(client_secrets::table)
        .filter(client_secrets::client_id.eq(client_id))
        .filter(
            client_secrets::expires_at
                .is_null()
                .or(client_secrets::expires_at.gt(end)),
        )
        .set(client_secrets::expires_at.eq(Some(end)))
        .execute(connection)?;
    note_change(connection)?;
    Ok(ended)
}

/// Finds by the id of the row.
pub fn find(connection: &mut DbConnection, id: &str) -> QueryResult<Option<ClientSecret>> {
    client_secrets::table
        .find(id)
        .select(ClientSecret::as_select())
        .get_result(connection)
        .optional()
}

/// Those that end in `last_four`, newest first.
pub fn with_last_four(
    connection: &mut DbConnection,
    last_four: &str,
) -> QueryResult<Vec<ClientSecret>> {
    client_secrets::table
        .filter(client_secrets::last_four.eq(last_four))
        .order(client_secrets::id.desc())
        .select(ClientSecret::as_select())
        .load(connection)
}
