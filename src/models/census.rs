//! What the database holds: how many of what, how large, how much of it is due to be deleted. Counting
//! walks whole indexes, so it is never done on a worker's thread (`crate::census`).

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::schema::{
    access_tokens, audit_events, authorization_codes, authorization_requests, authorizations,
    client_secrets, clients, consents, one_time_links, projects, refresh_tokens, refusals,
    sessions, users,
};

use super::attention::{self, Attention};
use super::purge::{self, Due};

/// The counts of one moment.
#[derive(Clone, Debug)]
pub struct Census {
    /// When.
    pub counted_at: UnixTime,
    /// People.
    pub users: i64,
    /// Clients that somebody registered.
    pub clients: i64,
    /// Access tokens that have neither expired nor been revoked.
    pub live_tokens: i64,
    /// Signed-in browsers.
    pub live_sessions: i64,
    /// The tables that grow with use, by name.
    pub tables: Vec<Table>,
    /// Bytes of the whole database.
    pub bytes: i64,
    /// What somebody should look at.
    pub attention: Attention,
}

/// One table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// How many rows it has.
    pub rows: i64,
    /// How large it is with its indexes; an embedded database does not tell.
    pub bytes: Option<i64>,
    /// The rows that the purge deletes by time; none where rows stay, or go with others.
    pub due: Option<Due>,
}

/// Counts everything.
///
/// # Errors
/// The database's.
pub fn take(connection: &mut DbConnection, now: UnixTime) -> QueryResult<Census> {
    let mut tables = rows(connection)?;
    for (name, due) in purge::due(connection, now)? {
        if let Some(table) = tables.iter_mut().find(|table| table.name == name) {
            table.due = Some(due);
        }
    }
    let rows_of = |name| {
        let found = tables.iter().find(|table| table.name == name);
        found.map_or(0, |table| table.rows)
    };
    Ok(Census {
        counted_at: now,
        users: rows_of("users"),
        clients: registered_clients(connection)?,
        live_tokens: live_tokens(connection, now)?,
        live_sessions: sessions::table
            .filter(sessions::expires_at.gt(now))
            .count()
            .get_result(connection)?,
        bytes: bytes(connection)?,
        attention: attention::find(connection, now)?,
        tables,
    })
}

fn rows(connection: &mut DbConnection) -> QueryResult<Vec<Table>> {
    macro_rules! rows {
        ($($table:ident),+) => {
            vec![$(Table {
                name: stringify!($table),
                rows: $table::table.count().get_result(connection)?,
                bytes: table_bytes(connection, stringify!($table))?,
                due: None,
            }),+]
        };
    }
    Ok(rows![
        access_tokens,
        audit_events,
        authorization_codes,
        authorization_requests,
        authorizations,
        client_secrets,
        clients,
        consents,
        one_time_links,
        projects,
        refresh_tokens,
        refusals,
        sessions,
        users
    ])
}

/// Without the one that each user has for personal tokens.
fn registered_clients(connection: &mut DbConnection) -> QueryResult<i64> {
    clients::table
        .left_join(projects::table)
        .filter(projects::personal_user_id.is_null())
        .count()
        .get_result(connection)
}

/// Those that expire are counted by their expiry, less the few of them that were revoked, so that only
/// indexes are read; those that never expire have names and are few.
fn live_tokens(connection: &mut DbConnection, now: UnixTime) -> QueryResult<i64> {
    let unexpired = access_tokens::table.filter(access_tokens::expires_at.gt(now));
    let all: i64 = unexpired.count().get_result(connection)?;
    let revoked: i64 = unexpired
        .filter(access_tokens::revoked_at.is_not_null())
        .count()
        .get_result(connection)?;
    let lasting: i64 = access_tokens::table
        .filter(access_tokens::name.is_not_null())
        .filter(access_tokens::expires_at.is_null())
        .filter(access_tokens::revoked_at.is_null())
        .count()
        .get_result(connection)?;
    Ok(all - revoked + lasting)
}

fn table_bytes(connection: &mut DbConnection, table: &str) -> QueryResult<Option<i64>> {
    match connection {
        DbConnection::Sqlite(_) => Ok(None),
        DbConnection::Postgres(connection) => {
            let size = sql::<BigInt>(&format!("pg_total_relation_size('{table}')"));
            diesel::select(size).get_result(connection).map(Some)
        }
    }
}

fn bytes(connection: &mut DbConnection) -> QueryResult<i64> {
    match connection {
        DbConnection::Sqlite(connection) => diesel::select(sql::<BigInt>(
            "(SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size())",
        ))
        .get_result(connection),
        DbConnection::Postgres(connection) => {
            diesel::select(sql::<BigInt>("pg_database_size(current_database())"))
                .get_result(connection)
        }
    }
}
