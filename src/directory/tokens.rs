//! Access tokens as they are now: with their client, their user, and what of their scope is still allowed.
//! Copies are kept for an embedded database alone: a resource server asks about the same token again and
//! again, and the answer changes only with what moves one of two revisions on, a revocation or a change to
//! clients, roles and scopes. Expiry is checked at every use.

use std::cell::RefCell;
use std::sync::Arc;

use crate::error::Result;
use crate::models::access_token::{self, AccessToken, TokenUser};
use crate::oauth::SecretId;

use super::{Directory, KnownClient};

/// Copies a thread holds at most, some 5 MB. Each has one place, which the next of that place takes over.
const PLACES: usize = 8192;

/// A token with what belongs to it.
#[derive(Debug)]
pub struct KnownToken {
    /// The token. Its scope is what of the granted one is still allowed; nothing may be left of it.
    pub token: AccessToken,
    /// The person it acts for.
    pub user: Option<TokenUser>,
    /// Its client.
    pub client: Arc<KnownClient>,
}

/// What copies are of: which database, at which revisions of its tokens and of its directory.
type Moment = (u64, i64, i64);

#[derive(Default)]
struct Copies {
    of: Moment,
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
            .map(|revision| (self.db.number(), revision, self.db.revision()));
        if let Some(known) = of.and_then(|of| copy(of, &id)) {
            return Ok(Some(known));
        }
        let found = self
            .db
            .read(move |connection| Ok(access_token::find_with_user(connection, &id)?))
            .await?;
        let Some((token, user)) = found else {
            return Ok(None);
        };
        // Gone since the token was read: it took the token along.
        let Some(client) = self.client(&token.client_id).await? else {
            return Ok(None);
        };
        let known = Arc::new(self.narrowed(token, user, client).await?);
        if let Some(of) = of {
            keep(of, Arc::clone(&known));
        }
        Ok(Some(known))
    }

    /// Takes out of the scope what has been taken away since it was granted.
    async fn narrowed(
        &self,
        mut token: AccessToken,
        user: Option<TokenUser>,
        client: Arc<KnownClient>,
    ) -> Result<KnownToken> {
        let permissions = self.permissions().await?;
        let roles = user.as_ref().map(|user| &*user.roles);
        let granted = std::mem::take(&mut token.scope);
        token.scope =
            permissions.still_allowed_to_token(token.kind, granted, &client.client, roles);
        Ok(KnownToken {
            token,
            user,
            client,
        })
    }
}

fn copy(of: Moment, id: &SecretId) -> Option<Arc<KnownToken>> {
    COPIES.with_borrow(|copies| {
        let known = copies
            .places
            .get(place(id))?
            .as_ref()
            .filter(|known| known.token.id == *id)?;
        (copies.of == of).then(|| Arc::clone(known))
    })
}

/// Keeps what was read when the revisions were known already: it is at least that new.
fn keep(of: Moment, known: Arc<KnownToken>) {
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
