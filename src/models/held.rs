//! What somebody holds, and ending it at once: the sign-ins of a user who is disabled or gets another password, and
//! everything of a user, a client or a project when an administrator presses the panic button.

use std::ops::AddAssign;

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_change, note_token_change};
use crate::schema::{
    access_tokens, authorizations, client_secrets, clients, refresh_tokens, sessions,
};

use super::access_token::{self, TokenKind};
use super::ending::Ending;
use super::{
    authorization, client_secret, locks, one_time_link, project, refresh_token, session, user,
};

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

/// Ends the live authorizations whose column `$owner` is (`eq`) `$whose` or among these (`eq_any`), with their tokens.
macro_rules! end_authorizations {
    ($connection:expr, $owner:ident, $is:ident, $whose:expr, $ending:expr) => {{
        let live = || {
            authorizations::table
                .filter(authorizations::$owner.$is($whose))
                .filter(authorization::live_at($ending.expired_by()))
        };
        // In one order, and before their tokens, as everybody locks them.
        if let DbConnection::Postgres(connection) = $connection {
            let locked = live()
                .select(authorizations::id)
                .order(authorizations::id)
                .for_no_key_update();
            locked.load::<String>(connection)?;
        }
        let ended = diesel::update(live())
            .set(authorization::ended($ending))
            .execute($connection)?;
        diesel::update(access_tokens::table.filter(access_tokens::$owner.$is($whose)))
            .filter(access_tokens::authorization_id.is_not_null())
            .filter(access_token::live_at($ending.expired_by()))
            .set(access_token::ended($ending))
            .execute($connection)?;
        diesel::update(refresh_tokens::table.filter(refresh_tokens::$owner.$is($whose)))
            .filter(refresh_token::live_or_used_at($ending.expired_by()))
            .set(refresh_token::ended_at($ending.at))
            .execute($connection)?;
        ended
    }};
}

/// The live tokens of one kind that clients have, not from an authorization.
macro_rules! live_tokens {
    ($clients:expr, $kind:expr, $at:expr) => {
        access_tokens::table
            .filter(access_tokens::client_id.eq_any($clients))
            .filter(access_tokens::kind.eq($kind.as_str()))
            .filter(access_tokens::authorization_id.is_null())
            .filter(access_token::live_at($at))
    };
}

