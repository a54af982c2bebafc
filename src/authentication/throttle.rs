//! Counts failures, by account, by address, by client, and says when it is too many. In this process's
//! memory: a restart forgets them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::UnixTime;
use crate::config;

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
    since: UnixTime,
    /// Until when nothing more is let through.
    locked_until: Option<UnixTime>,
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
        if counts.len() >= CAPACITY {
            counts.retain(|_, count| !self.is_over(count, now));
        }
        // Full of those that are not over: whoever makes up keys must not free the locked ones.
        if counts.len() >= CAPACITY {
            counts.retain(|_, count| count.locked_until.is_some());
        }
        let fresh = Count {
            failures: 0,
            since: now,
            locked_until: None,
        };
        let count = counts.entry(key.by_network()).or_insert(fresh);
        if self.is_over(count, now) {
            *count = fresh;
        }
        if let Some(end) = count.locked_until {
            return Err(end.since(now));
        }
        count.failures = count.failures.saturating_add(1);
        if count.failures >= self.limit {
            count.locked_until = Some(now.plus(self.lock));
        }
        Ok(())
    }

    /// Takes one failure back, which turned out to be none.
    fn take_back(&self, key: Key) {
        let mut counts = self.counts();
        let Entry::Occupied(mut entry) = counts.entry(key.by_network()) else {
            return;
        };
        let count = entry.get_mut();
        count.failures = count.failures.saturating_sub(1);
        if count.failures < self.limit {
            count.locked_until = None;
        }
        if count.failures == 0 {
            entry.remove();
        }
    }

    /// Forgets a key.
    fn forget(&self, key: Key) {
        self.counts().remove(&key.by_network());
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

/// The three limits of signing in, shared by the sign-in page and the password grant.
#[derive(Debug)]
pub struct SignInThrottle {
    pair: Throttle,
    account: Throttle,
    address: Throttle,
}

/// One try to sign in that has been counted as a failure until it is known to be none. Counting first
/// keeps a hundred tries at once from all being let through.
#[derive(Debug)]
pub struct Attempt<'a> {
    throttle: &'a SignInThrottle,
    account: String,
    address: IpAddr,
}

impl SignInThrottle {
    /// The limits of the configuration.
    pub fn new(login: &config::Login) -> Self {
        let limit = |failures| Throttle::new(failures, login.window, login.lock);
        Self {
            pair: limit(login.max_failures),
            account: limit(login.max_failures_account),
            address: limit(login.max_failures_address),
        }
    }

    /// Counts a try to sign in as `account` (its name's key, known or not).
    ///
    /// # Errors
    /// Where there were too many failures: the seconds to wait.
    pub fn attempt(
        &self,
        account: &str,
        address: IpAddr,
        now: UnixTime,
    ) -> Result<Attempt<'_>, i64> {
        let attempt = Attempt {
            throttle: self,
            account: account.to_owned(),
            address,
        };
        // The address first: one that is locked adds no key of its own making to the others.
        let (by_address, by_account) = (Key::Address(address), Key::Account(account.to_owned()));
        self.address.count(by_address.clone(), now)?;
        self.pair
            .count(attempt.pair(), now)
            .inspect_err(|_| self.address.take_back(by_address.clone()))?;
        self.account.count(by_account, now).inspect_err(|_| {
            self.address.take_back(by_address);
            self.pair.take_back(attempt.pair());
        })?;
        Ok(attempt)
    }
}

impl Attempt<'_> {
    /// The password was right: this account starts anew from here, and nobody else pays for the try.
    pub fn succeeded(self) {
        self.throttle.pair.forget(self.pair());
        self.take_back_others();
    }

    /// Nothing was learnt of the password, since the server failed.
    pub fn undecided(self) {
        self.throttle.pair.take_back(self.pair());
        self.take_back_others();
    }

    fn take_back_others(&self) {
        self.throttle
            .account
            .take_back(Key::Account(self.account.clone()));
        self.throttle.address.take_back(Key::Address(self.address));
    }

    fn pair(&self) -> Key {
        Key::AccountAndAddress(self.account.clone(), self.address)
    }
}
