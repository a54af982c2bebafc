//! What becomes of a token that somebody has found where it should not be: whoever holds it may report
//! it, and if it is live it ends at once. Not told apart here: thieves, scanners and its owner.

use crate::authentication::bearer::{self, Finding};
use crate::clock::UnixTime;
use crate::db::{Db, DbConnection};
use crate::directory::Directory;
use crate::error::Result;
use crate::models::audit_event::AuditEvent;
use crate::models::ending::Ending;
use crate::models::leak::{LeakDetail, LeakedKind, TOKEN_LEAKED};
use crate::models::{access_token, authorization, client_secret, refresh_token};
use crate::oauth::{HashedSecret, PlainSecret, SecretId, SecretKind};

/// Why the pages and `latchkey token show` say that it ended.
pub const BECAUSE: &str = "reported as leaked";

/// Who reports, for the audit log.
#[derive(Clone, Debug, Default)]
pub struct Reporter {
    /// `command line`; nobody who could be named where it came over HTTP.
    pub actor: Option<String>,
    /// From where.
    pub address: Option<String>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was live and is revoked now.
    Revoked,
    /// It had ended before.
    NotLive,
    /// Nobody has ever been given it, or it is no token at all.
    Unknown,
}

/// What ends with a token.
enum Ends {
    AccessToken(SecretId),
    /// A refresh token takes its authorization along (as in RFC 7009 §2.1), also a used one: it shows
    /// that the client's tokens can be read.
    Authorization(String),
    ClientSecret(String),
}

/// What was reported, of which nothing secret is kept.
struct Presented {
    kind: SecretKind,
    id: SecretId,
    hash: HashedSecret,
    last_four: String,
}

/// A live token and whose it is.
struct Leak {
    ends: Ends,
    what: LeakDetail,
    user_id: Option<String>,
    client_id: String,
    authorization_id: Option<String>,
}

/// How a report is told apart from others without repeating what was reported: the last four characters of
/// what has the form of a token.
pub fn last_four(text: &str) -> Option<&str> {
    let token = PlainSecret::recognise(text).is_some() || bearer::may_be_signed(text);
    token
        .then(|| text.get(text.len().saturating_sub(4)..))
        .flatten()
}

/// Ends one token, if it is live and `issuer` has issued it. It has ended for everybody, durably, when this
/// returns.
///
/// # Errors
/// The database's.
pub async fn report(
    db: &Db,
    directory: &Directory,
    issuer: &str,
    text: &str,
    reporter: &Reporter,
    now: UnixTime,
) -> Result<Outcome> {
    let Some((kind, id)) = bearer::recognise(directory, issuer, text).await? else {
        return Ok(Outcome::Unknown);
    };
    let presented = Presented {
        kind,
        id,
        hash: HashedSecret::of(text),
        last_four: last_four(text).unwrap_or_default().to_owned(),
    };
    // Read first: outsiders who report what is no token of ours must not keep the writer busy.
    let found = db.read(move |connection| Leak::find(connection, &presented, now));
    let leak = match found.await?.or_purged(text) {
        Finding::Unknown => return Ok(Outcome::Unknown),
        Finding::Dead => return Ok(Outcome::NotLive),
        Finding::Live(leak) => leak,
    };
    let reporter = reporter.clone();
    let ended = db.write(move |connection| leak.end(connection, reporter, now));
    Ok(if ended.await? {
        Outcome::Revoked
    } else {
        Outcome::NotLive
    })
}

impl Leak {
    fn find(
        connection: &mut DbConnection,
        presented: &Presented,
        now: UnixTime,
    ) -> Result<Finding<Self>> {
        let what = |kind| LeakDetail {
            kind,
            last_four: presented.last_four.clone(),
        };
        let found = match presented.kind {
            kind if bearer::is_access_token(kind) => {
                let found = access_token::find_with_user(connection, &presented.id)?;
                found.map(|(token, _)| {
                    token.is_live(now).then(|| Self {
                        what: what(LeakedKind::Token(token.kind)),
                        ends: Ends::AccessToken(token.id),
                        user_id: token.user_id,
                        client_id: token.client_id,
                        authorization_id: token.authorization_id,
                    })
                })
            }
            SecretKind::RefreshToken => {
                let found = refresh_token::find(connection, &presented.id)?;
                found.map(|token| {
                    let live = token.revoked_at.is_none() && now < token.expires_at;
                    live.then(|| Self {
                        what: what(LeakedKind::RefreshToken),
                        ends: Ends::Authorization(token.authorization_id.clone()),
                        user_id: Some(token.user_id),
                        client_id: token.client_id,
                        authorization_id: Some(token.authorization_id),
                    })
                })
            }
            SecretKind::ClientSecret => {
                let found = client_secret::find_by_hash(connection, &presented.hash)?;
                found.map(|secret| {
                    secret.is_live(now).then(|| Self {
                        what: what(LeakedKind::ClientSecret),
                        ends: Ends::ClientSecret(secret.id),
                        user_id: None,
                        client_id: secret.client_id,
                        authorization_id: None,
                    })
                })
            }
            // A code lives for seconds and opens nothing without its client; what a cookie carries is
            // of no use to a scanner.
            _ => None,
        };
        Ok(match found {
            None => Finding::Unknown,
            Some(None) => Finding::Dead,
            Some(Some(leak)) => Finding::Live(leak),
        })
    }

    /// Says whether it was live until now.
    fn end(self, connection: &mut DbConnection, by: Reporter, now: UnixTime) -> Result<bool> {
        let ending = Ending {
            because: BECAUSE,
            by: by.actor.as_deref(),
            at: now,
        };
        let ended = match &self.ends {
            Ends::AccessToken(id) => access_token::revoke(connection, id, &ending)?,
            Ends::Authorization(id) => authorization::revoke(connection, id, &ending)?,
            Ends::ClientSecret(id) => client_secret::revoke(connection, id, now)?,
        };
        if ended {
            AuditEvent {
                actor: by.actor,
                user_id: self.user_id,
                client_id: Some(self.client_id),
                authorization_id: self.authorization_id,
                address: by.address,
                detail: Some(self.what.to_string()),
                ..AuditEvent::new(TOKEN_LEAKED, now)
            }
            .insert(connection)?;
        }
        Ok(ended)
    }
}
