//! What somebody reported as leaked, for its owner: the person it acted for, or the members of its project.

use crate::clock::UnixTime;
use crate::models::access_token::TokenKind;
use crate::models::audit_event::AuditEvent;
use crate::models::leak::{LeakDetail, LeakedKind};
use crate::models::named_token;
use crate::web::page::Moment;

/// Seconds for which its owner is told: as long as ended tokens stay in the lists.
pub(super) const TOLD_FOR: i64 = named_token::KEPT;
/// Lines at most.
pub(super) const MOST: i64 = 5;

/// One token or secret that was reported, and ended with that.
pub(super) struct LeakLine {
    /// As a sentence begins: `An API key`.
    pub what: &'static str,
    pub last_four: String,
    pub at: Moment,
}

impl LeakLine {
    pub(super) fn new(event: &AuditEvent, now: UnixTime) -> Self {
        let detail = event.detail.as_deref().unwrap_or_default();
        let detail = LeakDetail::from_stored(detail);
        Self {
            what: match detail.kind {
                LeakedKind::Token(TokenKind::Access) => "An access token",
                LeakedKind::Token(TokenKind::Personal) => "A personal access token",
                LeakedKind::Token(TokenKind::ApiKey) => "An API key",
                LeakedKind::RefreshToken => "The refresh token of an app",
                LeakedKind::ClientSecret => "A client secret",
            },
            last_four: detail.last_four,
            at: Moment::new(event.occurred_at, now),
        }
    }
}
