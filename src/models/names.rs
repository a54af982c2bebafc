//! What the people and clients of a list are called. Whoever is gone has no name any more.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::DbConnection;
use crate::schema::{clients, users};

/// By id.
pub type Names = HashMap<String, String>;

/// The names of users.
///
/// # Errors
/// The database's; so for every query below.
pub fn of_users(connection: &mut DbConnection, ids: &[String]) -> QueryResult<Names> {
    let rows: Vec<(String, String)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::username))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// The names of clients.
pub fn of_clients(connection: &mut DbConnection, ids: &[String]) -> QueryResult<Names> {
    let rows: Vec<(String, String)> = clients::table
        .filter(clients::id.eq_any(ids))
        .select((clients::id, clients::name))
        .load(connection)?;
    Ok(rows.into_iter().collect())
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
