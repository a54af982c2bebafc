//! What somebody reported as leaked, for its owner: the person it acted for, or the members of its project.

use crate::clock::UnixTime;
use crate::models::access_token::TokenKind;
use crate::models::audit_event::AuditEvent;
use crate::models::leak::{LeakDetail, LeakedKind};
use crate::models::named_token;
use crate::web::page::Moment;

/// Seconds for which its owner is told: as long as ended tokens stay in the lists.
const TOLD_FOR: i64 = named_token::KEPT;
/// Lines at most.
const MOST: usize = 5;
/// How many reports are read: one more than [`MOST`], which tells that there are more.
pub(super) const READ: i64 = 6;

/// The oldest moment of which its owner is told.
pub(super) fn told_since(now: UnixTime) -> UnixTime {
    now.plus(-TOLD_FOR)
}

/// What its owner is told.
pub(super) struct Leaks {
    pub lines: Vec<LeakLine>,
    pub and_more: bool,
}

/// One token or secret that was reported, and ended with that.
pub(super) struct LeakLine {
    /// As a sentence begins: `An API key`.
    pub what: &'static str,
    /// The app that it was issued to, where that is not the owner's own client.
    pub app: Option<String>,
    pub last_four: String,
    pub at: Moment,
}

impl Leaks {
    /// Of up to [`READ`] reports, newest first, each with its client's name where that tells something.
    pub(super) fn new(
        reports: impl ExactSizeIterator<Item = (AuditEvent, Option<String>)>,
        now: UnixTime,
    ) -> Self {
        Self {
            and_more: reports.len() > MOST,
            lines: reports
                .take(MOST)
                .map(|(event, client)| LeakLine::new(&event, client, now))
                .collect(),
        }
    }
}

impl LeakLine {
    fn new(event: &AuditEvent, client: Option<String>, now: UnixTime) -> Self {
        let detail = event.detail.as_deref().unwrap_or_default();
        let detail = LeakDetail::from_stored(detail);
        // A personal token's client is the person's own, of which they have never heard.
        let app = client.filter(|_| detail.kind != LeakedKind::Token(TokenKind::Personal));
        Self {
            what: match detail.kind {
                LeakedKind::Token(TokenKind::Access) => "An access token",
                LeakedKind::Token(TokenKind::Personal) => "A personal access token",
                LeakedKind::Token(TokenKind::ApiKey) => "An API key",
                LeakedKind::RefreshToken => "A refresh token",
                LeakedKind::ClientSecret => "A client secret",
            },
            app,
            last_four: detail.last_four,
            at: Moment::new(event.occurred_at, now),
        }
    }
}
