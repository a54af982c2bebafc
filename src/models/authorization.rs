//! Authorizations: one act of granting each, a completed authorization request or a password sign-in.
//! The parent of its codes and tokens: revoking it ends them all. Never shared by two devices.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_token_change};
use crate::oauth::id::{IdKind, new_id};
use crate::oauth::{GrantType, Scope};
use crate::schema::{access_tokens, authorizations, clients, refresh_tokens};

use super::client::Client;
use super::ending::Ending;
use super::user::User;
use super::{access_token, refresh_token};

/// What a user has granted to a client, once.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable, Associations)]
#[diesel(table_name = authorizations, belongs_to(User), belongs_to(Client))]
pub struct Authorization {
    /// The id.
    pub id: String,
    /// To whom.
    pub client_id: String,
    /// By whom.
    pub user_id: String,
    /// How it came about: `authorization_code` or `password`.
    pub grant_type: String,
    /// What. A narrower refresh does not shrink it.
    pub scope: Scope,
    /// When.
    pub created_at: UnixTime,
    /// When it last gave a token.
    pub last_used_at: UnixTime,
    /// Until when any of its codes and tokens may be live; afterwards nothing needs to know it.
    pub live_until: UnixTime,
    /// When it was ended.
    pub revoked_at: Option<UnixTime>,
    /// Why it was ended.
    pub revoked_because: Option<String>,
    /// Who ended it: a user's or client's id, or `command line`.
    pub revoked_by: Option<String>,
}

impl Authorization {
    /// A new act of granting, live until at least `live_until`.
    pub fn new(
        client_id: &str,
        user_id: &str,
        grant_type: GrantType,
        scope: Scope,
        now: UnixTime,
        live_until: UnixTime,
    ) -> Self {
        Self {
            id: new_id(IdKind::Authorization, now),
            client_id: client_id.to_owned(),
            user_id: user_id.to_owned(),
            grant_type: grant_type.as_str().to_owned(),
            scope,
            created_at: now,
            last_used_at: now,
            live_until,
            revoked_at: None,
            revoked_because: None,
            revoked_by: None,
        }
    }
}

/// Neither ended nor past its time.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn live_at(now: UnixTime) -> _ {
    authorizations::revoked_at
        .is_null()
        .and(authorizations::live_until.gt(now))
}

/// What the row of an ended one says.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn ended<'a>(ending: &Ending<'a>) -> _ {
    let at: Option<UnixTime> = Some(ending.at);
    let because: Option<&'a str> = Some(ending.because);
    let by: Option<&'a str> = ending.by;
    (
        authorizations::revoked_at.eq(at),
        authorizations::revoked_because.eq(because),
        authorizations::revoked_by.eq(by),
    )
}

/// Finds by id, live or not.
///
/// # Errors
/// The database's; so for every query below.
pub fn find(connection: &mut DbConnection, id: &str) -> QueryResult<Option<Authorization>> {
    authorizations::table
        .find(id)
        .select(Authorization::as_select())
        .get_result(connection)
        .optional()
}

/// Adds one.
pub fn insert(connection: &mut DbConnection, authorization: Authorization) -> QueryResult<()> {
    diesel::insert_into(authorizations::table)
        .values(authorization)
        .execute(connection)?;
    Ok(())
}

/// Finds a live one and keeps it from changing until this transaction ends: whoever issues below it and
/// whoever revokes it come one after the other. Always taken before the rows of its tokens (`locks`).
pub fn find_live_and_lock(
    connection: &mut DbConnection,
    id: &str,
) -> QueryResult<Option<Authorization>> {
    let live = authorizations::table
        .find(id)
        .filter(authorizations::revoked_at.is_null());
    match connection {
        // There is one writer, and this is it.
        DbConnection::Sqlite(connection) => live
            .select(Authorization::as_select())
            .get_result(connection)
            .optional(),
        DbConnection::Postgres(connection) => live
            .select(Authorization::as_select())
            .for_no_key_update()
            .get_result(connection)
            .optional(),
    }
}

/// Notes that it gives tokens that may live until `live_until`.
pub fn touch(
    connection: &mut DbConnection,
    authorization: &Authorization,
    now: UnixTime,
    live_until: UnixTime,
) -> QueryResult<usize> {
    diesel::update(authorizations::table.find(&authorization.id))
        .set((
            authorizations::last_used_at.eq(now),
            authorizations::live_until.eq(live_until.max(authorization.live_until)),
        ))
        .execute(connection)
}

/// Ends it with its codes and tokens; says whether it was live.
pub fn revoke(connection: &mut DbConnection, id: &str, ending: &Ending<'_>) -> QueryResult<bool> {
    let ended = diesel::update(authorizations::table.find(id))
        .filter(authorizations::revoked_at.is_null())
        .set(ended(ending))
        .execute(connection)?;
    // Its tokens ended with it, and nothing is issued below one that has ended.
    if ended == 0 {
        return Ok(false);
    }
    diesel::update(access_tokens::table.filter(access_tokens::authorization_id.eq(id)))
        .filter(access_token::live_at(ending.expired_by()))
        .set(access_token::ended(ending))
        .execute(connection)?;
    diesel::update(refresh_tokens::table.filter(refresh_tokens::authorization_id.eq(id)))
        .filter(refresh_token::live_or_used_at(ending.expired_by()))
        .set(refresh_token::ended_at(ending.at))
        .execute(connection)?;
    note_token_change(connection)?;
    Ok(true)
}

/// Ends every live one of a user, of one client or of all; returns how many.
pub fn revoke_of_user(
    connection: &mut DbConnection,
    user_id: &str,
    client_id: Option<&str>,
    ending: &Ending<'_>,
) -> QueryResult<usize> {
    let mut live = authorizations::table
        .filter(authorizations::user_id.eq(user_id))
        .filter(live_at(ending.expired_by()))
        .select((authorizations::id, authorizations::client_id))
        .order(authorizations::id)
        .load::<(String, String)>(connection)?;
    live.retain(|(_, own)| client_id.is_none_or(|wanted| wanted == own));
    let mut ended = 0;
    for (id, _) in &live {
        ended += usize::from(revoke(connection, id, ending)?);
    }
    Ok(ended)
}

/// The live ones of a user with their clients' names, last used first.
pub fn of_user(
    connection: &mut DbConnection,
    user: &User,
    now: UnixTime,
) -> QueryResult<Vec<(Authorization, String)>> {
    Authorization::belonging_to(user)
        .inner_join(clients::table)
        .filter(live_at(now))
        .select((Authorization::as_select(), clients::name))
        .order(authorizations::last_used_at.desc())
        .load(connection)
}
