//! Deletes what nobody needs any more, in small batches, so that no other write waits long; and tells how
//! much is due and will be.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::SecretId;
use crate::schema::{
    access_tokens, audit_events, authorization_requests, authorizations, one_time_links,
    refresh_tokens, refusals, sessions,
};

use super::{activity, named_token};

/// Rows of each table that one batch deletes at most.
const BATCH: i64 = 500;
/// Seconds an audit event is kept: 400 days, so that the same month of last year can be read.
const AUDIT_EVENTS_KEPT: i64 = 400 * DAY;
/// Seconds a refusal is kept.
const REFUSALS_KEPT: i64 = 30 * DAY;
const DAY: i64 = 86400;

/// Every table whose rows end by time, but access tokens: its key, the column of their time, the seconds that
/// they stay after it.
macro_rules! each_table {
    ($act:ident) => {
        $act!(one_time_links, SecretId, expires_at, 0);
        $act!(sessions, SecretId, expires_at, 0);
        $act!(authorization_requests, SecretId, expires_at, 0);
        $act!(authorizations, String, live_until, 0);
        $act!(audit_events, String, occurred_at, AUDIT_EVENTS_KEPT);
        $act!(refusals, String, occurred_at, REFUSALS_KEPT);
    };
}

/// The keys of rows that are due. What somebody has locked on PostgreSQL, and may be about to renew, is left for the next
/// batch: the purge waits for nobody, so that nobody ever waits for it in a circle.
macro_rules! free {
    ($due:expr, $connection:ident, $key:ty) => {
        match $connection {
            DbConnection::Sqlite(connection) => $due.load::<$key>(connection)?,
            DbConnection::Postgres(connection) => {
                $due.for_update().skip_locked().load::<$key>(connection)?
            }
        }
    };
}

/// Deletes the first rows that are due, of those with `$which`; how many.
macro_rules! delete {
    ($connection:ident, $before:expr, $table:ident, $key:ty, $column:ident $(, $which:expr)?) => {{
        let due = $table::table
            .filter($table::$column.le($before))
            $(.filter($which))?
            .order($table::$column)
            .limit(BATCH)
            .select($table::id);
        let mut deleted = 0;
        for key in &free!(due, $connection, $key) {
            deleted += diesel::delete($table::table.find(key)).execute($connection)?;
        }
        deleted
    }};
}

/// Deletes one batch; returns how many rows, 0 once nothing is due.
///
/// An authorization goes with its codes and refresh tokens once none of them can be live: until then a
/// used code or rotated refresh token must be recognised when it is replayed.
///
/// # Errors
/// The database's.
pub fn batch(connection: &mut DbConnection, now: UnixTime) -> QueryResult<usize> {
    // In a transaction of its own: everybody else locks an authorization before its tokens, so nobody may hold
    // a token's lock while waiting for an authorization's. And first: an authorization that took its hundreds
    // of tokens along would keep other writes waiting.
    let tokens = access_tokens(connection, now)? + refresh_tokens(connection, now)?;
    if tokens > 0 {
        return Ok(tokens);
    }
    let mut deleted = activity::purge(connection, now)?;
    macro_rules! delete_from {
        ($table:ident, $key:ty, $column:ident, $kept:expr) => {
            deleted += delete!(connection, now.plus(-$kept), $table, $key, $column);
        };
    }
    each_table!(delete_from);
    Ok(deleted)
}

fn access_tokens(connection: &mut DbConnection, now: UnixTime) -> QueryResult<usize> {
    macro_rules! delete_those {
        ($which:expr, $column:ident, $before:expr) => {
            delete!(
                connection,
                $before,
                access_tokens,
                SecretId,
                $column,
                $which
            )
        };
    }
    let (named, unnamed) = (
        access_tokens::name.is_not_null(),
        access_tokens::name.is_null(),
    );
    // Of those that people have named, they are told for a while that they have ended.
    let lately = now.plus(-named_token::KEPT);
    Ok(delete_those!(unnamed, expires_at, now)
        + delete_those!(named, expires_at, lately)
        + delete_those!(named, revoked_at, lately))
}

/// Those of authorizations of which nothing can be live any more.
fn refresh_tokens(connection: &mut DbConnection, now: UnixTime) -> QueryResult<usize> {
    let ended = refresh_tokens::table
        .inner_join(authorizations::table)
        .filter(authorizations::live_until.le(now))
        .limit(BATCH)
        .select(refresh_tokens::id);
    let mut deleted = 0;
    for id in &free!(ended, connection, SecretId) {
        let due = refresh_tokens::table.find(id);
        let due = due.filter(refresh_tokens::expires_at.le(now));
        deleted += diesel::delete(due).execute(connection)?;
    }
    Ok(deleted)
}

/// Rows of a table that end by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// By now.
    pub now: i64,
    /// By this time tomorrow, if nothing renews them.
    pub in_a_day: i64,
    /// Within seven days.
    pub in_a_week: i64,
}

/// How much is due of each table whose rows end.
///
/// # Errors
/// The database's.
pub fn due(connection: &mut DbConnection, now: UnixTime) -> QueryResult<Vec<(&'static str, Due)>> {
    let mut all = Vec::new();
    macro_rules! count {
        ($table:ident, $key:ty, $column:ident, $kept:expr) => {{
            let today = now.plus(-$kept);
            let (tomorrow, next_week) = (today.plus(DAY), today.plus(7 * DAY));
            let until = |end| $table::table.filter($table::$column.le(end)).count();
            let between = |begin, end| until(end).filter($table::$column.gt(begin));
            let now: i64 = until(today).get_result(connection)?;
            let day: i64 = between(today, tomorrow).get_result(connection)?;
            let week: i64 = between(tomorrow, next_week).get_result(connection)?;
            let due = Due {
                now,
                in_a_day: now + day,
                in_a_week: now + day + week,
            };
            all.push((stringify!($table), due));
        }};
    }
    count!(access_tokens, SecretId, expires_at, 0);
    each_table!(count);
    Ok(all)
}
