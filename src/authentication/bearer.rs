//! What a presented token is worth: live, dead or unknown. Why is in `token_state`; who may know is for the
//! endpoint.

use std::sync::Arc;

use crate::clock::UnixTime;
use crate::db::Db;
use crate::directory::{Directory, KnownClient, KnownToken};
use crate::error::Result;
use crate::models::authorization::{self, Authorization};
use crate::models::refresh_token::{self, RefreshToken};
use crate::models::user::{self, User};
use crate::oauth::{PlainSecret, SecretId, SecretKind};

use super::TokenState;

/// What was found.
pub enum Finding<T> {
    /// It opens what its scope says.
    Live(T),
    /// It is, or was, a token of ours, but opens nothing now.
    Dead,
    /// Nobody has ever been given it.
    Unknown,
}

impl<T> Finding<T> {
    /// Nobody can guess a signature: a signed token without a row was ours, and has been purged.
    pub fn or_purged(self, text: &str) -> Self {
        match self {
            Self::Unknown if may_be_signed(text) => Self::Dead,
            found => found,
        }
    }
}

/// The `jti` of a token: the key of its row, which tells nothing of the token itself.
pub fn jti(id: &SecretId) -> String {
    id.to_text()
}

/// Reads a `jti`. Tokens are longer, and none of the beginnings of ours can be a jti's before 2048.
pub fn from_jti(text: &str) -> Option<SecretId> {
    if text.starts_with("lk") {
        return None;
    }
    SecretId::from_text(text)
}

/// Whether a kind of secret is one that resource servers see.
pub fn is_access_token(kind: SecretKind) -> bool {
    matches!(
        kind,
        SecretKind::AccessToken | SecretKind::PersonalToken | SecretKind::ApiKey
    )
}

/// Whether a text could be a signed token: every JWT begins so, and most of what is unknown does not.
pub fn may_be_signed(text: &str) -> bool {
    text.starts_with("eyJ")
}

/// What kind of token a text is and the key of its row: one that is random tells by its form, a signed one
/// (RFC 9068) by its signature and its `iss`. None for what this issuer has never issued.
///
/// # Errors
/// The database's.
pub async fn recognise(
    directory: &Directory,
    issuer: &str,
    text: &str,
) -> Result<Option<(SecretKind, SecretId)>> {
    if let Some((kind, secret)) = PlainSecret::recognise(text) {
        return Ok(Some((kind, secret.id())));
    }
    if !may_be_signed(text) {
        return Ok(None);
    }
    let identity = directory.recognise_signed(text).await?;
    let own = identity.filter(|own| own.iss == issuer);
    let id = own.and_then(|identity| identity.id());
    Ok(id.map(|id| (SecretKind::AccessToken, id)))
}

/// Looks up the access token that was recognised in a text, with its client and user: all three must be live.
/// Its scope is narrowed to what is still allowed; a token of which nothing is left is live all the same, and opens nothing that
/// asks for a scope.
///
/// # Errors
/// The database's.
pub async fn find(
    directory: &Directory,
    text: &str,
    id: SecretId,
    now: UnixTime,
) -> Result<Finding<Arc<KnownToken>>> {
    let Some(known) = directory.token(id).await? else {
        return Ok(Finding::Unknown.or_purged(text));
    };
    let user_disabled_at = known.user.as_ref().and_then(|user| user.disabled_at);
    let client = Some(&known.client.client);
    let state = TokenState::of_access(&known.token, user_disabled_at, client, now);
    Ok(if state.is_live() {
        Finding::Live(known)
    } else {
        Finding::Dead
    })
}

/// Looks a refresh token up for its own client, with the scope of its authorization.
///
/// # Errors
/// The database's.
pub async fn find_refresh(
    db: &Db,
    id: SecretId,
    client: &Arc<KnownClient>,
    now: UnixTime,
) -> Result<Finding<(RefreshToken, Authorization, User)>> {
    let known = Arc::clone(client);
    db.read(move |connection| {
        let Some(token) = refresh_token::find(connection, &id)? else {
            return Ok(Finding::Unknown);
        };
        if token.client_id != known.client.id {
            return Ok(Finding::Dead);
        }
        let granted = authorization::find(connection, &token.authorization_id)?;
        let user = user::find(connection, &token.user_id)?;
        let (Some(granted), Some(user)) = (granted, user) else {
            return Ok(Finding::Dead);
        };
        let client = Some(&known.client);
        let state = TokenState::of_refresh(&token, Some(&granted), user.disabled_at, client, now);
        Ok(if state.is_live() {
            Finding::Live((token, granted, user))
        } else {
            Finding::Dead
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{from_jti, jti};
    use crate::clock::UnixTime;
    use crate::oauth::{PlainSecret, SecretKind};

    #[test]
    fn a_jti_is_an_id_and_a_token_is_not() {
        let now = UnixTime::from_seconds(1_800_000_000);
        let token = PlainSecret::generate(SecretKind::AccessToken, now);
        let jti = jti(&token.id());
        assert_eq!(from_jti(&jti), Some(token.id()));
        // Whole, cut to the length of a jti, and short.
        for text in [token.expose(), &token.expose()[..48], "lka_", "", &jti[1..]] {
            assert_eq!(from_jti(text), None);
        }
    }
}
