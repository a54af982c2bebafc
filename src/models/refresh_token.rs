//! Refresh tokens (RFC 6749 §6, RFC 9700 §4.14). Each is used once and then names its successor; a
//! rotated one stays known until its authorization has no live token, so that a replay is recognised.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::SecretId;
use crate::schema::refresh_tokens;

use super::authorization::Authorization;
use super::client::Client;
use super::user::User;

/// A refresh token, of which only the digest is kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable, Associations)]
#[diesel(table_name = refresh_tokens, belongs_to(Authorization), belongs_to(Client), belongs_to(User))]
pub struct RefreshToken {
    /// The key of the token.
    pub id: SecretId,
    /// The act of granting it continues.
    pub authorization_id: String,
    /// Who may use it.
    pub client_id: String,
    /// Whose access it refreshes.
    pub user_id: String,
    /// Its last four characters.
    pub last_four: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it ends if it is not used.
    pub expires_at: UnixTime,
    /// When it was ended.
    pub revoked_at: Option<UnixTime>,
    /// When it was used.
    pub rotated_at: Option<UnixTime>,
    /// The token that it became.
    pub successor_id: Option<SecretId>,
    /// The token that it came from.
    pub predecessor_id: Option<SecretId>,
    /// The answer to its use, under a key that only the token itself gives; kept for the retries of the
    /// grace time.
    pub sealed_answer: Option<Vec<u8>>,
}

impl RefreshToken {
    /// Whether it can still be used at `now`.
    pub fn is_live(&self, now: UnixTime) -> bool {
        self.revoked_at.is_none() && self.rotated_at.is_none() && now < self.expires_at
    }
}

/// Neither ended nor expired: what an end ends. A used one too, whose answer may still be kept.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn live_or_used_at(now: UnixTime) -> _ {
    refresh_tokens::revoked_at
        .is_null()
        .and(refresh_tokens::expires_at.gt(now))
}

/// What the row of an ended one says: why and by whom is told by its authorization, and no retry is answered.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn ended_at(at: UnixTime) -> _ {
    let at: Option<UnixTime> = Some(at);
    let answer: Option<Vec<u8>> = None;
    (
        refresh_tokens::revoked_at.eq(at),
        refresh_tokens::sealed_answer.eq(answer),
    )
}

/// Finds by key, whatever its state.
///
/// # Errors
/// The database's; so for every query below.
pub fn find(connection: &mut DbConnection, id: &SecretId) -> QueryResult<Option<RefreshToken>> {
    refresh_tokens::table
        .find(id)
        .select(RefreshToken::as_select())
        .get_result(connection)
        .optional()
}

/// Adds one.
pub fn insert(connection: &mut DbConnection, token: RefreshToken) -> QueryResult<()> {
    diesel::insert_into(refresh_tokens::table)
        .values(token)
        .execute(connection)?;
    Ok(())
}

/// Uses it up for `successor`; says whether this caller was the one who did.
pub fn claim(
    connection: &mut DbConnection,
    id: &SecretId,
    successor: &SecretId,
    sealed_answer: Option<Vec<u8>>,
    now: UnixTime,
) -> QueryResult<bool> {
    let claimed = diesel::update(refresh_tokens::table.find(id))
        .filter(
            refresh_tokens::rotated_at
                .is_null()
                .and(refresh_tokens::revoked_at.is_null()),
        )
        .set((
            refresh_tokens::rotated_at.eq(Some(now)),
            refresh_tokens::successor_id.eq(Some(*successor)),
            refresh_tokens::sealed_answer.eq(sealed_answer),
        ))
        .execute(connection)?;
    Ok(claimed == 1)
}

/// Wipes the answer of the token whose successor is being used: from now on a retry is a replay.
pub fn wipe_answer(connection: &mut DbConnection, id: &SecretId) -> QueryResult<usize> {
    diesel::update(refresh_tokens::table.find(id))
        .set(refresh_tokens::sealed_answer.eq(None::<Vec<u8>>))
        .execute(connection)
}

/// Whether any answer has been kept since `before` or earlier.
pub fn any_answer(connection: &mut DbConnection, before: UnixTime) -> QueryResult<bool> {
    let kept: i64 = refresh_tokens::table
        .filter(refresh_tokens::rotated_at.le(Some(before)))
        .filter(refresh_tokens::sealed_answer.is_not_null())
        .count()
        .get_result(connection)?;
    Ok(kept > 0)
}

/// Wipes every answer that was kept since `before` or earlier; on PostgreSQL one that somebody has locked the next time.
pub fn wipe_answers(connection: &mut DbConnection, before: UnixTime) -> QueryResult<usize> {
    let kept = refresh_tokens::table
        .filter(refresh_tokens::rotated_at.le(Some(before)))
        .filter(refresh_tokens::sealed_answer.is_not_null());
    let wiped = refresh_tokens::sealed_answer.eq(None::<Vec<u8>>);
    match connection {
        DbConnection::Sqlite(connection) => diesel::update(kept).set(wiped).execute(connection),
        DbConnection::Postgres(connection) => {
            let free = kept.select(refresh_tokens::id).for_update().skip_locked();
            let free: Vec<SecretId> = free.load(connection)?;
            diesel::update(refresh_tokens::table.filter(refresh_tokens::id.eq_any(free)))
                .set(wiped)
                .execute(connection)
        }
    }
}

/// Those among the `newest` ones that end in `last_four`, newest first.
pub fn with_last_four(
    connection: &mut DbConnection,
    last_four: &str,
    newest: i64,
) -> QueryResult<Vec<RefreshToken>> {
    let oldest: Option<SecretId> = refresh_tokens::table
        .order(refresh_tokens::id.desc())
        .offset(newest)
        .limit(1)
        .select(refresh_tokens::id)
        .get_result(connection)
        .optional()?;
    refresh_tokens::table
        .filter(refresh_tokens::id.gt(oldest.unwrap_or(SecretId::FIRST)))
        .filter(refresh_tokens::last_four.eq(last_four))
        .order(refresh_tokens::id.desc())
        .select(RefreshToken::as_select())
        .load(connection)
}

/// How many of an authorization are live: of one device one at most.
pub fn count_live_of(
    connection: &mut DbConnection,
    authorization_id: &str,
    now: UnixTime,
) -> QueryResult<i64> {
    refresh_tokens::table
        .filter(refresh_tokens::authorization_id.eq(authorization_id))
        .filter(refresh_tokens::revoked_at.is_null())
        .filter(refresh_tokens::rotated_at.is_null())
        .filter(refresh_tokens::expires_at.gt(now))
        .count()
        .get_result(connection)
}
