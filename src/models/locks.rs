//! Who locks what first. In an embedded database there is one writer; on PostgreSQL many write at once, and all lock
//! in this order, so that they do not wait in a circle:
//!
//! 1. users by id, then their one-time links and sessions
//! 2. projects, then their members
//! 3. clients by id
//! 4. authorization requests
//! 5. authorizations by id
//! 6. codes, tokens, secrets and consents, each below what is locked above it
//! 7. the revision, after which nothing more is locked
//!
//! A row that is added locks what it refers to, FOR KEY SHARE; so whoever puts one secret or key in the place of
//! another has the client first.
//!
//! A refresh, and whoever redeems a code, is the exception, for it is the hottest of all: it locks its authorization
//! alone, and then adds rows that refer to user and client. So whoever holds a user or client and waits for
//! authorizations holds it no harder than FOR NO KEY UPDATE, which the grant passes, until the authorizations are
//! locked too. None is added meanwhile: who grants holds user and client FOR SHARE ([`hold_client`]).
//!
//! One circle is left: an administrator holds the own session before another user, and whoever signs in as that user
//! in the same browser holds the user before that session. PostgreSQL ends one of the two.
//!
//! Who merely tidies up (`purge`, `last_use`) waits for nobody: what somebody has locked is left out, for the next
//! round or the next use.

use diesel::prelude::*;

use crate::db::DbConnection;
use crate::oauth::SecretId;
use crate::schema::{authorizations, clients, projects, sessions};

/// Locks a session for whoever signs in in its place, before the request that this is for.
///
/// # Errors
/// The database's; so for every function below.
pub fn lock_session(connection: &mut DbConnection, id: &SecretId) -> QueryResult<()> {
    if let DbConnection::Postgres(connection) = connection {
        let one = sessions::table.find(id).select(sessions::id);
        one.for_update().load::<SecretId>(connection)?;
    }
    Ok(())
}

/// Keeps a client, and what it holds, from being ended or deleted until this transaction ends: for whoever is about
/// to add an authorization. What refers to a client that is gone cannot be added.
pub fn hold_client(connection: &mut DbConnection, id: &str) -> QueryResult<()> {
    if let DbConnection::Postgres(connection) = connection {
        let one = clients::table.find(id).select(clients::id);
        one.for_share().load::<String>(connection)?;
    }
    Ok(())
}

/// Locks a client for whoever ends what it holds, or deletes it: nobody grants beside that.
pub(super) fn lock_client(connection: &mut DbConnection, id: &str) -> QueryResult<()> {
    if let DbConnection::Postgres(connection) = connection {
        let one = clients::table.find(id).select(clients::id);
        one.for_no_key_update().load::<String>(connection)?;
    }
    Ok(())
}

/// The same for every client of a project, whose ids are returned, and for the project: no client and no key is made
/// by a member beside it, who holds the project.
pub(super) fn lock_clients_of(
    connection: &mut DbConnection,
    project_id: &str,
) -> QueryResult<Vec<String>> {
    let all = clients::table
        .filter(clients::project_id.eq(project_id))
        .select(clients::id)
        .order(clients::id);
    match connection {
        DbConnection::Sqlite(connection) => all.load(connection),
        DbConnection::Postgres(connection) => {
            let project = projects::table.find(project_id).select(projects::id);
            project.for_update().load::<String>(connection)?;
            all.for_no_key_update().load(connection)
        }
    }
}

/// Locks what is granted to clients that are locked, before they are deleted with it.
pub(super) fn lock_authorizations_of(
    connection: &mut DbConnection,
    client_ids: &[String],
) -> QueryResult<()> {
    if let DbConnection::Postgres(connection) = connection {
        authorizations::table
            .filter(authorizations::client_id.eq_any(client_ids))
            .filter(authorizations::revoked_at.is_null())
            .select(authorizations::id)
            .order(authorizations::id)
            .for_no_key_update()
            .load::<String>(connection)?;
    }
    Ok(())
}
