//! Signed-in browsers. The cookie's digest is the key.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::SecretId;
use crate::schema::{sessions, users};

use super::authorization_request;
use super::user::{self, User};

/// One browser in which one user is signed in.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable, Associations)]
#[diesel(table_name = sessions, belongs_to(User))]
pub struct Session {
    /// The key of the cookie's value.
    pub id: SecretId,
    /// Who is signed in.
    pub user_id: String,
    /// The browser, as it calls itself; at most 300 characters.
    pub user_agent: String,
    /// From where it signed in.
    pub address: String,
    /// When the person signed in.
    pub created_at: UnixTime,
    /// When it was last used, to the minute.
    pub last_seen_at: UnixTime,
    /// When it ends if it is not used again.
    pub expires_at: UnixTime,
    /// When the person last typed the password.
    pub confirmed_at: UnixTime,
    /// From where it was last used; none for where it signed in.
    pub last_address: Option<String>,
}

/// The live session and its user; a disabled user has none.
///
/// # Errors
/// The database's; so for every query below.
pub fn find_live(
    connection: &mut DbConnection,
    id: &SecretId,
    now: UnixTime,
) -> QueryResult<Option<(Session, User)>> {
    sessions::table
        .inner_join(users::table)
        .filter(sessions::id.eq(id))
        .filter(sessions::expires_at.gt(now))
        .filter(users::disabled_at.is_null())
        .select((Session::as_select(), User::as_select()))
        .get_result(connection)
        .optional()
}

/// Whether it is still live, and its user enabled; then it stays so until this transaction ends: whoever
/// grants something in it and whoever ends it come one after the other.
pub fn is_live_and_hold(
    connection: &mut DbConnection,
    session: &Session,
    now: UnixTime,
) -> QueryResult<bool> {
    let user = user::find_and_hold(connection, &session.user_id)?;
    let live = sessions::table
        .find(&session.id)
        .filter(sessions::expires_at.gt(now))
        .select(sessions::id);
    let live: Option<SecretId> = match connection {
        // There is one writer, and this is it.
        DbConnection::Sqlite(connection) => live.get_result(connection).optional()?,
        DbConnection::Postgres(connection) => live.for_share().get_result(connection).optional()?,
    };
    Ok(live.is_some() && user.is_some_and(|user| user.disabled_at.is_none()))
}

/// Adds one in place of the one that its browser had. What was begun in that goes on in this, where both are
/// the same person's.
pub fn replace(
    connection: &mut DbConnection,
    replaced: &SecretId,
    session: Session,
) -> QueryResult<()> {
    let own: Option<SecretId> = sessions::table
        .find(replaced)
        .filter(sessions::user_id.eq(&session.user_id))
        .select(sessions::id)
        .get_result(connection)
        .optional()?;
    end_own(connection, replaced)?;
    if own.is_some() {
        authorization_request::follow(connection, replaced, &session.id)?;
    }
    insert(connection, session)
}

/// Adds one.
pub fn insert(connection: &mut DbConnection, session: Session) -> QueryResult<()> {
    diesel::insert_into(sessions::table)
        .values(session)
        .execute(connection)?;
    Ok(())
}

/// Notes a use, and from where.
pub fn touch(
    connection: &mut DbConnection,
    id: &SecretId,
    address: &str,
    now: UnixTime,
    expires_at: UnixTime,
) -> QueryResult<usize> {
    diesel::update(sessions::table.find(id))
        .set((
            sessions::last_seen_at.eq(now),
            sessions::last_address.eq(Some(address)),
            sessions::expires_at.eq(expires_at),
        ))
        .execute(connection)
}

/// Notes that the person has typed the password again.
pub fn confirm(connection: &mut DbConnection, id: &SecretId, now: UnixTime) -> QueryResult<usize> {
    diesel::update(sessions::table.find(id))
        .set(sessions::confirmed_at.eq(now))
        .execute(connection)
}

/// Goes on under another secret, since its person has another password: who has a copy of the old one is left
/// behind. Says whether it was there.
pub fn renew(
    connection: &mut DbConnection,
    id: &SecretId,
    renewed: &SecretId,
    now: UnixTime,
) -> QueryResult<bool> {
    let updated = diesel::update(sessions::table.find(id))
        .set((sessions::id.eq(renewed), sessions::confirmed_at.eq(now)))
        .execute(connection)?;
    authorization_request::follow(connection, id, renewed)?;
    Ok(updated == 1)
}

/// The live ones of a user, last used first.
pub fn of_user(
    connection: &mut DbConnection,
    user: &User,
    now: UnixTime,
) -> QueryResult<Vec<Session>> {
    Session::belonging_to(user)
        .filter(sessions::expires_at.gt(now))
        .select(Session::as_select())
        .order(sessions::last_seen_at.desc())
        .load(connection)
}

/// Ends one of a user's; another user's is left alone.
pub fn end(connection: &mut DbConnection, id: &SecretId, user_id: &str) -> QueryResult<bool> {
    let ended = diesel::delete(sessions::table)
        .filter(sessions::id.eq(id).and(sessions::user_id.eq(user_id)))
        .execute(connection)?;
    Ok(ended == 1)
}

/// Ends one, whoever's: for a browser that brings its cookie.
pub fn end_own(connection: &mut DbConnection, id: &SecretId) -> QueryResult<usize> {
    diesel::delete(sessions::table.find(id)).execute(connection)
}

/// Ends all of a user's but `kept`.
pub fn end_all_but(
    connection: &mut DbConnection,
    user_id: &str,
    kept: Option<&SecretId>,
) -> QueryResult<usize> {
    let all = sessions::table.filter(sessions::user_id.eq(user_id));
    match kept {
        Some(kept) => diesel::delete(all.filter(sessions::id.ne(kept))).execute(connection),
        None => diesel::delete(all).execute(connection),
    }
}
