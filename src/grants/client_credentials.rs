//! The client credentials grant (RFC 6749 §4.4): a token for the client itself, never with a refresh
//! token (§4.4.3).

use crate::error::Result;
use crate::models::access_token;
use crate::oauth::{ErrorCode, OAuthError, TokenResponse};

use super::issue::{Lifetimes, access_token_row};
use super::mint::{Mint, Subject};
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
    let lifetimes = Lifetimes::of(client, parts.tokens);
    let mint = Mint::of(parts, client, lifetimes, request.now).await?;
    let token = mint.access_token(&Subject {
        user: None,
        scope: scope.clone(),
    })?;
    let row = access_token_row(
        (token.id, token.last_four()),
        &client.id,
        scope.clone(),
        request.now.plus(lifetimes.access),
        request.now,
    );
    parts
        .db
        .write_one(move |connection| Ok(access_token::insert(connection, row)?))
        .await?;
    Ok(TokenResponse {
        access_token: token.expose().to_owned(),
        expires_in: lifetimes.access,
        refresh_token: None,
        scope,
    })
}
