//! Whether a token is active and why, with the names of introspection (RFC 7662 §2.2) where there are
//! any. Never the token. The reasons are in `authentication::token_state`.

use crate::authentication::TokenState;
use crate::authentication::bearer::jti;
use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::directory::{Permissions, TokenScope};
use crate::error::Result;
use crate::models::access_token::{self, AccessToken, TokenKind, TokenUser};
use crate::models::authorization::{self, Authorization};
use crate::models::client::{self, Client};
use crate::models::last_use;
use crate::models::refresh_token::{self, RefreshToken};
use crate::models::user::{self, User};
use crate::oauth::SecretId;

use super::super::record::Record;

/// All that is known of the token with this key.
pub(super) fn tell(
    connection: &mut DbConnection,
    permissions: &Permissions,
    id: &SecretId,
    now: UnixTime,
) -> Result<Record> {
    if let Some((token, user)) = access_token::find_with_user(connection, id)? {
        let client = client::find(connection, &token.client_id)?;
        let roles = user.as_ref().map(|user| &*user.roles);
        let granted = token.scope.clone();
        let scope = TokenScope::of(permissions, token.kind, granted, client.as_ref(), roles);
        let last_used = last_use::of_token(connection, id)?;
        let record = access(&token, user.as_ref(), client.as_ref(), &scope, now);
        return Ok(record.with("last_used_at", last_used));
    }
    if let Some(token) = refresh_token::find(connection, id)? {
        let authorization = authorization::find(connection, &token.authorization_id)?;
        let user = user::find(connection, &token.user_id)?;
        let client = client::find(connection, &token.client_id)?;
        let granted = authorization.as_ref().map(|granted| granted.scope.clone());
        let scope = TokenScope::of(
            permissions,
            TokenKind::Access,
            granted.unwrap_or_default(),
            client.as_ref(),
            user.as_ref().map(|user| &*user.roles),
        );
        return Ok(refresh(
            &token,
            authorization.as_ref(),
            user.as_ref(),
            client.as_ref(),
            &scope,
            now,
        ));
    }
    Ok(told(TokenState::Unknown))
}

/// A token that the database does not have.
pub(super) fn unknown(why: &str) -> Record {
    verdict(false, format!("not found: {why}"))
}

/// Both scopes where they differ: somebody asks here why a token does not open what it should.
fn add_scope(record: Record, scope: &TokenScope) -> Record {
    let record = record.with("scope", scope.allowed.as_str());
    if scope.granted == scope.allowed {
        record
    } else {
        record.with("granted_scope", scope.granted.as_str())
    }
}

fn access(
    token: &AccessToken,
    user: Option<&TokenUser>,
    client: Option<&Client>,
    scope: &TokenScope,
    now: UnixTime,
) -> Record {
    let disabled = user.and_then(|user| user.disabled_at);
    let record = told(TokenState::of_access(token, disabled, client, now))
        .with("kind", token.kind.as_str())
        .with("jti", jti(&token.id))
        .with("client_id", token.client_id.as_str())
        .with("client_name", client.map(|client| client.name.as_str()))
        .with("sub", token.user_id.as_deref().unwrap_or(&token.client_id))
        .with("username", user.map(|user| user.username.as_str()));
    add_scope(record, scope)
        .with("name", token.name.as_deref())
        .with("last_four", token.last_four.as_str())
        .with("iat", token.created_at)
        .with("exp", token.expires_at)
        .with("revoked_at", token.revoked_at)
        .with("revoked_because", token.revoked_because.as_deref())
        .with("revoked_by", token.revoked_by.as_deref())
        .with("authorization_id", token.authorization_id.as_deref())
}

fn refresh(
    token: &RefreshToken,
    authorization: Option<&Authorization>,
    user: Option<&User>,
    client: Option<&Client>,
    scope: &TokenScope,
    now: UnixTime,
) -> Record {
    let ended = authorization
        .and_then(|authorization| authorization.revoked_at)
        .or(token.revoked_at);
    let because = authorization.and_then(|authorization| authorization.revoked_because.as_deref());
    let by = authorization.and_then(|authorization| authorization.revoked_by.as_deref());
    let disabled = user.and_then(|user| user.disabled_at);
    let state = TokenState::of_refresh(token, authorization, disabled, client, now);
    let record = told(state)
        .with("kind", "refresh")
        .with("jti", jti(&token.id))
        .with("client_id", token.client_id.as_str())
        .with("client_name", client.map(|client| client.name.as_str()))
        .with("sub", token.user_id.as_str())
        .with("username", user.map(|user| user.username.as_str()));
    add_scope(record, scope)
        .with("last_four", token.last_four.as_str())
        .with("iat", token.created_at)
        .with("exp", token.expires_at)
        .with("rotated_at", token.rotated_at)
        .with("successor_jti", token.successor_id.as_ref().map(jti))
        .with("revoked_at", ended)
        .with("revoked_because", because)
        .with("revoked_by", by)
        .with("authorization_id", token.authorization_id.as_str())
}

fn told(state: TokenState<'_>) -> Record {
    verdict(state.is_live(), state.to_string())
}

fn verdict(active: bool, reason: String) -> Record {
    Record::default()
        .with("active", active)
        .with("reason", reason)
}
