//! What a command works on: the configured database, on which servers may be running meanwhile.

use actix_web::rt::time::sleep;

use crate::clock::{Clock, UnixTime};
use crate::config::Config;
use crate::db::Db;
use crate::directory;
use crate::models::audit_event::AuditEvent;
use crate::models::ending::{COMMAND_LINE, Ending};
use crate::oauth::Issuer;

use super::Failure;

/// An opened database with its settings.
pub(super) struct Installation {
    pub(super) config: Config,
    pub(super) db: Db,
}

impl Installation {
    /// Opens the database and applies pending migrations.
    pub(super) fn open(config: Config) -> Result<Self, Failure> {
        let db = Db::open(&config.database_url)?;
        Ok(Self { config, db })
    }

    /// Waits until every running server has seen what was just committed. A server asks for changes
    /// every `LAG`, and the asking itself takes time; a command that returned earlier would let a
    /// script use a deleted client, or miss a new one.
    pub(super) async fn seen_everywhere(&self) {
        sleep(2 * directory::LAG).await;
    }

    /// The issuer, which without a setting is known only where the port is.
    pub(super) fn issuer(&self) -> Result<Issuer, Failure> {
        let listen = self.config.listen;
        let text = match &self.config.issuer {
            Some(issuer) => issuer.clone(),
            None if listen.port() == 0 => {
                return Err(Failure::Failed(String::from(
                    "set `issuer` (LATCHKEY_ISSUER), since `listen` takes any free port and this \
                     command cannot know which",
                )));
            }
            None => format!("http://{listen}"),
        };
        Issuer::parse(&text)
            .map_err(|error| Failure::Failed(format!("`issuer` is no URL: {error}")))
    }
}

/// The present moment.
pub(super) fn now() -> UnixTime {
    Clock::System.now()
}

/// A line for the audit log, by whoever may run commands here.
pub(super) fn audit(action: &str, now: UnixTime) -> AuditEvent {
    AuditEvent {
        actor: Some(String::from(COMMAND_LINE)),
        ..AuditEvent::new(action, now)
    }
}

/// An end by whoever may run commands here.
pub(super) fn ending(because: &str, now: UnixTime) -> Ending<'_> {
    Ending {
        because,
        by: Some(COMMAND_LINE),
        at: now,
    }
}
