//! The refresh token grant (RFC 6749 §6) with rotation for every client and reuse detection
//! (RFC 9700 §4.14.2). A retry inside the grace time gets the same successor again.

use std::net::IpAddr;
use std::sync::Arc;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::directory::Permissions;
use crate::error::Result;
use crate::models::audit_event::AuditEvent;
use crate::models::authorization::{self, Authorization};
use crate::models::client::Client;
use crate::models::ending::Ending;
use crate::models::refresh_token::{self, RefreshToken};
use crate::models::user;
use crate::oauth::{ErrorCode, OAuthError, PlainSecret, Scope, SecretKind, TokenResponse};

use super::issue::{Lifetimes, NewTokens};
use super::mint::{Mint, Subject};
use super::sealed_answer::SealedAnswer;
use super::{Parts, TokenRequest, scope, unknown};

/// One use of a refresh token.
struct Refresh {
    client: Client,
    presented: PlainSecret,
    /// The `scope` parameter as it came.
    requested: Option<String>,
    permissions: Arc<Permissions>,
    lifetimes: Lifetimes,
    mint: Mint,
    /// Seconds; 0 for no retries.
    grace: i64,
    address: IpAddr,
    now: UnixTime,
}

pub(super) async fn refresh(parts: &Parts<'_>, request: TokenRequest<'_>) -> Result<TokenResponse> {
    let text = request.params.required("refresh_token")?;
    let Some(presented) = PlainSecret::recognise_as(SecretKind::RefreshToken, text) else {
        return Err(unknown(parts.misses, request.address, request.now));
    };
    let client = request.client.client.clone();
    let lifetimes = Lifetimes::of(&client, parts.tokens);
    let mut refresh = Refresh {
        lifetimes,
        mint: Mint::of(parts, &client, lifetimes, request.now).await?,
        client,
        presented,
        requested: request.params.one("scope")?.map(str::to_owned),
        permissions: parts.directory.permissions().await?,
        grace: parts.tokens.refresh_reuse_grace,
        address: request.address,
        now: request.now,
    };
    if refresh.mint.signs() {
        let foreseen = parts.db.read(move |connection| {
            let subject = refresh.foresee(connection)?;
            Ok((refresh, subject))
        });
        let subject;
        (refresh, subject) = foreseen.await?;
        if let Some(subject) = subject {
            refresh.mint.prepare(subject)?;
        }
    }
    let outcome = parts
        .db
        .write(move |connection| refresh.run(connection))
        .await?;
    outcome.ok_or_else(|| unknown(parts.misses, request.address, request.now))
}

impl Refresh {
    /// What the access token will say, if all is well.
    fn foresee(&self, connection: &mut DbConnection) -> Result<Option<Subject>> {
        let token = refresh_token::find(connection, &self.presented.id())?;
        let Some(token) = token.filter(|token| token.is_live(self.now)) else {
            return Ok(None);
        };
        let granted = authorization::find(connection, &token.authorization_id)?;
        let Some((granted, user)) = granted.zip(user::find(connection, &token.user_id)?) else {
            return Ok(None);
        };
        // A refusal is for `run` to tell.
        let scope = self.scope(&granted, &user.roles).ok();
        Ok(scope.map(|scope| Subject {
            user: Some((user.id, user.roles.0)),
            scope,
        }))
    }

    /// The checks, in this order, so that a refused refresh consumes nothing: known, the client's own,
    /// a live authorization, an enabled user, not used before, not expired, the scope; the claim is last.
    /// None where nobody knows the token.
    fn run(&self, connection: &mut DbConnection) -> Result<Option<TokenResponse>> {
        let Some(token) = refresh_token::find(connection, &self.presented.id())? else {
            return Ok(None);
        };
        if token.client_id != self.client.id {
            return Err(OAuthError::invalid_grant("another client's refresh token")
                .expecting([token.client_id.as_str()], Some(&self.client.id))
                .into());
        }
        let authorization = authorization::find_live_and_lock(connection, &token.authorization_id)?
            .ok_or_else(|| OAuthError::invalid_grant("the authorization was revoked"))?;
        // Only now does nobody else change it.
        let Some(token) = refresh_token::find(connection, &token.id)? else {
            return Ok(None);
        };
        let user = user::find(connection, &token.user_id)?
            .filter(|user| user.disabled_at.is_none())
            .ok_or_else(|| OAuthError::invalid_grant("the user is disabled"))?;
        if token.rotated_at.is_some() {
            return self.again(connection, &token).map(Some);
        }
        if self.now >= token.expires_at {
            return Err(OAuthError::invalid_grant("expired").into());
        }
        let subject = Subject {
            scope: self.scope(&authorization, &user.roles)?,
            user: Some((user.id, user.roles.0)),
        };
        self.rotate(connection, &token, &authorization, &subject)
            .map(Some)
    }

