//! What somebody holds, and ending it at once: the sign-ins of a user who is disabled or gets another password, and
//! everything of a user, a client or a project when an administrator presses the panic button.

use std::ops::AddAssign;

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_change, note_token_change};
use crate::schema::{
    access_tokens, authorizations, client_secrets, clients, refresh_tokens, sessions,
};

use super::access_token::{self, TokenKind, live_at};
use super::ending::Ending;
use super::{authorization, one_time_link, project, refresh_token, session, user};

/// How much of each there is, or was ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Signed-in browsers.
    pub sessions: usize,
    /// Acts of granting, each with its codes, access and refresh tokens.
    pub authorizations: usize,
    /// Personal access tokens.
    pub personal_tokens: usize,
    /// Long-lived keys of clients.
    pub api_keys: usize,
    /// Access tokens that clients got for themselves.
    pub client_tokens: usize,
    /// Secrets of clients.
    pub client_secrets: usize,
}

impl AddAssign for Held {
    fn add_assign(&mut self, other: Self) {
        self.sessions += other.sessions;
        self.authorizations += other.authorizations;
        self.personal_tokens += other.personal_tokens;
        self.api_keys += other.api_keys;
        self.client_tokens += other.client_tokens;
        self.client_secrets += other.client_secrets;
    }
}

/// Ends the authorizations whose column `$owner` is `$id`, with their tokens.
macro_rules! end_authorizations {
    ($connection:expr, $owner:ident, $id:expr, $ending:expr) => {{
        let live = authorizations::table
            .filter(authorizations::$owner.eq($id))
            .filter(authorizations::revoked_at.is_null());
        // In one order, and before their tokens, as everybody locks them.
        if let DbConnection::Postgres(connection) = $connection {
            let locked = live
                .select(authorizations::id)
                .order(authorizations::id)
                .for_no_key_update();
            locked.load::<String>(connection)?;
        }
        let ended = diesel::update(live)
            .set(authorization::ended($ending))
            .execute($connection)?;
        diesel::update(access_tokens::table.filter(access_tokens::$owner.eq($id)))
            .filter(access_tokens::authorization_id.is_not_null())
            .filter(access_tokens::revoked_at.is_null())
            .set(access_token::ended($ending))
            .execute($connection)?;
        diesel::update(refresh_tokens::table.filter(refresh_tokens::$owner.eq($id)))
            .filter(refresh_tokens::revoked_at.is_null())
            .set(refresh_token::ended_at($ending.at))
            .execute($connection)?;
        note_token_change($connection)?;
        ended
    }};
}

/// Ends the tokens of one kind whose column `$owner` is `$id`.
macro_rules! end_tokens {
    ($connection:expr, $owner:ident, $id:expr, $kind:expr, $ending:expr) => {
        diesel::update(access_tokens::table.filter(access_tokens::$owner.eq($id)))
            .filter(access_tokens::kind.eq($kind.as_str()))
            .filter(access_tokens::revoked_at.is_null())
            .set(access_token::ended($ending))
            .execute($connection)?
    };
}

/// How many live authorizations there are whose column `$owner` is `$id`.
macro_rules! live_authorizations {
    ($connection:expr, $owner:ident, $id:expr, $now:expr) => {
        amount(
            authorizations::table
                .filter(authorizations::$owner.eq($id))
                .filter(authorizations::revoked_at.is_null())
                .filter(authorizations::live_until.gt($now))
                .count()
                .get_result($connection)?,
        )
    };
}

/// How many live tokens of one kind, not from an authorization, there are whose column `$owner` is `$id`.
macro_rules! live_tokens {
    ($connection:expr, $owner:ident, $id:expr, $kind:expr, $now:expr) => {
        amount(
            access_tokens::table
                .filter(access_tokens::$owner.eq($id))
                .filter(access_tokens::kind.eq($kind.as_str()))
                .filter(access_tokens::authorization_id.is_null())
                .filter(live_at($now))
                .count()
                .get_result($connection)?,
        )
    };
}

/// Ends every signed-in browser of a user, every authorization with its codes and tokens, and links to
/// choose a password.
///
/// # Errors
/// The database's; so for every function below.
pub fn end_sign_ins_of_user(
    connection: &mut DbConnection,
    user_id: &str,
    ending: &Ending<'_>,
) -> QueryResult<Held> {
    user::find_and_lock(connection, user_id)?;
    one_time_link::end_of_user(connection, user_id)?;
    Ok(Held {
        sessions: session::end_all_but(connection, user_id, None)?,
        authorizations: end_authorizations!(connection, user_id, user_id, ending),
        ..Held::default()
    })
}

