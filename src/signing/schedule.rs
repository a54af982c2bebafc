//! Which key signs, which waits, which is published for the sake of tokens that still live, and what is
//! due. Pure: the keys come in the order in which they sign, retired ones left out.

use crate::clock::UnixTime;
use crate::config::Tokens;
use crate::models::signing_key::SigningKey;

/// Seconds by which clocks may differ: of servers that sign, and of resource servers that verify.
const CLOCK_SKEW: i64 = 60;

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Published, and does not sign yet.
    Next,
    /// Signs.
    Signing,
    /// Signs no more, and is published until the last of its tokens has expired.
    Verifying,
    /// Neither signs nor is published.
    Retired,
}

impl State {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Signing => "signing",
            Self::Verifying => "verifying",
            Self::Retired => "retired",
        }
    }
}

/// What is due at one moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Due {
    /// A key that follows the last one.
    pub(super) successor: bool,
    /// Those whose tokens have all expired.
    pub(super) retire: Vec<String>,
    /// Those whose tokens may live longer than was known.
    pub(super) longer: Vec<String>,
}

impl Due {
    /// `longest` is how many seconds a token made now may live.
    pub(super) fn at(
        now: UnixTime,
        published: &[SigningKey],
        tokens: &Tokens,
        longest: i64,
    ) -> Self {
        let old = tokens.signing_key_life - tokens.signing_key_prepublish;
        let successor = published
            .last()
            .is_none_or(|last| now >= last.signs_from.plus(old));
        let followed = published.iter().zip(published.iter().skip(1));
        let retire = followed
            .filter(|(key, next)| now >= retires_at(key, next))
            .map(|(key, _)| key.id.clone());
        let longer = published
            .iter()
            .rev()
            .take_while(|key| !is_over(key, published, now))
            .filter(|key| key.longest_life < longest)
            .map(|key| key.id.clone());
        Self {
            successor,
            retire: retire.collect(),
            longer: longer.collect(),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The key that signs at `now`: the last that has begun. Where none has, since clocks differ, the first.
pub fn signer(published: &[SigningKey], now: UnixTime) -> Option<&SigningKey> {
    published
        .iter()
        .rev()
        .find(|key| key.signs_from <= now)
        .or_else(|| published.first())
}

/// Where a key is in its life, and when that ends: for [`State::Verifying`] alone it is known.
pub fn state(
    key: &SigningKey,
    published: &[SigningKey],
    now: UnixTime,
) -> (State, Option<UnixTime>) {
    if key.retired_at.is_some() {
        return (State::Retired, None);
    }
    if signer(published, now).is_some_and(|signing| signing.id == key.id) {
        return (State::Signing, None);
    }
    if key.signs_from > now {
        return (State::Next, None);
    }
    let mut after = published.iter().skip_while(|other| other.id != key.id);
    (
        State::Verifying,
        after.nth(1).map(|next| retires_at(key, next)),
    )
}

fn is_over(key: &SigningKey, published: &[SigningKey], now: UnixTime) -> bool {
    state(key, published, now).0 == State::Verifying
}

/// When the last token of a key that `next` follows has expired.
fn retires_at(key: &SigningKey, next: &SigningKey) -> UnixTime {
    next.signs_from.plus(key.longest_life).plus(CLOCK_SKEW)
}
