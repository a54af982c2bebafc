//! Wrong names and passwords, for the audit log and people's sign-in history. A request only leaves a note: were
//! it written at once, the time would tell which accounts exist. At most one a minute for each account (or for
//! all names that nobody has) and address, so that whoever guesses does not fill the audit log.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::clock::UnixTime;
use crate::db::Db;
use crate::error::Result;
use crate::models::audit_event::{AuditEvent, SIGN_IN_FAILED, SIGN_IN_THROTTLED};

use super::throttle::{Key, Throttle};

/// Notes that may wait; beyond them a failure is in the log alone.
const WAITING: usize = 1000;
const MINUTE: i64 = 60;

/// The notes that are not written yet.
pub struct FailedSignIns {
    seldom: Throttle,
    waiting: Mutex<Vec<AuditEvent>>,
}

impl Default for FailedSignIns {
    fn default() -> Self {
        Self {
            seldom: Throttle::new(1, MINUTE, MINUTE),
            waiting: Mutex::default(),
        }
    }
}

impl FailedSignIns {
    /// Notes a wrong password for `user_id`, or a name that nobody has: it is not kept, since people type their
    /// password into the wrong field. `how` tells on which way and with what.
    pub fn note(&self, user_id: Option<&str>, address: IpAddr, how: &str, now: UnixTime) {
        let wrong = user_id.map_or("unknown name", |_| "wrong password");
        let event = AuditEvent {
            user_id: user_id.map(str::to_owned),
            ..AuditEvent::new(SIGN_IN_FAILED, now).about(&format!("{wrong}, {how}"))
        };
        let whose = user_id.unwrap_or_default().to_owned();
        self.add(Key::AccountAndAddress(whose, address), address, event);
    }

    /// Notes that somebody had to wait after too many failures.
    pub fn note_throttled(&self, address: IpAddr, how: &str, now: UnixTime) {
        let event = AuditEvent::new(SIGN_IN_THROTTLED, now).about(how);
        self.add(Key::Address(address), address, event);
    }

    fn add(&self, key: Key, address: IpAddr, event: AuditEvent) {
        let now = event.occurred_at;
        if self.seldom.count(key, now).is_err() {
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING {
            waiting.push(AuditEvent {
                address: Some(address.to_string()),
                ..event
            });
        }
    }

    /// Writes what has been noted until now. A page that shows it calls this first.
    ///
    /// # Errors
    /// The database's; what could not be written is lost.
    pub async fn write(&self, db: &Db) -> Result<()> {
        let noted = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *waiting)
        };
        if noted.is_empty() {
            return Ok(());
        }
        db.write(move |connection| {
            for event in noted {
                event.insert(connection)?;
            }
            Ok(())
        })
        .await
    }
}