/// Ends a user's sign-ins, personal tokens, and everything of the clients of the user's own project.
pub fn end_everything_of_user(
    connection: &mut DbConnection,
    user_id: &str,
    ending: &Ending<'_>,
) -> QueryResult<Held> {
    let mut ended = end_sign_ins_of_user(connection, user_id, ending)?;
    ended.personal_tokens = end_tokens!(connection, user_id, user_id, TokenKind::Personal, ending);
    if let Some(project_id) = project::personal_of(connection, user_id)? {
        ended += end_everything_of_project(connection, &project_id, ending)?;
    }
    note_token_change(connection)?;
    Ok(ended)
}

/// Ends everything of a project's clients.
pub fn end_everything_of_project(
    connection: &mut DbConnection,
    project_id: &str,
    ending: &Ending<'_>,
) -> QueryResult<Held> {
    let mut ended = Held::default();
    for client_id in client_ids(connection, project_id)? {
        ended += end_everything_of_client(connection, &client_id, ending)?;
    }
    Ok(ended)
}

/// Ends every authorization given to a client, every token it has, and its secrets.
pub fn end_everything_of_client(
    connection: &mut DbConnection,
    client_id: &str,
    ending: &Ending<'_>,
) -> QueryResult<Held> {
    let mut ended = end_tokens_of_client(connection, client_id, ending)?;
    ended.client_secrets = diesel::update(client_secrets::table)
        .filter(client_secrets::client_id.eq(client_id))
        .filter(client_secrets::revoked_at.is_null())
        .set(client_secrets::revoked_at.eq(Some(ending.at)))
        .execute(connection)?;
    note_change(connection)?;
    Ok(ended)
}

/// Ends every authorization given to a client and every token it has; its secrets go on working.
pub fn end_tokens_of_client(
    connection: &mut DbConnection,
    client_id: &str,
    ending: &Ending<'_>,
) -> QueryResult<Held> {
    let authorizations = end_authorizations!(connection, client_id, client_id, ending);
    let ended = Held {
        sessions: 0,
        authorizations,
        personal_tokens: end_tokens!(
            connection,
            client_id,
            client_id,
            TokenKind::Personal,
            ending
        ),
        api_keys: end_tokens!(connection, client_id, client_id, TokenKind::ApiKey, ending),
        client_tokens: end_tokens!(connection, client_id, client_id, TokenKind::Access, ending),
        client_secrets: 0,
    };
    note_token_change(connection)?;
    Ok(ended)
}

/// What [`end_everything_of_user`] would end now.
pub fn held_by_user(
    connection: &mut DbConnection,
    user_id: &str,
    now: UnixTime,
) -> QueryResult<Held> {
    let sessions: i64 = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::expires_at.gt(now))
        .count()
        .get_result(connection)?;
    let mut held = Held {
        sessions: amount(sessions),
        authorizations: live_authorizations!(connection, user_id, user_id, now),
        personal_tokens: live_tokens!(connection, user_id, user_id, TokenKind::Personal, now),
        ..Held::default()
    };
    if let Some(project_id) = project::personal_of(connection, user_id)? {
        // Its personal tokens are the user's, and counted.
        held += Held {
            personal_tokens: 0,
            ..held_by_project(connection, &project_id, now)?
        };
    }
    Ok(held)
}

/// What [`end_everything_of_project`] would end now.
pub fn held_by_project(
    connection: &mut DbConnection,
    project_id: &str,
    now: UnixTime,
) -> QueryResult<Held> {
    let mut held = Held::default();
    for client_id in client_ids(connection, project_id)? {
        held += held_by_client(connection, &client_id, now)?;
    }
    Ok(held)
}

/// What [`end_everything_of_client`] would end now.
pub fn held_by_client(
    connection: &mut DbConnection,
    client_id: &str,
    now: UnixTime,
) -> QueryResult<Held> {
    let secrets: i64 = client_secrets::table
        .filter(client_secrets::client_id.eq(client_id))
        .filter(client_secrets::revoked_at.is_null())
        .filter(
            client_secrets::expires_at
                .is_null()
                .or(client_secrets::expires_at.gt(Some(now))),
        )
        .count()
        .get_result(connection)?;
    Ok(Held {
        sessions: 0,
        authorizations: live_authorizations!(connection, client_id, client_id, now),
        personal_tokens: live_tokens!(connection, client_id, client_id, TokenKind::Personal, now),
        api_keys: live_tokens!(connection, client_id, client_id, TokenKind::ApiKey, now),
        client_tokens: live_tokens!(connection, client_id, client_id, TokenKind::Access, now),
        client_secrets: amount(secrets),
    })
}

fn client_ids(connection: &mut DbConnection, project_id: &str) -> QueryResult<Vec<String>> {
    clients::table
        .filter(clients::project_id.eq(project_id))
        .select(clients::id)
        .order(clients::id)
        .load(connection)
}

fn amount(rows: i64) -> usize {
    usize::try_from(rows).unwrap_or_default()
}
