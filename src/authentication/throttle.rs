//! Counts failures, by account, by address, by client, and says when it is too many. In this process's
//! memory: a restart forgets them. The limits of signing in are put together in `sign_in_throttle`.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::UnixTime;

/// What is counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Unknown tokens and codes, or wrong passwords, from one address.
    Address(IpAddr),
    /// Unknown tokens that one client introspects.
    Client(String),
    /// Wrong secrets of one client from one address.
    ClientAndAddress(String, IpAddr),
    /// Wrong passwords of one account.
    Account(String),
    /// Wrong passwords of one account from one address.
    AccountAndAddress(String, IpAddr),
}

/// One limit: so many failures in so many seconds, and then so many seconds of refusal.
#[derive(Debug)]
pub struct Throttle {
    limit: u32,
    window: i64,
    lock: i64,
    counts: Mutex<HashMap<Key, Count>>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    failures: u32,
    /// Tries that were let through and may yet fail.
    undecided: u32,
    since: UnixTime,
    /// Until when nothing more is let through.
    locked_until: Option<UnixTime>,
}

/// Why a try is held back.
#[derive(Debug)]
pub(super) enum Held {
    /// There were too many failures; seconds until another try.
    Locked(i64),
    /// As many as may still fail are being looked at.
    Undecided,
}

/// What came of a try that was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It failed.
    Wrong,
    /// It did not, and what failed before does not count any more.
    Right,
    /// It says nothing.
    Nothing,
}

/// Keys held at most, some 20 MB. Beyond that whatever is over is dropped, then whatever is not locked.
const CAPACITY: usize = 100_000;

impl Throttle {
    /// A limit of `limit` failures in `window` seconds, refusing for `lock` seconds.
    pub fn new(limit: u32, window: i64, lock: i64) -> Self {
        Self {
            limit,
            window,
            lock,
            counts: Mutex::default(),
        }
    }

    /// Counts a failure.
    ///
    /// # Errors
    /// Where this failure is past the limit: the seconds to wait.
    pub fn count(&self, key: Key, now: UnixTime) -> Result<(), i64> {
        let mut counts = self.counts();
        let count = self.current(&mut counts, key, now);
        if let Some(end) = count.locked_until {
            return Err(end.since(now));
        }
        self.add_failure(count, now);
        Ok(())
    }

    /// Lets a try through whose outcome is told later, by [`Throttle::release`]. Never more at once than may
    /// still fail: a hundred tries at once are no more guesses than a hundred one by one.
    pub(super) fn hold(&self, key: Key, now: UnixTime) -> Result<(), Held> {
        let mut counts = self.counts();
        let count = self.current(&mut counts, key, now);
        if let Some(end) = count.locked_until {
            return Err(Held::Locked(end.since(now)));
        }
        if count.undecided > 0 && count.failures.saturating_add(count.undecided) >= self.limit {
            return Err(Held::Undecided);
        }
        count.undecided = count.undecided.saturating_add(1);
        Ok(())
    }

    /// Tells the outcome of a try that was let through.
    pub(super) fn release(&self, key: Key, outcome: Outcome, now: UnixTime) {
        let mut counts = self.counts();
        let key = key.by_network();
        let Some(count) = counts.get_mut(&key) else {
            return;
        };
        count.undecided = count.undecided.saturating_sub(1);
        match outcome {
            Outcome::Wrong => self.add_failure(count, now),
            Outcome::Right => (count.failures, count.locked_until) = (0, None),
            Outcome::Nothing => {}
        }
        if count.undecided == 0 && count.failures == 0 {
            counts.remove(&key);
        }
    }

    /// Ends a lock whose failures were all before `moment`; says whether there was one.
    pub(super) fn lift(&self, key: Key, moment: UnixTime) -> bool {
        let mut counts = self.counts();
        let Some(count) = counts.get_mut(&key.by_network()) else {
            return false;
        };
        let last_failure = count.locked_until.map(|end| end.plus(-self.lock));
        let is_older = last_failure.is_some_and(|at| at < moment);
        if is_older {
            (count.failures, count.locked_until) = (0, None);
        }
        is_older
    }

    fn add_failure(&self, count: &mut Count, now: UnixTime) {
        count.failures = count.failures.saturating_add(1);
        if count.failures >= self.limit {
            count.locked_until = Some(now.plus(self.lock));
        }
    }

    /// What is counted of `key` now; begun anew where the time of the last count is over.
    fn current<'a>(
        &self,
        counts: &'a mut HashMap<Key, Count>,
        key: Key,
        now: UnixTime,
    ) -> &'a mut Count {
        if counts.len() >= CAPACITY {
            counts.retain(|_, count| count.undecided > 0 || !self.is_over(count, now));
        }
        // Full of those that are not over: whoever makes up keys must not free the locked ones.
        if counts.len() >= CAPACITY {
            counts.retain(|_, count| count.undecided > 0 || count.locked_until.is_some());
        }
        let fresh = Count {
            failures: 0,
            undecided: 0,
            since: now,
            locked_until: None,
        };
        let count = counts.entry(key.by_network()).or_insert(fresh);
        if self.is_over(count, now) {
            *count = Count {
                undecided: count.undecided,
                ..fresh
            };
        }
        count
    }

    fn is_over(&self, count: &Count, now: UnixTime) -> bool {
        match count.locked_until {
            Some(end) => now >= end,
            None => now.since(count.since) >= self.window,
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        // Numbers are right after every step, so a thread that died holding them has spoilt nothing.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    /// Whoever has one IPv6 address has the other 2⁶⁴ of its network.
    fn by_network(self) -> Self {
        let network = |address| match address {
            IpAddr::V6(own) if own.to_ipv4_mapped().is_none() => {
                let [a, b, c, d, ..] = own.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            other => other,
        };
        match self {
            Self::Address(address) => Self::Address(network(address)),
            Self::ClientAndAddress(client, address) => {
                Self::ClientAndAddress(client, network(address))
            }
            Self::AccountAndAddress(account, address) => {
                Self::AccountAndAddress(account, network(address))
            }
            other => other,
        }
    }
}
