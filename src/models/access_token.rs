//! Access tokens: from grants, personal ones and API keys, in one table. Every introspection reads here.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_token_changes};
use crate::oauth::{List, Scope, SecretId};
use crate::schema::{access_tokens, token_uses, users};

use super::authorization::Authorization;
use super::client::Client;
use super::ending::Ending;
use super::user::User;
use super::word;

word! {
    /// Where a token comes from.
    TokenKind {
        /// From a grant.
        Access = "access",
        /// Made by a person on a page.
        Personal = "personal",
        /// Of a project's client.
        ApiKey = "api_key",
    }
}

/// An access token, of which only the digest is kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable, Associations)]
#[diesel(table_name = access_tokens, belongs_to(Authorization), belongs_to(Client), belongs_to(User))]
// A missing value is written as NULL, so that the statement is always the same one.
#[diesel(treat_none_as_default_value = false)]
pub struct AccessToken {
    /// The key of the token; `jti` is its base64url form.
    pub id: SecretId,
    /// Where it comes from.
    #[diesel(serialize_as = String, deserialize_as = String)]
    pub kind: TokenKind,
    /// Its client.
    pub client_id: String,
    /// The person it acts for; none where it acts for the client.
    pub user_id: Option<String>,
    /// The act of granting it comes from, if any.
    pub authorization_id: Option<String>,
    /// What it allows.
    pub scope: Scope,
    /// What people call it.
    pub name: Option<String>,
    /// Its last four characters.
    pub last_four: String,
    /// `iat`.
    pub created_at: UnixTime,
    /// `exp`; none for never.
    pub expires_at: Option<UnixTime>,
    /// When it was ended.
    pub revoked_at: Option<UnixTime>,
    /// Why it was ended.
    pub revoked_because: Option<String>,
    /// Who ended it: a user's or client's id, or `command line`.
    pub revoked_by: Option<String>,
}

/// A token with when it was last used (`last_use`).
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = access_tokens)]
pub struct UsedToken {
    /// The token.
    #[diesel(embed)]
    pub token: AccessToken,
    /// When it was last used.
    #[diesel(select_expression = token_uses::used_at.nullable())]
    pub last_used_at: Option<UnixTime>,
}

impl AccessToken {
    /// Whether it opens anything at `now`: begun, not revoked, not expired.
    pub fn is_live(&self, now: UnixTime) -> bool {
        /// Seconds by which the clocks of two servers may differ.
        const CLOCK_SKEW: i64 = 5;
        self.created_at <= now.plus(CLOCK_SKEW)
            && self.revoked_at.is_none()
            && self.expires_at.is_none_or(|end| now < end)
    }
}

/// [`AccessToken::is_live`] for the database: neither revoked nor expired.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn live_at(now: UnixTime) -> _ {
    access_tokens::revoked_at.is_null().and(
        access_tokens::expires_at
            .is_null()
            .or(access_tokens::expires_at.gt(now)),
    )
}

/// What the row of an ended one says.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn ended<'a>(ending: &Ending<'a>) -> _ {
    let at: Option<UnixTime> = Some(ending.at);
    let because: Option<&'a str> = Some(ending.because);
    let by: Option<&'a str> = ending.by;
    (
        access_tokens::revoked_at.eq(at),
        access_tokens::revoked_because.eq(because),
        access_tokens::revoked_by.eq(by),
    )
}

/// What introspection needs to know of a token's user.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct TokenUser {
    /// `username`.
    pub username: String,
    /// `roles`, besides `user`.
    #[diesel(deserialize_as = String)]
    pub roles: List<String>,
    /// Since when the account is disabled.
    pub disabled_at: Option<UnixTime>,
}

/// Finds a token with its user. The hottest look-up of all, so it speaks to the database's own type:
/// the common type would box every value.
///
/// # Errors
/// The database's; so for every query below.
pub fn find_with_user(
    connection: &mut DbConnection,
    id: &SecretId,
) -> QueryResult<Option<(AccessToken, Option<TokenUser>)>> {
    macro_rules! query {
        ($connection:expr) => {
            access_tokens::table
                .left_join(users::table)
                .filter(access_tokens::id.eq(id))
                .select((AccessToken::as_select(), Option::<TokenUser>::as_select()))
                .get_result($connection)
                .optional()
        };
    }
    match connection {
        DbConnection::Sqlite(connection) => query!(connection),
        DbConnection::Postgres(connection) => query!(connection),
    }
}

