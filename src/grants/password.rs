//! The password grant (RFC 6749 §4.3), for clients that the operator has flagged as first-party alone.
//!
//! Deviation: RFC 9700 §2.4 forbids this grant and OAuth 2.1 drops it. It is here for an operator's own
//! application, is off until a client is registered for it, and shares the sign-in page's throttle.

use crate::authentication::{SignIn, verify_user};
use crate::error::Result;
use crate::models::audit_event::{self, AuditEvent};
use crate::models::authorization::{self, Authorization};
use crate::models::locks;
use crate::models::user::{self, User};
use crate::oauth::{ErrorCode, GrantType, OAuthError, TokenResponse};

use super::issue::{Lifetimes, NewTokens};
use super::mint::{Mint, Subject};
use super::scope::{self, Unnamed};
use super::{Parts, TokenRequest};

/// The checks, in this order: parameters, scope, throttle, password, account, and what the user can give.
pub(super) async fn sign_in(parts: &Parts<'_>, request: TokenRequest<'_>) -> Result<TokenResponse> {
    let client = request.client.client.clone();
    let named = (
        request.params.required("username")?,
        request.params.required("password")?,
    );
    let permissions = parts.directory.permissions().await?;
    let wished = scope::requested(
        &permissions,
        &client,
        request.params.one("scope")?,
        Unnamed::Everything,
    )?;
    let user = verified(parts, &request, named).await?;
    let (now, address) = (request.now, request.address);
    let scope = scope::within_user(&permissions, &user.roles, &wished)?;
    let lifetimes = Lifetimes::of(&client, parts.tokens);
    let authorization = Authorization::new(
        &client.id,
        &user.id,
        GrantType::Password,
        scope.clone(),
        now,
        now.plus(lifetimes.access),
    );
    let mint = Mint::of(parts, &client, lifetimes, now).await?;
    let access = mint.access_token(&Subject {
        user: Some((user.id.clone(), user.roles.to_vec())),
        scope: scope.clone(),
    })?;
    let tokens = NewTokens::with(access, &client, now);
    parts
        .db
        .write(move |connection| {
            if !user::is_unchanged(connection, &user)? {
                return Err(wrong_password().into());
            }
            locks::hold_client(connection, &client.id)?;
            authorization::insert(connection, authorization.clone())?;
            tokens.insert(connection, &authorization, &scope, lifetimes, None, now)?;
            AuditEvent {
                actor: Some(user.id.clone()),
                user_id: Some(user.id),
                client_id: Some(client.id),
                authorization_id: Some(authorization.id),
                address: Some(address.to_string()),
                detail: Some(format!("password grant of {}", client.name)),
                ..AuditEvent::new(audit_event::SIGNED_IN, now)
            }
            .insert(connection)?;
            Ok(TokenResponse {
                access_token: tokens.access.expose().to_owned(),
                expires_in: lifetimes.access,
                refresh_token: tokens.refresh,
                scope,
            })
        })
        .await
}

/// Whose name and password these are.
async fn verified(
    parts: &Parts<'_>,
    request: &TokenRequest<'_>,
    named: (&str, &str),
) -> Result<Box<User>> {
    let (now, address) = (request.now, request.address);
    let failed = parts.failed_sign_ins;
    let how = || format!("password grant of {}", request.client.client.name);
    match verify_user(parts.db, parts.hasher, parts.sign_ins, named, address, now).await? {
        SignIn::Right(user) => Ok(user),
        SignIn::Wrong(whose) => {
            failed.note(whose.as_deref(), address, &how(), now);
            Err(wrong_password().into())
        }
        SignIn::Throttled(seconds) => {
            failed.note_throttled(address, &how(), now);
            Err(OAuthError::throttled(seconds).into())
        }
    }
}

fn wrong_password() -> OAuthError {
    OAuthError::new(
        ErrorCode::InvalidGrant,
        "The user name or password is wrong.",
    )
    .because("wrong password")
}
