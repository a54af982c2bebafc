//! Reports of leaks in the audit log: somebody reported a live token or secret, which ended it. Who reports and
//! what ends is in `crate::leaked`.

use std::fmt;

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::schema::{audit_events, clients};

use super::access_token::TokenKind;
use super::audit_event::AuditEvent;

/// The action of a report.
pub const TOKEN_LEAKED: &str = "token.leaked";

/// What leaked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeakedKind {
    /// An access token.
    Token(TokenKind),
    /// A refresh token.
    RefreshToken,
    /// A client's secret.
    ClientSecret,
}

/// The detail of a report, as the log has it: `personal …a1B2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeakDetail {
    /// What leaked.
    pub kind: LeakedKind,
    /// Its last four characters.
    pub last_four: String,
}

impl LeakDetail {
    /// Reads back what was stored; anything odd reads as an access token.
    pub fn from_stored(text: &str) -> Self {
        let (kind, last_four) = text.split_once(" …").unwrap_or((text, ""));
        Self {
            kind: match kind {
                "refresh" => LeakedKind::RefreshToken,
                "client_secret" => LeakedKind::ClientSecret,
                kind => LeakedKind::Token(kind.to_owned().try_into().unwrap_or(TokenKind::Access)),
            },
            last_four: last_four.to_owned(),
        }
    }
}

impl fmt::Display for LeakDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            LeakedKind::Token(kind) => kind.as_str(),
            LeakedKind::RefreshToken => "refresh",
            LeakedKind::ClientSecret => "client_secret",
        };
        write!(f, "{kind} …{}", self.last_four)
    }
}

/// Reports of what acted for a user, since some time, newest first, each with the name of the client that it was
/// issued to, if that still exists.
///
/// # Errors
/// The database's; so for the one below.
pub fn of_user(
    connection: &mut DbConnection,
    user_id: &str,
    since: UnixTime,
    most: i64,
) -> QueryResult<Vec<(AuditEvent, Option<String>)>> {
    let its_client = clients::id.nullable().eq(audit_events::client_id);
    audit_events::table
        .left_join(clients::table.on(its_client))
        .filter(is_report_since(since))
        .filter(audit_events::user_id.eq(user_id))
        .order((audit_events::occurred_at.desc(), audit_events::id.desc()))
        .limit(most)
        .select((AuditEvent::as_select(), clients::name.nullable()))
        .load(connection)
}

/// The same of what acted for a client itself: its keys, secrets and tokens.
pub fn of_client(
    connection: &mut DbConnection,
    client_id: &str,
    since: UnixTime,
    most: i64,
) -> QueryResult<Vec<AuditEvent>> {
    audit_events::table
        .filter(is_report_since(since))
        .filter(audit_events::client_id.eq(client_id))
        .filter(audit_events::user_id.is_null())
        .order((audit_events::occurred_at.desc(), audit_events::id.desc()))
        .limit(most)
        .select(AuditEvent::as_select())
        .load(connection)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn is_report_since(since: UnixTime) -> _ {
    let action: &'static str = TOKEN_LEAKED;
    audit_events::action
        .eq(action)
        .and(audit_events::occurred_at.ge(since))
}
