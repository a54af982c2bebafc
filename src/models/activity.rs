//! How often something happened in each minute, hour and day. Several servers add up.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::schema::activity;

use super::word;

word! {
    /// What is counted.
    What {
        /// Access tokens that the token endpoint issued.
        TokensIssued = "tokens_issued",
        /// Introspections of active tokens.
        IntrospectionsActive = "introspections_active",
        /// Introspections of inactive tokens.
        IntrospectionsInactive = "introspections_inactive",
        /// Sign-ins with the right password, by the page or the password grant.
        SignInsRight = "sign_ins_right",
        /// Sign-ins that failed or were throttled.
        SignInsWrong = "sign_ins_wrong",
    }
}

/// Seconds of a minute.
pub const MINUTE: i64 = 60;
/// Seconds of an hour.
pub const HOUR: i64 = 3600;
/// Seconds of a day.
pub const DAY: i64 = 86400;

/// What is kept, and for how many seconds: enough for the last hour, day and month, and for days a year.
const KEPT: [(i64, i64); 3] = [(MINUTE, 2 * HOUR), (HOUR, 8 * DAY), (DAY, 400 * DAY)];

/// Adds `count` to the minute, the hour and the day of `now`.
///
/// # Errors
/// The database's; so for every query below.
pub fn add(
    connection: &mut DbConnection,
    what: What,
    count: i64,
    now: UnixTime,
) -> QueryResult<()> {
    macro_rules! query {
        ($connection:expr, $row:expr) => {
            diesel::insert_into(activity::table)
                .values($row)
                .on_conflict((activity::period, activity::what, activity::starts_at))
                .do_update()
                .set(activity::count.eq(activity::count + excluded(activity::count)))
                .execute($connection)?
        };
    }
    for (period, _) in KEPT {
        let row = (
            activity::period.eq(period),
            activity::what.eq(what.as_str()),
            activity::starts_at.eq(start_of(period, now)),
            activity::count.eq(count),
        );
        match connection {
            DbConnection::Sqlite(connection) => query!(connection, row),
            DbConnection::Postgres(connection) => query!(connection, row),
        };
    }
    Ok(())
}

/// The beginning of the period that `now` lies in.
pub fn start_of(period: i64, now: UnixTime) -> UnixTime {
    UnixTime::from_seconds(now.seconds() - now.seconds().rem_euclid(period))
}

/// How often it happened in each period that began since `from`; periods without any are left out.
pub fn since(
    connection: &mut DbConnection,
    period: i64,
    what: What,
    from: UnixTime,
) -> QueryResult<Vec<(UnixTime, i64)>> {
    activity::table
        .filter(activity::period.eq(period))
        .filter(activity::what.eq(what.as_str()))
        .filter(activity::starts_at.ge(from))
        .order(activity::starts_at)
        .select((activity::starts_at, activity::count))
        .load(connection)
}

/// Deletes what is old; returns how many rows.
pub(super) fn purge(connection: &mut DbConnection, now: UnixTime) -> QueryResult<usize> {
    let mut deleted = 0;
    for (period, kept) in KEPT {
        let old = activity::table
            .filter(activity::period.eq(period))
            .filter(activity::starts_at.lt(now.plus(-kept)));
        deleted += diesel::delete(old).execute(connection)?;
    }
    Ok(deleted)
}
