//! What a presented token is worth: live, dead or unknown. Who may know is for the endpoint.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::clock::UnixTime;
use crate::db::Db;
use crate::directory::{Directory, KnownClient, KnownToken};
use crate::error::Result;
use crate::models::authorization;
use crate::models::refresh_token::{self, RefreshToken};
use crate::models::user;
use crate::oauth::{PlainSecret, SecretId, SecretKind};

/// A token in which everything is right.
pub struct LiveToken {
    /// The token, with the person it acts for.
    pub known: Arc<KnownToken>,
    /// Its client.
    pub client: Arc<KnownClient>,
}

/// What was found.
pub enum Finding<T> {
    /// It opens what its scope says.
    Live(T),
    /// It is, or was, a token of ours, but opens nothing now.
    Dead,
    /// Nobody has ever been given it.
    Unknown,
}

/// The `jti` of a token: the key of its row, which tells nothing of the token itself.
pub fn jti(id: &SecretId) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}

/// Whether a kind of secret is one that resource servers see.
pub fn is_access_token(kind: SecretKind) -> bool {
    matches!(
        kind,
        SecretKind::AccessToken | SecretKind::PersonalToken | SecretKind::ApiKey
    )
}

/// Looks an access token up, with its client and user: all three must be live.
///
/// # Errors
/// The database's.
pub async fn find(
    directory: &Directory,
    secret: &PlainSecret,
    now: UnixTime,
) -> Result<Finding<LiveToken>> {
    let Some(known) = directory.token(secret.id()).await? else {
        return Ok(Finding::Unknown);
    };
    let disabled = known
        .user
        .as_ref()
        .is_some_and(|user| user.disabled_at.is_some());
    if disabled || !known.token.is_live(now) {
        return Ok(Finding::Dead);
    }
    let client = directory.client(&known.token.client_id).await?;
    let client = client.filter(|own| own.client.disabled_at.is_none());
    Ok(client.map_or(Finding::Dead, |client| {
        Finding::Live(LiveToken { known, client })
    }))
}

/// Looks a refresh token up for its own client, with the scope of its authorization.
///
/// # Errors
/// The database's.
pub async fn find_refresh(
    db: &Db,
    secret: &PlainSecret,
    client_id: &str,
    now: UnixTime,
) -> Result<Finding<(RefreshToken, authorization::Authorization, user::User)>> {
    let (id, client_id) = (secret.id(), client_id.to_owned());
    db.read(move |connection| {
        let Some(token) = refresh_token::find(connection, &id)? else {
            return Ok(Finding::Unknown);
        };
        if token.client_id != client_id || !token.is_live(now) {
            return Ok(Finding::Dead);
        }
        let granted = authorization::find(connection, &token.authorization_id)?;
        let user = user::find(connection, &token.user_id)?;
        Ok(match (granted, user) {
            (Some(granted), Some(user))
                if granted.revoked_at.is_none() && user.disabled_at.is_none() =>
            {
                Finding::Live((token, granted, user))
            }
            _ => Finding::Dead,
        })
    })
    .await
}