/// Adds one.
pub fn insert(connection: &mut DbConnection, token: AccessToken) -> QueryResult<()> {
    match connection {
        DbConnection::Sqlite(connection) => {
            diesel::insert_into(access_tokens::table)
                .values(token)
                .execute(connection)?;
        }
        DbConnection::Postgres(connection) => {
            diesel::insert_into(access_tokens::table)
                .values(token)
                .execute(connection)?;
        }
    }
    Ok(())
}

/// The live personal tokens of a user, newest first.
pub fn personal_of_user(
    connection: &mut DbConnection,
    user: &User,
    now: UnixTime,
) -> QueryResult<Vec<UsedToken>> {
    AccessToken::belonging_to(user)
        .left_join(token_uses::table)
        .filter(access_tokens::kind.eq(TokenKind::Personal.as_str()))
        .filter(live_at(now))
        .select(UsedToken::as_select())
        .order(access_tokens::id.desc())
        .load(connection)
}

/// Ends one; says whether it was live until now.
pub fn revoke(
    connection: &mut DbConnection,
    id: &SecretId,
    ending: &Ending<'_>,
) -> QueryResult<bool> {
    let ended = diesel::update(access_tokens::table.find(id))
        .filter(access_tokens::revoked_at.is_null())
        .set(ended(ending))
        .execute(connection)?;
    note_token_changes(connection, ended)?;
    Ok(ended == 1)
}

/// Ends every one of a user, personal ones too; returns how many.
pub fn revoke_of_user(
    connection: &mut DbConnection,
    user_id: &str,
    ending: &Ending<'_>,
) -> QueryResult<usize> {
    let ended = diesel::update(access_tokens::table.filter(access_tokens::user_id.eq(user_id)))
        .filter(access_tokens::revoked_at.is_null())
        .set(ended(ending))
        .execute(connection)?;
    note_token_changes(connection, ended)?;
    Ok(ended)
}

/// Those that end in `last_four`, newest first: of tokens with names every one, of those from grants what
/// is among the `newest` ones, since so many are made of them that nobody keeps an index for this.
pub fn with_last_four(
    connection: &mut DbConnection,
    last_four: &str,
    newest: i64,
) -> QueryResult<Vec<AccessToken>> {
    let mut found = access_tokens::table
        .filter(access_tokens::name.is_not_null())
        .filter(access_tokens::last_four.eq(last_four))
        .select(AccessToken::as_select())
        .load(connection)?;
    let oldest: Option<SecretId> = access_tokens::table
        .order(access_tokens::id.desc())
        .offset(newest)
        .limit(1)
        .select(access_tokens::id)
        .get_result(connection)
        .optional()?;
    let of_grants = access_tokens::table
        .filter(access_tokens::id.gt(oldest.unwrap_or(SecretId::FIRST)))
        .filter(access_tokens::kind.eq(TokenKind::Access.as_str()))
        .filter(access_tokens::last_four.eq(last_four))
        .select(AccessToken::as_select())
        .load(connection)?;
    found.extend(of_grants);
    found.sort_by_key(|token| std::cmp::Reverse(token.id));
    Ok(found)
}

/// How many of an authorization are live.
pub fn count_live_of(
    connection: &mut DbConnection,
    authorization_id: &str,
    now: UnixTime,
) -> QueryResult<i64> {
    access_tokens::table
        .filter(access_tokens::authorization_id.eq(authorization_id))
        .filter(live_at(now))
        .count()
        .get_result(connection)
}

/// Those of a client with the names of their people: first the ones with names, of which nobody makes
/// many, then the newest from grants, `newest` at most, live or not. A busy client has a million.
pub fn recent_of_client(
    connection: &mut DbConnection,
    client_id: &str,
    newest: i64,
) -> QueryResult<Vec<(AccessToken, Option<String>)>> {
    let of_client = || {
        access_tokens::table
            .left_join(users::table)
            .filter(access_tokens::client_id.eq(client_id))
            .select((AccessToken::as_select(), users::username.nullable()))
    };
    let mut found: Vec<(AccessToken, Option<String>)> = of_client()
        .filter(access_tokens::name.is_not_null())
        .load(connection)?;
    // Not ordered by the database, which would walk all tokens in that order instead.
    found.sort_by_key(|(token, _)| std::cmp::Reverse(token.created_at));
    let newest: Vec<(AccessToken, Option<String>)> = of_client()
        .order(access_tokens::created_at.desc())
        .limit(newest)
        .load(connection)?;
    found.extend(
        newest
            .into_iter()
            .filter(|(token, _)| token.kind == TokenKind::Access),
    );
    Ok(found)
}
