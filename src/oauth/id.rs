//! Identifiers that are no secrets: users, clients, projects and what hangs on them. They begin with
//! their kind and their making time, so that rows made together lie together in the database.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::clock::UnixTime;

use super::secret::{base62, random_base62};

/// What an identifier is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// A user: `sub` of a user's tokens. The prefixes keep `sub` of users and clients apart (RFC 9700
    /// §4.15).
    User,
    /// A client: `client_id`.
    Client,
    /// A project.
    Project,
    /// One secret of a client.
    ClientSecret,
    /// One act of granting.
    Authorization,
    /// One line of the audit log.
    AuditEvent,
}

impl IdKind {
    fn prefix(self) -> &'static str {
        match self {
            Self::User => "usr_",
            Self::Client => "cli_",
            Self::Project => "prj_",
            Self::ClientSecret => "sec_",
            Self::Authorization => "aut_",
            Self::AuditEvent => "evt_",
        }
    }
}

/// Characters after the prefix.
const LENGTH: usize = 22;

/// Whether `text` could be an identifier of that kind.
pub fn is_well_formed(kind: IdKind, text: &str) -> bool {
    text.strip_prefix(kind.prefix()).is_some_and(|rest| {
        rest.len() == LENGTH && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Lines of the audit log that this process has begun.
static LINES: AtomicU32 = AtomicU32::new(0);

/// A new identifier: the prefix, 6 characters of time and 16 random ones (95 bits). One of the audit log has its number
/// before 8 random ones, so that what a process did within a second is read in its order; a database may sort capital
/// and small letters together, which is why it is in hexadecimal digits.
pub fn new_id(kind: IdKind, now: UnixTime) -> String {
    let seconds = u32::try_from(now.seconds()).unwrap_or(u32::MAX);
    let random = random_base62();
    let rest = if kind == IdKind::AuditEvent {
        let number = LINES.fetch_add(1, Ordering::Relaxed);
        format!("{number:08x}{}", &random[..8])
    } else {
        random[..16].to_owned()
    };
    format!("{}{}{rest}", kind.prefix(), base62(seconds))
}
