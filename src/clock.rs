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
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// One that stands still until a test moves it, so that no test depends on how fast its machine is.
    Stopped(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stopped at the system's present.
    pub fn stopped() -> Self {
        Self::Stopped(Arc::new(AtomicI64::new(system_now().0)))
    }

    /// Moves a stopped clock by `seconds`; the system's clock is not ours to move.
    pub fn advance(&self, seconds: i64) {
        if let Self::Stopped(at) = self {
            at.fetch_add(seconds, Ordering::SeqCst);
        }
    }

    /// Sets a stopped clock that is behind the system's: another process has written by that one.
    pub fn catch_up(&self) {
        if let Self::Stopped(at) = self {
            at.fetch_max(system_now().0, Ordering::SeqCst);
        }
    }

    /// The present moment.
    pub fn now(&self) -> UnixTime {
        match self {
            Self::System => system_now(),
            Self::Stopped(at) => UnixTime(at.load(Ordering::SeqCst)),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that asks the system"
)]
fn system_now() -> UnixTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    UnixTime(since.map_or(0, |since| since.as_secs().cast_signed()))
}
