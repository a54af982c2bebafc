//! Deletes what nobody needs any more, in small batches, so that no other write waits long.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::SecretId;
use crate::schema::{
    access_tokens, audit_events, authorization_requests, authorizations, one_time_links, refusals,
    sessions,
};

use super::activity;

/// Rows of each table that one batch deletes at most.
const BATCH: i64 = 500;
/// Seconds an audit event is kept: 400 days, so that the same month of last year can be read.
const AUDIT_EVENTS_KEPT: i64 = 400 * 86400;
/// Seconds a refusal is kept: 30 days.
const REFUSALS_KEPT: i64 = 30 * 86400;

/// Deletes one batch of every table; returns how many rows, 0 once nothing is due.
///
/// An authorization goes with its codes and refresh tokens once none of them can be live: until then a
/// used code or rotated refresh token must be recognised when it is replayed.
///
/// # Errors
/// The database's.
pub fn batch(connection: &mut DbConnection, now: UnixTime) -> QueryResult<usize> {
    macro_rules! expired {
        ($table:ident, $key:ty, $column:expr, $before:expr) => {{
            let mut keys: Vec<$key> = $table::table
                .filter($column.le($before))
                .order($column)
                .limit(BATCH)
                .select($table::id)
                .load(connection)?;
            // One order for all who delete several.
            keys.sort();
            let mut deleted = 0;
            for key in &keys {
                // On PostgreSQL a row may have been renewed since it was found.
                let due = $table::table.find(key).filter($column.le($before));
                deleted += diesel::delete(due).execute(connection)?;
            }
            deleted
        }};
    }
    // Authorizations before their tokens, as everybody locks them.
    Ok(
        expired!(authorizations, String, authorizations::live_until, now)
            + expired!(
                access_tokens,
                SecretId,
                access_tokens::expires_at,
                Some(now)
            )
            + expired!(
                authorization_requests,
                SecretId,
                authorization_requests::expires_at,
                now
            )
            + expired!(sessions, SecretId, sessions::expires_at, now)
            + expired!(one_time_links, SecretId, one_time_links::expires_at, now)
            + expired!(
                audit_events,
                String,
                audit_events::occurred_at,
                now.plus(-AUDIT_EVENTS_KEPT)
            )
            + expired!(
                refusals,
                String,
                refusals::occurred_at,
                now.plus(-REFUSALS_KEPT)
            )
            + activity::purge(connection, now)?,
    )
}
