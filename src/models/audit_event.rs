//! The audit log: what happened to whom, by whom, when, from where. Only ever added to, until it is old.
//! Never holds a secret.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::{DbConnection, unless_taken};
use crate::oauth::id::{IdKind, new_id};
use crate::oauth::mismatch::{LEFT_OUT, holds_secret};
use crate::schema::audit_events;

/// One line.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = audit_events)]
pub struct AuditEvent {
    /// The id; it begins with the time.
    pub id: String,
    /// When.
    pub occurred_at: UnixTime,
    /// What: `noun.verb`.
    pub action: String,
    /// Who did it: a user's or client's id, or `command line`.
    pub actor: Option<String>,
    /// Which user it is about.
    pub user_id: Option<String>,
    /// Which client it is about.
    pub client_id: Option<String>,
    /// Which act of granting it is about.
    pub authorization_id: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// Whatever else explains it.
    pub detail: Option<String>,
}

impl AuditEvent {
    /// An event about nobody yet.
    pub fn new(action: &str, now: UnixTime) -> Self {
        Self {
            id: new_id(IdKind::AuditEvent, now),
            occurred_at: now,
            action: action.to_owned(),
            actor: None,
            user_id: None,
            client_id: None,
            authorization_id: None,
            address: None,
            detail: None,
        }
    }

    /// The same, with what explains it, which may hold what somebody typed.
    #[must_use]
    pub fn about(self, detail: &str) -> Self {
        Self {
            detail: Some(
                if holds_secret(detail) {
                    LEFT_OUT
                } else {
                    detail
                }
                .to_owned(),
            ),
            ..self
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// The database's.
    pub fn insert(self, connection: &mut DbConnection) -> QueryResult<()> {
        diesel::insert_into(audit_events::table)
            .values(self)
            .execute(connection)?;
        Ok(())
    }

    /// Writes it where its act was `done`, which somebody else may have been faster with; says whether it was.
    ///
    /// # Errors
    /// The database's.
    pub fn insert_if(self, connection: &mut DbConnection, done: bool) -> QueryResult<bool> {
        if done {
            self.insert(connection)?;
        }
        Ok(done)
    }

    /// Writes it unless there is one of its id; says whether it did. For acts that must not happen twice.
    ///
    /// # Errors
    /// The database's.
    pub fn insert_once(self, connection: &mut DbConnection) -> QueryResult<bool> {
        Ok(unless_taken(connection, |connection| self.insert(connection))?.is_some())
    }
}

/// The newest sign-ins of a user.
///
/// # Errors
/// The database's; so for those below.
pub fn sign_ins_of_user(
    connection: &mut DbConnection,
    user_id: &str,
    most: i64,
) -> QueryResult<Vec<AuditEvent>> {
    audit_events::table
        .filter(audit_events::user_id.eq(user_id))
        .filter(audit_events::action.eq(SIGNED_IN))
        .select(AuditEvent::as_select())
        .order(audit_events::id.desc())
        .limit(most)
        .load(connection)
}

/// The actions of signing in: what the sign-in history shows.
pub const SIGNED_IN: &str = "user.signed_in";
/// A wrong password for an account that exists.
pub const SIGN_IN_FAILED: &str = "user.sign_in_failed";
/// Somebody had to wait after too many failed sign-ins.
pub const SIGN_IN_THROTTLED: &str = "user.sign_in_throttled";

/// The last sign-ins of a user and those that failed, newest first.
pub fn sign_in_history(
    connection: &mut DbConnection,
    user_id: &str,
    limit: i64,
) -> QueryResult<Vec<AuditEvent>> {
    audit_events::table
        .filter(audit_events::user_id.eq(user_id))
        .filter(
            audit_events::action
                .eq(SIGNED_IN)
                .or(audit_events::action.eq(SIGN_IN_FAILED)),
        )
        .select(AuditEvent::as_select())
        .order((audit_events::occurred_at.desc(), audit_events::id.desc()))
        .limit(limit)
        .load(connection)
}

/// Whether a client has ever been written of.
pub fn any_of_client(connection: &mut DbConnection, client_id: &str) -> QueryResult<bool> {
    let one: Vec<String> = audit_events::table
        .filter(audit_events::client_id.eq(client_id))
        .select(audit_events::id)
        .limit(1)
        .load(connection)?;
    Ok(!one.is_empty())
}
