//! The client credentials grant (RFC 6749 §4.4): a token for the client itself, never with a refresh
//! token (§4.4.3).

use crate::error::Result;
use crate::models::access_token;
use crate::oauth::{ErrorCode, GrantType, OAuthError, PlainSecret, SecretKind, TokenResponse};

use super::issue::{Lifetimes, new_access_token};
use super::scope::{self, Unnamed};
use super::{Parts, TokenRequest};

pub(super) async fn issue(parts: &Parts<'_>, request: TokenRequest<'_>) -> Result<TokenResponse> {
    let client = &request.client.client;
    // RFC 6749 §4.4: this grant is for confidential clients alone.
    if client.is_public() {
        return Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "A public client cannot use client_credentials.",
        )
        .into());
    }
    let permissions = parts.directory.permissions().await?;
    let scope = scope::requested(
        &permissions,
        client,
        request.params.one("scope")?,
        Unnamed::Default,
    )?;
    let expires_in = Lifetimes::of(client, parts.tokens).access;
    let token = PlainSecret::generate(SecretKind::AccessToken, request.now);
    let row = new_access_token(
        &token,
        &client.id,
        scope.clone(),
        request.now.plus(expires_in),
        request.now,
    );
    parts
        .db
        .write_one(move |connection| Ok(access_token::insert(connection, row)?))
        .await?;
    Ok(TokenResponse {
        grant_type: GrantType::ClientCredentials,
        access_token: token.expose().to_owned(),
        expires_in,
        refresh_token: None,
        scope,
    })
}
