//! What a user has allowed a client, scope by scope, so that the same is not asked again.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::Scope;
use crate::schema::{clients, consents, users};

use super::client::Client;
use super::user::User;

/// One allowed scope.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable, Associations)]
#[diesel(table_name = consents, primary_key(user_id, client_id, scope_name), belongs_to(User), belongs_to(Client))]
pub struct Consent {
    /// Who allowed it.
    pub user_id: String,
    /// To whom.
    pub client_id: String,
    /// What.
    pub scope_name: String,
    /// Since when.
    pub created_at: UnixTime,
}

/// Everything that `user_id` has allowed `client_id`.
///
/// # Errors
/// The database's; so for every query below.
pub fn given(connection: &mut DbConnection, user_id: &str, client_id: &str) -> QueryResult<Scope> {
    let names: Vec<String> = consents::table
        .filter(
            consents::user_id
                .eq(user_id)
                .and(consents::client_id.eq(client_id)),
        )
        .select(consents::scope_name)
        .load(connection)?;
    Ok(names.iter().map(String::as_str).collect())
}

/// Adds what is new in `scope`. Two tabs may do so at once.
pub fn remember(
    connection: &mut DbConnection,
    user_id: &str,
    client_id: &str,
    scope: &Scope,
    now: UnixTime,
) -> QueryResult<()> {
    for name in scope.names() {
        let row = Consent {
            user_id: user_id.to_owned(),
            client_id: client_id.to_owned(),
            scope_name: name.to_owned(),
            created_at: now,
        };
        let insert = diesel::insert_into(consents::table)
            .values(row)
            .on_conflict_do_nothing();
        match connection {
            DbConnection::Sqlite(connection) => insert.execute(connection)?,
            DbConnection::Postgres(connection) => insert.execute(connection)?,
        };
    }
    Ok(())
}

/// All of a user's, with the clients' names.
pub fn of_user(connection: &mut DbConnection, user: &User) -> QueryResult<Vec<(Consent, String)>> {
    Consent::belonging_to(user)
        .inner_join(clients::table)
        .select((Consent::as_select(), clients::name))
        .order(consents::created_at.desc())
        .load(connection)
}

/// Forgets everything, so that the next request asks again.
pub fn withdraw(
    connection: &mut DbConnection,
    user_id: &str,
    client_id: &str,
) -> QueryResult<usize> {
    diesel::delete(consents::table)
        .filter(
            consents::user_id
                .eq(user_id)
                .and(consents::client_id.eq(client_id)),
        )
        .execute(connection)
}

/// How many people have allowed a client anything.
pub fn count_people(connection: &mut DbConnection, client_id: &str) -> QueryResult<i64> {
    consents::table
        .filter(consents::client_id.eq(client_id))
        .select(diesel::dsl::count(consents::user_id).aggregate_distinct())
        .get_result(connection)
}

/// The newest rows of a client, `limit` at most, with the people's names.
pub fn newest_of_client(
    connection: &mut DbConnection,
    client_id: &str,
    limit: i64,
) -> QueryResult<Vec<(Consent, String)>> {
    consents::table
        .inner_join(users::table)
        .filter(consents::client_id.eq(client_id))
        .order(consents::created_at.desc())
        .limit(limit)
        .select((Consent::as_select(), users::username))
        .load(connection)
}
