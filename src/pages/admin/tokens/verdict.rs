//! A token's state in words that an administrator reads, with its times as moments.

use crate::authentication::TokenState;
use crate::authentication::token_state::End;
use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::ending::COMMAND_LINE;
use crate::models::{client, user};
use crate::web::page::Moment;

/// The state in a word and in a sentence: `before`, the time, `after`.
pub(super) struct Verdict {
    pub(super) live: bool,
    pub(super) word: &'static str,
    pub(super) before: &'static str,
    pub(super) at: Option<Moment>,
    /// Who ended it, if anybody did.
    pub(super) by: Option<String>,
    /// Why somebody ended it.
    pub(super) because: Option<String>,
    pub(super) after: &'static str,
}

impl Verdict {
    /// Tells a state; `by` is the name of who ended it.
    pub(super) fn new(state: TokenState<'_>, by: Option<String>, now: UnixTime) -> Self {
        let (word, before, at, after) = words(state);
        let because = ending(state).and_then(|end| end.because);
        Self {
            because: reason(because, by.as_deref()),
            live: state.is_live(),
            word,
            before,
            at: at.map(|at| Moment::ahead(at, now)),
            by,
            after,
        }
    }
}

/// Why somebody ended something, unless it only says again that somebody did who is named.
pub(super) fn reason(because: Option<&str>, by: Option<&str>) -> Option<String> {
    let says_more = |because: &&str| by.is_none() || !because.starts_with("revoked ");
    because.filter(says_more).map(str::to_owned)
}

/// How a state came about, if somebody ended something.
pub(super) fn ending(state: TokenState<'_>) -> Option<End<'_>> {
    match state {
        TokenState::Revoked(end) | TokenState::AuthorizationEnded(end) => Some(end),
        _ => None,
    }
}

type Words = (&'static str, &'static str, Option<UnixTime>, &'static str);

fn words(state: TokenState<'_>) -> Words {
    match state {
        TokenState::Live => (
            "Active",
            "It is neither expired nor revoked, and its client and user are enabled.",
            None,
            "",
        ),
        TokenState::Revoked(end) => ("Revoked", "It was revoked", Some(end.at), ""),
        TokenState::AuthorizationEnded(end) => (
            "Revoked",
            "The authorization that it comes from was ended",
            Some(end.at),
            "",
        ),
        TokenState::Rotated(at) => (
            "Used",
            "It was used",
            Some(at),
            "A new refresh token took its place.",
        ),
        TokenState::Redeemed(at) => ("Used", "It was redeemed", Some(at), "A code works once."),
        TokenState::Expired(at) => ("Expired", "Its time was over", Some(at), ""),
        TokenState::NotYet(at) => (
            "Not yet active",
            "It begins",
            Some(at),
            "The clocks of your servers differ.",
        ),
        TokenState::UserDisabled(at) => (
            "User disabled",
            "Its user was disabled",
            Some(at),
            "It is active again once the user is enabled.",
        ),
        TokenState::ClientDisabled(at) => (
            "Client disabled",
            "Its client was disabled",
            Some(at),
            "It is active again once the client is enabled.",
        ),
        TokenState::GrantLost => (
            "Grant lost",
            "Its client no longer has the grant refresh_token.",
            None,
            "",
        ),
        TokenState::Unknown => ("Unknown", "What it belongs to was deleted.", None, ""),
    }
}

/// Who an id is.
///
/// # Errors
/// The database's.
pub(super) fn name_of(connection: &mut DbConnection, id: Option<&str>) -> Result<Option<String>> {
    let Some(id) = id else {
        return Ok(None);
    };
    if id == COMMAND_LINE {
        return Ok(Some(String::from("the command line")));
    }
    if let Some(user) = user::find(connection, id)? {
        return Ok(Some(user.username));
    }
    let client = client::find(connection, id)?;
    Ok(Some(
        client.map_or_else(|| id.to_owned(), |client| client.name),
    ))
}
