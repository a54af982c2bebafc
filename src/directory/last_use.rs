//! When a use of what is copied here was last passed on to be written: many uses a second need one write
//! a minute. Not the time that people see; that one is in the database.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::clock::UnixTime;
use crate::models::last_use::PRECISION;

/// A moment that many requests look at and few move on.
#[derive(Debug)]
pub struct LastUse(AtomicI64);

impl LastUse {
    /// As the database has it.
    pub(super) fn stored(at: Option<UnixTime>) -> Self {
        Self(AtomicI64::new(at.map_or(i64::MIN, UnixTime::seconds)))
    }

    /// Whether a use at `now` is the first for a minute; true for one caller alone.
    pub fn is_due(&self, now: UnixTime) -> bool {
        let last = self.0.load(Ordering::Relaxed);
        now.seconds().saturating_sub(last) >= PRECISION
            && self
                .0
                .compare_exchange(last, now.seconds(), Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}