    /// What is asked for within what was granted, and of that what client and user still have.
    fn scope(&self, authorization: &Authorization, roles: &[String]) -> Result<Scope> {
        let wished = match &self.requested {
            None => authorization.scope.clone(),
            Some(text) => match Scope::parse(text).ok() {
                Some(wished) if authorization.scope.covers(&wished) => wished,
                wished => {
                    let presented = wished.as_ref().map(scope::one_a_line);
                    let description = "scope is more than was granted.";
                    return Err(OAuthError::new(ErrorCode::InvalidScope, description)
                        .expecting(authorization.scope.names(), presented.as_deref())
                        .into());
                }
            },
        };
        Ok(scope::within_user(
            &self.permissions,
            roles,
            &wished.intersection(&self.permissions.scope_of_client(&self.client)),
        )?)
    }

    fn rotate(
        &self,
        connection: &mut DbConnection,
        token: &RefreshToken,
        authorization: &Authorization,
        subject: &Subject,
    ) -> Result<TokenResponse> {
        let access = self.mint.access_token(subject)?;
        let tokens = NewTokens::with(access, &self.client, self.now);
        let Some(successor) = &tokens.refresh else {
            return Err(
                OAuthError::invalid_grant("the client lost the grant refresh_token").into(),
            );
        };
        let answer = SealedAnswer {
            access_token: tokens.access.expose().to_owned(),
            access_end: self.now.plus(self.lifetimes.access).seconds(),
            refresh_token: successor.expose().to_owned(),
            scope: subject.scope.as_str().to_owned(),
            requested: self.requested.clone(),
        };
        let sealed = if self.grace > 0 {
            Some(answer.seal(&self.presented)?)
        } else {
            None
        };
        if !refresh_token::claim(connection, &token.id, &successor.id(), sealed, self.now)? {
            // Another server was faster: its answer is this request's too.
            let token = refresh_token::find(connection, &token.id)?
                .filter(|token| token.rotated_at.is_some())
                .ok_or_else(|| OAuthError::invalid_grant("revoked meanwhile"))?;
            return self.again(connection, &token);
        }
        if let Some(predecessor) = &token.predecessor_id {
            refresh_token::wipe_answer(connection, predecessor)?;
        }
        tokens.insert(
            connection,
            authorization,
            &subject.scope,
            self.lifetimes,
            Some(token.id),
            self.now,
        )?;
        Ok(self.respond(&answer))
    }

    /// A token that was used before: a retry of a lost answer, or a replay, which ends the authorization
    /// (whoever holds the successor may be the thief).
    fn again(&self, connection: &mut DbConnection, token: &RefreshToken) -> Result<TokenResponse> {
        let in_time = token
            .rotated_at
            .is_some_and(|at| self.now.since(at) < self.grace);
        let Some(sealed) = token.sealed_answer.as_ref().filter(|_| in_time) else {
            let ending = Ending {
                because: "refresh token reuse",
                by: Some(&token.client_id),
                at: self.now,
            };
            if authorization::revoke(connection, &token.authorization_id, &ending)? {
                AuditEvent {
                    actor: Some(token.client_id.clone()),
                    user_id: Some(token.user_id.clone()),
                    client_id: Some(token.client_id.clone()),
                    authorization_id: Some(token.authorization_id.clone()),
                    address: Some(self.address.to_string()),
                    ..AuditEvent::new("refresh_token.reused", self.now)
                }
                .insert(connection)?;
            }
            return Err(OAuthError::invalid_grant(
                "refresh token reuse: the authorization was ended",
            )
            .into());
        };
        let answer = SealedAnswer::open(sealed, &self.presented)?;
        if names(answer.requested.as_deref()) != names(self.requested.as_deref()) {
            return Err(OAuthError::invalid_grant("a retry with another scope").into());
        }
        Ok(self.respond(&answer))
    }

    fn respond(&self, answer: &SealedAnswer) -> TokenResponse {
        TokenResponse {
            access_token: answer.access_token.clone(),
            expires_in: answer.expires_in(self.now),
            refresh_token: PlainSecret::recognise_as(
                SecretKind::RefreshToken,
                &answer.refresh_token,
            ),
            scope: Scope::from_stored(answer.scope.clone()),
        }
    }
}

/// The order of a scope's names means nothing (RFC 6749 §3.3).
fn names(scope: Option<&str>) -> Option<Scope> {
    scope.map(|scope| scope.split(' ').collect())
}
