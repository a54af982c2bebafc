//! Whether a token is active and why, with the names of introspection (RFC 7662 §2.2) where there are
//! any. Never the token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::access_token::{self, AccessToken, TokenUser};
use crate::models::authorization::{self, Authorization};
use crate::models::client::{self, Client};
use crate::models::refresh_token::{self, RefreshToken};
use crate::models::user::{self, User};
use crate::oauth::{GrantType, SecretId};

use super::super::record::Record;

/// All that is known of the token with this key.
pub(super) fn tell(connection: &mut DbConnection, id: &SecretId, now: UnixTime) -> Result<Record> {
    if let Some((token, user)) = access_token::find_with_user(connection, id)? {
        let client = client::find(connection, &token.client_id)?;
        return Ok(access(&token, user.as_ref(), client.as_ref(), now));
    }
    if let Some(token) = refresh_token::find(connection, id)? {
        let authorization = authorization::find(connection, &token.authorization_id)?;
        let user = user::find(connection, &token.user_id)?;
        let client = client::find(connection, &token.client_id)?;
        return Ok(refresh(
            &token,
            authorization.as_ref(),
            user.as_ref(),
            client.as_ref(),
            now,
        ));
    }
    Ok(unknown("it was never issued, or has ended and been purged"))
}

/// A token that the database does not have.
pub(super) fn unknown(why: &str) -> Record {
    Record::default()
        .with("active", false)
        .with("reason", format!("not found: {why}"))
}

fn access(
    token: &AccessToken,
    user: Option<&TokenUser>,
    client: Option<&Client>,
    now: UnixTime,
) -> Record {
    let because = token.revoked_because.as_deref();
    let disabled = user.and_then(|user| user.disabled_at);
    let inactive = revoked(token.revoked_at, because)
        .or_else(|| expired(token.expires_at, now))
        .or_else(|| {
            (!token.is_live(now)).then(|| format!("it begins only at {}", token.created_at))
        })
        .or_else(|| user_disabled(disabled))
        .or_else(|| client_disabled(client));
    verdict(inactive)
        .with("kind", token.kind.as_str())
        .with("jti", jti(&token.id))
        .with("client_id", token.client_id.as_str())
        .with("client_name", client.map(|client| client.name.as_str()))
        .with("sub", token.user_id.as_deref().unwrap_or(&token.client_id))
        .with("username", user.map(|user| user.username.as_str()))
        .with("scope", token.scope.as_str())
        .with("name", token.name.as_deref())
        .with("last_four", token.last_four.as_str())
        .with("iat", token.created_at)
        .with("exp", token.expires_at)
        .with("revoked_at", token.revoked_at)
        .with("revoked_because", because)
        .with("last_used_at", token.last_used_at)
        .with("authorization_id", token.authorization_id.as_deref())
}

fn refresh(
    token: &RefreshToken,
    authorization: Option<&Authorization>,
    user: Option<&User>,
    client: Option<&Client>,
    now: UnixTime,
) -> Record {
    let ended = authorization
        .and_then(|authorization| authorization.revoked_at)
        .or(token.revoked_at);
    let because = authorization.and_then(|authorization| authorization.revoked_because.as_deref());
    let disabled = user.and_then(|user| user.disabled_at);
    let without_grant = client.is_some_and(|client| !client.may_use(GrantType::RefreshToken));
    let inactive = revoked(ended, because)
        .or_else(|| rotated(token))
        .or_else(|| expired(Some(token.expires_at), now))
        .or_else(|| user_disabled(disabled))
        .or_else(|| client_disabled(client))
        .or_else(|| {
            without_grant.then(|| String::from("its client no longer has the grant refresh_token"))
        });
    verdict(inactive)
        .with("kind", "refresh")
        .with("jti", jti(&token.id))
        .with("client_id", token.client_id.as_str())
        .with("client_name", client.map(|client| client.name.as_str()))
        .with("sub", token.user_id.as_str())
        .with("username", user.map(|user| user.username.as_str()))
        .with(
            "scope",
            authorization.map(|authorization| authorization.scope.as_str()),
        )
        .with("last_four", token.last_four.as_str())
        .with("iat", token.created_at)
        .with("exp", token.expires_at)
        .with("rotated_at", token.rotated_at)
        .with("successor_jti", token.successor_id.as_ref().map(jti))
        .with("revoked_at", ended)
        .with("revoked_because", because)
        .with("authorization_id", token.authorization_id.as_str())
}

fn verdict(inactive: Option<String>) -> Record {
    let active = inactive.is_none();
    let reason = inactive.unwrap_or_else(|| String::from("live"));
    Record::default()
        .with("active", active)
        .with("reason", reason)
}

fn revoked(at: Option<UnixTime>, because: Option<&str>) -> Option<String> {
    at.map(|at| {
        format!(
            "revoked at {at}, because: {}",
            because.unwrap_or("no reason was kept")
        )
    })
}

fn rotated(token: &RefreshToken) -> Option<String> {
    token
        .rotated_at
        .map(|at| format!("rotated: used at {at} and followed by a successor"))
}

fn expired(at: Option<UnixTime>, now: UnixTime) -> Option<String> {
    at.filter(|end| *end <= now)
        .map(|end| format!("expired at {end}"))
}

fn user_disabled(at: Option<UnixTime>) -> Option<String> {
    at.map(|at| format!("the user is disabled since {at}"))
}

fn client_disabled(client: Option<&Client>) -> Option<String> {
    let at = client.and_then(|client| client.disabled_at);
    at.map(|at| format!("the client is disabled since {at}"))
}

fn jti(id: &SecretId) -> String {
    URL_SAFE_NO_PAD.encode(id.as_bytes())
}
