//! The scopes that this server knows. `oauth::Scope` is a set of their names.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_change};
use crate::schema::scopes;

/// One scope.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = scopes, primary_key(name))]
pub struct RegisteredScope {
    /// The name on the wire.
    pub name: String,
    /// What the consent page says it allows.
    pub description: String,
    /// Whether a request without `scope` asks for it, and everybody may give it.
    pub is_default: bool,
    /// Whether public clients that are not first-party cannot get it.
    pub is_sensitive: bool,
    /// When it was made.
    pub created_at: UnixTime,
}

/// All, by name.
///
/// # Errors
/// The database's; so for every query below.
pub fn list(connection: &mut DbConnection) -> QueryResult<Vec<RegisteredScope>> {
    scopes::table
        .select(RegisteredScope::as_select())
        .order(scopes::name)
        .load(connection)
}

/// Adds one.
pub fn insert(connection: &mut DbConnection, scope: RegisteredScope) -> QueryResult<()> {
    diesel::insert_into(scopes::table)
        .values(scope)
        .execute(connection)?;
    note_change(connection)
}

/// Deletes one. Tokens that have it keep the name, which nothing grants any more.
pub fn delete(connection: &mut DbConnection, name: &str) -> QueryResult<bool> {
    let deleted = diesel::delete(scopes::table.find(name)).execute(connection)?;
    note_change(connection)?;
    Ok(deleted == 1)
}