/// How many live authorizations there are whose column `$owner` is `$whose` or among these.
macro_rules! live_authorizations {
    ($connection:expr, $owner:ident, $is:ident, $whose:expr, $now:expr) => {
        amount(
            authorizations::table
                .filter(authorizations::$owner.$is($whose))
                .filter(authorization::live_at($now))
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
    let sessions = end_sessions(connection, user_id, ending.at)?;
    let authorizations = end_authorizations!(connection, user_id, eq, user_id, ending);
    note_token_change(connection)?;
    Ok(Held {
        sessions,
        authorizations,
        ..Held::default()
    })
}

/// Ends a user's sign-ins, personal tokens, and everything of the clients of the user's own project.
pub fn end_everything_of_user(
    connection: &mut DbConnection,
    user_id: &str,
    ending: &Ending<'_>,
) -> QueryResult<Held> {
    let sessions = end_sessions(connection, user_id, ending.at)?;
    let own = project::personal_of(connection, user_id)?;
    let clients = match own {
        Some(project_id) => locks::lock_clients_of(connection, &project_id)?,
        None => Vec::new(),
    };
    let mut ended = Held {
        sessions,
        authorizations: end_authorizations!(connection, user_id, eq, user_id, ending),
        ..Held::default()
    };
    ended += end_everything_of(connection, &clients, ending)?;
    Ok(ended)
}

/// Ends everything of a project's clients.
pub fn end_everything_of_project(
    connection: &mut DbConnection,
    project_id: &str,
    ending: &Ending<'_>,
) -> QueryResult<Held> {
    let clients = locks::lock_clients_of(connection, project_id)?;
    end_everything_of(connection, &clients, ending)
}

/// Ends every authorization given to a client and every token it has; its secrets go on working.
pub fn end_tokens_of_client(
    connection: &mut DbConnection,
    client_id: &str,
    ending: &Ending<'_>,
) -> QueryResult<Held> {
    locks::lock_client(connection, client_id)?;
    end_tokens_of(connection, &[client_id.to_owned()], ending)
}

/// Locks a user, and ends the links and signed-in browsers: how many of these were live.
fn end_sessions(connection: &mut DbConnection, user_id: &str, at: UnixTime) -> QueryResult<usize> {
    user::find_and_lock(connection, user_id)?;
    one_time_link::end_of_user(connection, user_id)?;
    let live = live_sessions(connection, user_id, at)?;
    session::end_all_but(connection, user_id, None)?;
    Ok(live)
}

/// Ends everything of clients that are locked.
fn end_everything_of(
    connection: &mut DbConnection,
    clients: &[String],
    ending: &Ending<'_>,
) -> QueryResult<Held> {
    let mut ended = end_tokens_of(connection, clients, ending)?;
    ended.client_secrets = diesel::update(client_secrets::table)
        .filter(client_secrets::client_id.eq_any(clients))
        .filter(client_secret::live_at(ending.expired_by()))
        .set(client_secrets::revoked_at.eq(Some(ending.at)))
        .execute(connection)?;
    // Once, and last of all: every other writer of the directory waits from here on.
    note_change(connection)?;
    Ok(ended)
}

/// The same without their secrets.
fn end_tokens_of(
    connection: &mut DbConnection,
    clients: &[String],
    ending: &Ending<'_>,
) -> QueryResult<Held> {
    let authorizations = end_authorizations!(connection, client_id, eq_any, clients, ending);
    let mut end = |kind: TokenKind| {
        diesel::update(live_tokens!(clients, kind, ending.expired_by()))
            .set(access_token::ended(ending))
            .execute(connection)
    };
    let ended = Held {
        authorizations,
        personal_tokens: end(TokenKind::Personal)?,
        api_keys: end(TokenKind::ApiKey)?,
        client_tokens: end(TokenKind::Access)?,
        ..Held::default()
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
    let own = project::personal_of(connection, user_id)?;
    let clients = match own {
        Some(project_id) => client_ids(connection, &project_id)?,
        None => Vec::new(),
    };
    let mut held = Held {
        sessions: live_sessions(connection, user_id, now)?,
        authorizations: live_authorizations!(connection, user_id, eq, user_id, now),
        ..Held::default()
    };
    held += held_by(connection, &clients, now)?;
    Ok(held)
}

/// What [`end_everything_of_project`] would end now.
pub fn held_by_project(
    connection: &mut DbConnection,
    project_id: &str,
    now: UnixTime,
) -> QueryResult<Held> {
    let clients = client_ids(connection, project_id)?;
    held_by(connection, &clients, now)
}

/// What [`end_tokens_of_client`] would end now, and the client's secrets.
pub fn held_by_client(
    connection: &mut DbConnection,
    client_id: &str,
    now: UnixTime,
) -> QueryResult<Held> {
    held_by(connection, &[client_id.to_owned()], now)
}

fn held_by(connection: &mut DbConnection, clients: &[String], now: UnixTime) -> QueryResult<Held> {
    let secrets: i64 = client_secrets::table
        .filter(client_secrets::client_id.eq_any(clients))
        .filter(client_secret::live_at(now))
        .count()
        .get_result(connection)?;
    let authorizations = live_authorizations!(connection, client_id, eq_any, clients, now);
    let mut count = |kind: TokenKind| -> QueryResult<usize> {
        let live = live_tokens!(clients, kind, now).count();
        Ok(amount(live.get_result(connection)?))
    };
    Ok(Held {
        sessions: 0,
        authorizations,
        personal_tokens: count(TokenKind::Personal)?,
        api_keys: count(TokenKind::ApiKey)?,
        client_tokens: count(TokenKind::Access)?,
        client_secrets: amount(secrets),
    })
}

fn live_sessions(
    connection: &mut DbConnection,
    user_id: &str,
    now: UnixTime,
) -> QueryResult<usize> {
    let live = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::expires_at.gt(now));
    Ok(amount(live.count().get_result(connection)?))
}

fn client_ids(connection: &mut DbConnection, project_id: &str) -> QueryResult<Vec<String>> {
    clients::table
        .filter(clients::project_id.eq(project_id))
        .select(clients::id)
        .load(connection)
}

fn amount(rows: i64) -> usize {
    usize::try_from(rows).unwrap_or_default()
}
