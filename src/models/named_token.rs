//! The access tokens that people give a name: personal ones and API keys. The row, and what all tokens
//! share, is in `access_token`.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_token_changes};
use crate::oauth::{PlainSecret, Scope, SecretId, SecretKind};
use crate::schema::{access_tokens, clients, token_uses};

use super::access_token::{self, AccessToken, TokenKind, UsedToken};
use super::ending::Ending;
use super::locks;
use super::visible_name;

/// Seconds for which one is kept after its end, for people who look for it.
pub const KEPT: i64 = 30 * 86400;

/// The most live ones a client has, and so a person.
pub const LIMIT: i64 = 100;

/// What one is to be made of.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The client that it belongs to.
    pub client_id: String,
    /// The person it acts for; none for an API key.
    pub user_id: Option<String>,
    /// What people call it.
    pub name: String,
    /// What it allows.
    pub scope: Scope,
    /// `exp`; none for never.
    pub expires_at: Option<UnixTime>,
}

impl NewToken {
    /// Makes it and returns it in clear, for the only time.
    ///
    /// # Errors
    /// The database's.
    pub fn insert(self, connection: &mut DbConnection, now: UnixTime) -> QueryResult<PlainSecret> {
        let (kind, form) = match self.user_id {
            Some(_) => (TokenKind::Personal, SecretKind::PersonalToken),
            None => (TokenKind::ApiKey, SecretKind::ApiKey),
        };
        let secret = PlainSecret::generate(form, now);
        let row = AccessToken {
            id: secret.id(),
            kind,
            client_id: self.client_id,
            user_id: self.user_id,
            authorization_id: None,
            scope: self.scope,
            name: Some(self.name),
            last_four: secret.last_four().to_owned(),
            created_at: now,
            expires_at: self.expires_at,
            revoked_at: None,
            revoked_because: None,
            revoked_by: None,
        };
        access_token::insert(connection, row)?;
        Ok(secret)
    }
}

/// Checks a name that somebody wants.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check_name(name: &str) -> Result<(), String> {
    visible_name::check(name, 100)
}

/// One of a client's, live or not.
///
/// # Errors
/// The database's; so for every query below.
pub fn find(
    connection: &mut DbConnection,
    client_id: &str,
    id: &SecretId,
) -> QueryResult<Option<UsedToken>> {
    access_tokens::table
        .find(id)
        .left_join(token_uses::table)
        .filter(access_tokens::name.is_not_null())
        .filter(access_tokens::client_id.eq(client_id))
        .select(UsedToken::as_select())
        .get_result(connection)
        .optional()
}

/// Those of a client that are live or have ended since `ended_since`, newest first.
pub fn of_client(
    connection: &mut DbConnection,
    client_id: &str,
    ended_since: UnixTime,
) -> QueryResult<Vec<UsedToken>> {
    let not_revoked = access_tokens::revoked_at.is_null();
    let not_expired = access_tokens::expires_at.is_null();
    access_tokens::table
        .left_join(token_uses::table)
        .filter(access_tokens::name.is_not_null())
        .filter(access_tokens::client_id.eq(client_id))
        .filter(not_revoked.or(access_tokens::revoked_at.gt(Some(ended_since))))
        .filter(not_expired.or(access_tokens::expires_at.gt(Some(ended_since))))
        .select(UsedToken::as_select())
        .order(access_tokens::id.desc())
        .load(connection)
}

/// The live ones of every client of a project.
pub fn live_of_project(
    connection: &mut DbConnection,
    project_id: &str,
    now: UnixTime,
) -> QueryResult<Vec<UsedToken>> {
    access_tokens::table
        .inner_join(clients::table)
        .left_join(token_uses::table)
        .filter(access_tokens::name.is_not_null())
        .filter(clients::project_id.eq(project_id))
        .filter(access_token::live_at(now))
        .select(UsedToken::as_select())
        .order(access_tokens::id.desc())
        .load(connection)
}

/// How many of a client's are live.
pub fn count_live(
    connection: &mut DbConnection,
    client_id: &str,
    now: UnixTime,
) -> QueryResult<i64> {
    access_tokens::table
        .filter(access_tokens::name.is_not_null())
        .filter(access_tokens::client_id.eq(client_id))
        .filter(access_token::live_at(now))
        .count()
        .get_result(connection)
}

/// Lets one of a client's end at `end`, unless it ends earlier by itself.
pub fn end_at(
    connection: &mut DbConnection,
    client_id: &str,
    id: &SecretId,
    end: UnixTime,
) -> QueryResult<bool> {
    let ended = diesel::update(access_tokens::table.find(id))
        .filter(access_tokens::client_id.eq(client_id))
        .filter(access_tokens::revoked_at.is_null())
        .filter(
            access_tokens::expires_at
                .is_null()
                .or(access_tokens::expires_at.gt(Some(end))),
        )
        .set(access_tokens::expires_at.eq(Some(end)))
        .execute(connection)?;
    note_token_changes(connection, ended)?;
    Ok(ended == 1)
}

/// Ends one of a client's; says whether it was live until now.
pub fn revoke(
    connection: &mut DbConnection,
    client_id: &str,
    id: &SecretId,
    ending: &Ending<'_>,
) -> QueryResult<bool> {
    let ended = diesel::update(access_tokens::table.find(id))
        .filter(access_tokens::name.is_not_null())
        .filter(access_tokens::client_id.eq(client_id))
        .filter(access_token::live_at(ending.expired_by()))
        .set(access_token::ended(ending))
        .execute(connection)?;
    note_token_changes(connection, ended)?;
    Ok(ended == 1)
}

/// Ends all of a client's that are live; returns how many.
pub fn revoke_of_client(
    connection: &mut DbConnection,
    client_id: &str,
    ending: &Ending<'_>,
) -> QueryResult<usize> {
    locks::lock_client(connection, client_id)?;
    let ended = diesel::update(access_tokens::table)
        .filter(access_tokens::name.is_not_null())
        .filter(access_tokens::client_id.eq(client_id))
        .filter(access_token::live_at(ending.expired_by()))
        .set(access_token::ended(ending))
        .execute(connection)?;
    note_token_changes(connection, ended)?;
    Ok(ended)
}
