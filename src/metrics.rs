//! What the server counts. Plain atomic numbers: no lock and no look-up on any request's way. Their text
//! form is in `endpoints::metrics`; what administrators see of it is written by `records`.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::models::activity::What;
use crate::oauth::GrantType;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The number.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Two outcomes of the same thing.
#[derive(Debug, Default)]
pub struct Outcomes {
    /// It was granted, active, right.
    pub good: Counter,
    /// It was refused, inactive, wrong.
    pub bad: Counter,
}

impl Outcomes {
    /// Counts one of them.
    pub fn count(&self, good: bool) {
        if good {
            self.good.add();
        } else {
            self.bad.add();
        }
    }
}

/// Everything that is counted.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Answers by the first digit of their status, 1 to 5.
    requests: [Counter; 5],
    /// Token requests by grant type, in the order of [`GrantType::ALL`].
    grants: [Outcomes; 4],
    /// Access tokens issued.
    pub access_tokens: Counter,
    /// Refresh tokens issued.
    pub refresh_tokens: Counter,
    /// Introspections.
    pub introspections: Outcomes,
    /// Questions of gateways.
    pub verifications: Outcomes,
    /// Sign-ins on the page.
    pub sign_ins: Outcomes,
    /// Sign-ins by the password grant.
    pub password_grant_sign_ins: Outcomes,
}

impl Metrics {
    /// How many things are kept for administrators.
    pub const ACTIVITY: usize = 5;

    /// What is kept for administrators.
    pub fn activity(&self) -> [(What, u64); Self::ACTIVITY] {
        let (page, grant) = (&self.sign_ins, &self.password_grant_sign_ins);
        [
            (What::TokensIssued, self.access_tokens.get()),
            (What::IntrospectionsActive, self.introspections.good.get()),
            (What::IntrospectionsInactive, self.introspections.bad.get()),
            (What::SignInsRight, page.good.get() + grant.good.get()),
            (What::SignInsWrong, page.bad.get() + grant.bad.get()),
        ]
    }

    /// The counter of answers with a status.
    pub fn requests(&self, status: u16) -> &Counter {
        let class = usize::from(status / 100).clamp(1, 5);
        &self.requests[class - 1]
    }

    /// The counters of a grant type.
    pub fn grants(&self, grant_type: GrantType) -> &Outcomes {
        let at = GrantType::ALL
            .iter()
            .position(|own| *own == grant_type)
            .unwrap_or_default();
        &self.grants[at]
    }
}
