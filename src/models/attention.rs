//! Clients that somebody should look at: those that may take passwords, those that nobody uses, those
//! whose secret ends soon. Asked among all clients, so never on a worker's thread.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::schema::{client_secrets, clients, projects};

/// Days without use after which a client or a token counts as unused.
pub const UNUSED_DAYS: i64 = 90;
/// The same in seconds.
pub const UNUSED: i64 = UNUSED_DAYS * DAY;
/// Days before its end at which a secret is told of.
pub const EXPIRING_DAYS: i64 = 14;
const DAY: i64 = 86400;

/// Whether what works from `made` to `end` is about to end: within `days`, and in the last quarter of its life alone,
/// since nobody wants to hear at once that what was made for a week ends.
pub fn ends_soon(made: UnixTime, end: UnixTime, now: UnixTime, days: i64) -> bool {
    let left = end.since(now);
    left <= days * DAY && left < end.since(made) / 4
}

/// Enabled clients, by name: id and name.
pub type Clients = Vec<(String, String)>;

/// What was found.
#[derive(Clone, Debug)]
pub struct Attention {
    /// They may use the password grant (RFC 9700 §2.4 forbids it).
    pub password_grant: Clients,
    /// Nobody has used them for [`UNUSED_DAYS`].
    pub unused: Clients,
    /// One of their secrets ends soon, within [`EXPIRING_DAYS`], once for each secret.
    pub expiring_secret: Clients,
}

/// Finds them.
///
/// # Errors
/// The database's.
pub fn find(connection: &mut DbConnection, now: UnixTime) -> QueryResult<Attention> {
    // Not the one that each user has for personal tokens.
    let enabled = clients::table
        .left_join(projects::table)
        .filter(projects::personal_user_id.is_null())
        .filter(clients::disabled_at.is_null());
    let named = (clients::id, clients::name);
    let order = (clients::name, clients::id);
    let password_grant = enabled
        // A list of words in JSON, so that no other word holds this one.
        .filter(clients::grant_types.like("%\"password\"%"))
        .order(order)
        .select(named)
        .load(connection)?;
    let before = now.plus(-UNUSED);
    let unused = enabled
        .filter(clients::created_at.lt(before))
        .filter(
            clients::last_used_at
                .is_null()
                .or(clients::last_used_at.lt(before)),
        )
        .order(order)
        .select(named)
        .load(connection)?;
    let expiring_secret: Vec<(String, String, UnixTime, Option<UnixTime>)> = enabled
        .inner_join(client_secrets::table.on(client_secrets::client_id.eq(clients::id)))
        .filter(client_secrets::revoked_at.is_null())
        .filter(client_secrets::expires_at.gt(now))
        .filter(client_secrets::expires_at.le(now.plus(EXPIRING_DAYS * DAY)))
        .order(order)
        .select((
            clients::id,
            clients::name,
            client_secrets::created_at,
            client_secrets::expires_at,
        ))
        .load(connection)?;
    let is_soon = |made, end: Option<UnixTime>| {
        end.is_some_and(|end| ends_soon(made, end, now, EXPIRING_DAYS))
    };
    Ok(Attention {
        password_grant,
        unused,
        expiring_secret: expiring_secret
            .into_iter()
            .filter(|(_, _, made, end)| is_soon(*made, *end))
            .map(|(id, name, _, _)| (id, name))
            .collect(),
    })
}
