//! The scopes that this server knows. `oauth::Scope` is a set of their names.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_change};
use crate::oauth::Scope;
use crate::oauth::scope::is_scope_token;
use crate::schema::{clients, consents, roles, scopes};

use super::{client, role};

use super::visible_name::can_be_seen;

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

/// Checks a name that somebody wants (RFC 6749 §3.3).
///
/// # Errors
/// A sentence that says what a name is.
pub fn check_name(name: &str) -> Result<(), String> {
    if is_scope_token(name) && name.len() <= 100 {
        Ok(())
    } else {
        Err(String::from(
            "A scope's name has 1 to 100 printable ASCII characters, without spaces, quotes and \
             backslashes.",
        ))
    }
}

/// Checks a description that somebody wants.
///
/// # Errors
/// A sentence that says what a description is.
pub fn check_description(description: &str) -> Result<(), String> {
    let fits = (1..=300).contains(&description.chars().count());
    if fits && can_be_seen(description) && !description.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(String::from(
            "A scope's description has 1 to 300 characters and no control characters: say what it \
             allows, for the consent page.",
        ))
    }
}

/// Finds by name.
///
/// # Errors
/// The database's; so for every query below.
pub fn find(connection: &mut DbConnection, name: &str) -> QueryResult<Option<RegisteredScope>> {
    scopes::table
        .find(name)
        .select(RegisteredScope::as_select())
        .get_result(connection)
        .optional()
}

/// All, by name.
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

/// Replaces everything but the name.
pub fn update(connection: &mut DbConnection, scope: &RegisteredScope) -> QueryResult<bool> {
    let changed = diesel::update(scopes::table.find(&scope.name))
        .set((
            scopes::description.eq(&scope.description),
            scopes::is_default.eq(scope.is_default),
            scopes::is_sensitive.eq(scope.is_sensitive),
        ))
        .execute(connection)?;
    note_change(connection)?;
    Ok(changed == 1)
}

/// Deletes one, and takes it from every client and role and out of every consent, so that one of the same name
/// that is added later is nobody's. Tokens that have it keep the name, which nothing grants any more.
pub fn delete(connection: &mut DbConnection, name: &str) -> QueryResult<bool> {
    let without = |scope: &Scope| -> Scope { scope.names().filter(|own| *own != name).collect() };
    for listed in client::list_with_scope(connection, name)? {
        // As it is by now: somebody may be changing it.
        if let Some(client) = client::find_and_lock(connection, &listed.id)? {
            diesel::update(clients::table.find(&client.id))
                .set(clients::scope.eq(without(&client.scope)))
                .execute(connection)?;
        }
    }
    for role in role::list(connection)? {
        if role.scope.contains(name) {
            diesel::update(roles::table.find(&role.name))
                .set(roles::scope.eq(without(&role.scope)))
                .execute(connection)?;
        }
    }
    diesel::delete(consents::table.filter(consents::scope_name.eq(name))).execute(connection)?;
    let deleted = diesel::delete(scopes::table.find(name)).execute(connection)?;
    note_change(connection)?;
    Ok(deleted == 1)
}
