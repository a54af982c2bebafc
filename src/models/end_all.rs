//! Ending at once everything that opens anything: tokens, API keys, secrets, authorizations. Whoever fears
//! that something has leaked, and does not know what, presses one button for it.

use diesel::prelude::*;

use crate::db::{DbConnection, note_change, note_token_change};
use crate::schema::{access_tokens, authorizations, client_secrets, clients, refresh_tokens};

use super::ending::Ending;

/// How much was live until now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Secrets of clients.
    pub secrets: usize,
    /// Acts of granting, with their codes and refresh tokens.
    pub authorizations: usize,
    /// Access tokens: of grants, personal ones, API keys.
    pub access_tokens: usize,
}

/// Everything of a project's clients.
///
/// # Errors
/// The database's; so for the one below.
pub fn of_project(
    connection: &mut DbConnection,
    project_id: &str,
    ending: &Ending<'_>,
) -> QueryResult<Ended> {
    let ids: Vec<String> = clients::table
        .filter(clients::project_id.eq(project_id))
        .select(clients::id)
        .order(clients::id)
        .load(connection)?;
    let mut all = Ended::default();
    for id in ids {
        let ended = of_client(connection, &id, ending)?;
        all.secrets += ended.secrets;
        all.authorizations += ended.authorizations;
        all.access_tokens += ended.access_tokens;
    }
    Ok(all)
}

/// Everything of a client. Its secrets go first, so that nobody gets new tokens with them; authorizations
/// before their tokens, as everybody locks them.
pub fn of_client(
    connection: &mut DbConnection,
    client_id: &str,
    ending: &Ending<'_>,
) -> QueryResult<Ended> {
    let (now, because, by) = (Some(ending.at), Some(ending.because), ending.by);
    let secrets = diesel::update(client_secrets::table)
        .filter(client_secrets::client_id.eq(client_id))
        .filter(client_secrets::revoked_at.is_null())
        .set(client_secrets::revoked_at.eq(now))
        .execute(connection)?;
    let authorizations = diesel::update(authorizations::table)
        .filter(authorizations::client_id.eq(client_id))
        .filter(authorizations::revoked_at.is_null())
        .set((
            authorizations::revoked_at.eq(now),
            authorizations::revoked_because.eq(because),
            authorizations::revoked_by.eq(by),
        ))
        .execute(connection)?;
    let access_tokens = diesel::update(access_tokens::table)
        .filter(access_tokens::client_id.eq(client_id))
        .filter(access_tokens::revoked_at.is_null())
        .set((
            access_tokens::revoked_at.eq(now),
            access_tokens::revoked_because.eq(because),
            access_tokens::revoked_by.eq(by),
        ))
        .execute(connection)?;
    diesel::update(refresh_tokens::table)
        .filter(refresh_tokens::client_id.eq(client_id))
        .filter(refresh_tokens::revoked_at.is_null())
        .set((
            refresh_tokens::revoked_at.eq(now),
            refresh_tokens::sealed_answer.eq(None::<Vec<u8>>),
        ))
        .execute(connection)?;
    note_change(connection)?;
    note_token_change(connection)?;
    Ok(Ended {
        secrets,
        authorizations,
        access_tokens,
    })
}
