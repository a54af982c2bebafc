//! Copies of access tokens with their users, for an embedded database alone: a resource server asks about
//! the same token again and again, and the answer changes only with a revocation, which moves a revision
//! on. Expiry is checked at every use.

use std::cell::RefCell;
use std::sync::Arc;

use crate::error::Result;
use crate::models::access_token::{self, AccessToken, TokenUser};
use crate::oauth::SecretId;

use super::Directory;

/// Copies a thread holds at most, some 5 MB. Each has one place, which the next of that place takes over.
const PLACES: usize = 8192;

/// A token with what belongs to it.
#[derive(Debug)]
pub struct KnownToken {
    /// The token.
    pub token: AccessToken,
    /// The person it acts for.
    pub user: Option<TokenUser>,
}

#[derive(Default)]
struct Copies {
    /// Of which database, at which revision.
    of: (u64, i64),
    places: Vec<Option<Arc<KnownToken>>>,
}

thread_local! {
    static COPIES: RefCell<Copies> = RefCell::default();
}

impl Directory {
    /// The access token with this key, live or not.
    ///
    /// # Errors
    /// The database's.
    pub async fn token(&self, id: SecretId) -> Result<Option<Arc<KnownToken>>> {
        let of = self
            .db
            .token_revision()
            .map(|revision| (self.db.number(), revision));
        if let Some(known) = of.and_then(|of| copy(of, &id)) {
            return Ok(Some(known));
        }
        let found = self
            .db
            .read(move |connection| Ok(access_token::find_with_user(connection, &id)?))
            .await?;
        let known = found.map(|(token, user)| Arc::new(KnownToken { token, user }));
        if let (Some(of), Some(known)) = (of, &known) {
            keep(of, Arc::clone(known));
        }
        Ok(known)
    }
}

fn copy(of: (u64, i64), id: &SecretId) -> Option<Arc<KnownToken>> {
    COPIES.with_borrow(|copies| {
        let known = copies
            .places
            .get(place(id))?
            .as_ref()
            .filter(|known| known.token.id == *id)?;
        (copies.of == of).then(|| Arc::clone(known))
    })
}

/// Keeps what was read when the revision was known already: it is at least that new.
fn keep(of: (u64, i64), known: Arc<KnownToken>) {
    COPIES.with_borrow_mut(|copies| {
        if copies.of != of {
            copies.of = of;
            copies.places.clear();
            copies.places.resize(PLACES, None);
        }
        let place = place(&known.token.id);
        copies.places[place] = Some(known);
    });
}

/// By the first bytes of the digest, which lie evenly.
fn place(id: &SecretId) -> usize {
    let digest = &id.as_bytes()[4..];
    (usize::from(digest[0]) << 8 | usize::from(digest[1])) % PLACES
}
