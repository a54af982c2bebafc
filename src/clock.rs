//! The time: the system's, or one that tests move. The only place that may ask the system for it
//! (`clippy.toml` refuses it elsewhere), so that every expiry can be tested without sleeping.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment in whole seconds since 1970-01-01T00:00:00Z, as tokens and the database hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct UnixTime(i64);

impl UnixTime {
    /// A moment read back from where one was written.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// The moment `seconds` later; negative for earlier.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this moment.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl AsRef<i64> for UnixTime {
    fn as_ref(&self) -> &i64 {
        &self.0
    }
}

impl fmt::Display for UnixTime {
    /// RFC 3339 in UTC, for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .and_then(|time| time.format(&Rfc3339).ok());
        f.write_str(text.as_deref().unwrap_or("out of range"))
    }
}

/// Tells the time. Clones tell the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    moved: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self { moved: None }
    }

    /// The system's clock with an offset in seconds that the tests move.
    pub fn movable() -> Self {
        Self {
            moved: Some(Arc::default()),
        }
    }

    /// Moves a movable clock by `seconds`; the system's clock stays.
    pub fn advance(&self, seconds: i64) {
        if let Some(moved) = &self.moved {
            moved.fetch_add(seconds, Ordering::SeqCst);
        }
    }

    /// The present moment.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the system"
    )]
    pub fn now(&self) -> UnixTime {
        let system = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            Err(_) => 0,
        };
        let moved = self
            .moved
            .as_ref()
            .map_or(0, |moved| moved.load(Ordering::SeqCst));
        UnixTime(system + moved)
    }
}
