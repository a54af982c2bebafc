//! What the people and clients of a list are called. Whoever is gone has no name any more.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::DbConnection;
use crate::schema::{clients, users};

/// By id.
pub type Names = HashMap<String, String>;

/// The names of the rows of `$table` with these ids. A list of ids is another statement on each engine.
macro_rules! named {
    ($connection:expr, $ids:expr, $table:ident, $name:ident) => {{
        let rows = $table::table
            .filter($table::id.eq_any($ids))
            .select(($table::id, $table::$name));
        let rows: Vec<(String, String)> = match $connection {
            DbConnection::Sqlite(connection) => rows.load(connection)?,
            DbConnection::Postgres(connection) => rows.load(connection)?,
        };
        Ok(rows.into_iter().collect())
    }};
}

/// The names of users.
///
/// # Errors
/// The database's; so for every query below.
pub fn of_users(connection: &mut DbConnection, ids: &[String]) -> QueryResult<Names> {
    named!(connection, ids, users, username)
}

/// The names of clients.
pub fn of_clients(connection: &mut DbConnection, ids: &[String]) -> QueryResult<Names> {
    named!(connection, ids, clients, name)
}

/// The ids of the clients of a name, two at most: more than one is too many to tell apart.
pub fn clients_called(connection: &mut DbConnection, name: &str) -> QueryResult<Vec<String>> {
    clients::table
        .filter(clients::name.eq(name))
        .order(clients::id)
        .limit(2)
        .select(clients::id)
        .load(connection)
}
