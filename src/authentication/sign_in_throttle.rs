//! The three limits of signing in, by account and address together, by account and by address, shared by
//! the sign-in page and the password grant.

use std::net::IpAddr;

use tokio::sync::Notify;

use crate::clock::UnixTime;
use crate::config;

use super::throttle::{Held, Key, Outcome, Throttle};

/// The three limits.
#[derive(Debug)]
pub struct SignInThrottle {
    pair: Throttle,
    account: Throttle,
    address: Throttle,
    /// Wakes those who wait for the outcome of others' tries.
    decided: Notify,
}

/// One try to sign in that was let through. Dropped without an outcome it was a wrong one: whoever hangs
/// up has guessed all the same.
#[derive(Debug)]
pub struct Attempt<'a> {
    throttle: &'a SignInThrottle,
    account: String,
    address: IpAddr,
    now: UnixTime,
    outcome: Outcome,
}

impl SignInThrottle {
    /// The limits of the configuration.
    pub fn new(login: &config::Login) -> Self {
        let limit = |failures| Throttle::new(failures, login.window, login.lock);
        Self {
            pair: limit(login.max_failures),
            account: limit(login.max_failures_account),
            address: limit(login.max_failures_address),
            decided: Notify::new(),
        }
    }

    /// Lets a try to sign in as `account` (its name's key, known or not) through. No more are let through
    /// at once than may still fail; the others wait for the outcome of those, since a right password must
    /// not be refused because of other right ones.
    ///
    /// # Errors
    /// Where there were too many failures: the seconds to wait.
    pub async fn attempt(
        &self,
        account: &str,
        address: IpAddr,
        now: UnixTime,
    ) -> Result<Attempt<'_>, i64> {
        loop {
            // Before the look, so that no outcome between the two is missed.
            let decided = self.decided.notified();
            match self.hold(account, address, now) {
                Ok(()) => {
                    return Ok(Attempt {
                        throttle: self,
                        account: account.to_owned(),
                        address,
                        now,
                        outcome: Outcome::Wrong,
                    });
                }
                Err(Held::Locked(seconds)) => {
                    // This look took places for a moment, which somebody may have begun to wait for.
                    self.decided.notify_waiters();
                    return Err(seconds);
                }
                Err(Held::Undecided) => decided.await,
            }
        }
    }

    /// Ends the locks of an account whose failures were all before `moment`; says whether there was one. An
    /// address stays locked: it has guessed, whatever became of the account.
    pub fn lift(&self, account: &str, address: IpAddr, moment: UnixTime) -> bool {
        let [by_pair, by_account, _] = keys(account, address);
        let lifted = [
            self.pair.lift(by_pair, moment),
            self.account.lift(by_account, moment),
        ];
        lifted.contains(&true)
    }

    fn hold(&self, account: &str, address: IpAddr, now: UnixTime) -> Result<(), Held> {
        let [by_pair, by_account, by_address] = keys(account, address);
        // The address first: one that is locked adds no key of its own making to the others.
        self.address.hold(by_address.clone(), now)?;
        let rest = self.pair.hold(by_pair.clone(), now).and_then(|()| {
            self.account
                .hold(by_account, now)
                .inspect_err(|_| self.pair.release(by_pair, Outcome::Nothing, now))
        });
        rest.inspect_err(|_| self.address.release(by_address, Outcome::Nothing, now))
    }
}

impl Attempt<'_> {
    /// The password was right: this account starts anew from here, and nobody else pays for the try.
    pub fn succeeded(mut self) {
        self.outcome = Outcome::Right;
    }

    /// Nothing was learnt of the password, since the server failed.
    pub fn undecided(mut self) {
        self.outcome = Outcome::Nothing;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let [by_pair, by_account, by_address] = keys(&self.account, self.address);
        let others = match self.outcome {
            Outcome::Wrong => Outcome::Wrong,
            Outcome::Right | Outcome::Nothing => Outcome::Nothing,
        };
        self.throttle.pair.release(by_pair, self.outcome, self.now);
        self.throttle.account.release(by_account, others, self.now);
        self.throttle.address.release(by_address, others, self.now);
        self.throttle.decided.notify_waiters();
    }
}

/// What one try is counted by: account and address together, account, address.
fn keys(account: &str, address: IpAddr) -> [Key; 3] {
    [
        Key::AccountAndAddress(account.to_owned(), address),
        Key::Account(account.to_owned()),
        Key::Address(address),
    ]
}
