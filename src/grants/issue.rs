//! Writes the rows of new tokens. How an access token is made is in `mint`, and whether anybody may have
//! one is decided before.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::config::Tokens;
use crate::db::DbConnection;
use crate::models::access_token::{self, AccessToken, TokenKind};
use crate::models::authorization::{self, Authorization};
use crate::models::client::Client;
use crate::models::refresh_token::{self, RefreshToken};
use crate::oauth::{GrantType, PlainSecret, Scope, SecretId, SecretKind};

use super::mint::NewAccessToken;

/// Unused seconds that a refresh token of a confidential and of a public client lives where nobody has
/// set another time. A public client's is not bound to any secret, so it lives shorter (RFC 9700 §4.14.2).
const REFRESH_TTL: i64 = 2_592_000;
const REFRESH_TTL_PUBLIC: i64 = 604_800;

/// How long the tokens of one client live, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// An access token.
    pub access: i64,
    /// A refresh token that is not used.
    pub refresh: i64,
    /// All refresh tokens of one authorization, from the grant.
    pub refresh_max_age: i64,
}

impl Lifetimes {
    /// The client's own, else the configured ones.
    pub fn of(client: &Client, tokens: &Tokens) -> Self {
        let refresh = if client.is_public() {
            REFRESH_TTL_PUBLIC
        } else {
            REFRESH_TTL
        };
        Self {
            access: client.access_ttl.unwrap_or(tokens.access_ttl),
            refresh: client.refresh_ttl.or(tokens.refresh_ttl).unwrap_or(refresh),
            refresh_max_age: tokens.refresh_max_age,
        }
    }

    /// When a refresh token made at `now` ends: rotation does not extend the absolute end.
    fn refresh_end(&self, granted_at: UnixTime, now: UnixTime) -> UnixTime {
        now.plus(self.refresh)
            .min(granted_at.plus(self.refresh_max_age))
    }
}

/// The tokens of one answer, before or after their digests are written.
pub struct NewTokens {
    /// The access token.
    pub access: NewAccessToken,
    /// The refresh token, where the client may have one.
    pub refresh: Option<PlainSecret>,
}

impl NewTokens {
    /// Adds a refresh token for a client that has that grant.
    pub fn with(access: NewAccessToken, client: &Client, now: UnixTime) -> Self {
        let refresh = client.may_use(GrantType::RefreshToken);
        Self {
            access,
            refresh: refresh.then(|| PlainSecret::generate(SecretKind::RefreshToken, now)),
        }
    }

    /// Writes the digests below their authorization, for as long as `lifetimes` says.
    ///
    /// # Errors
    /// The database's.
    pub fn insert(
        &self,
        connection: &mut DbConnection,
        authorization: &Authorization,
        scope: &Scope,
        lifetimes: Lifetimes,
        predecessor: Option<SecretId>,
        now: UnixTime,
    ) -> QueryResult<()> {
        let access_end = now.plus(lifetimes.access);
        let refresh_end = lifetimes.refresh_end(authorization.created_at, now);
        let live_until = if self.refresh.is_some() {
            access_end.max(refresh_end)
        } else {
            access_end
        };
        authorization::touch(connection, authorization, now, live_until)?;
        access_token::insert(
            connection,
            AccessToken {
                user_id: Some(authorization.user_id.clone()),
                authorization_id: Some(authorization.id.clone()),
                ..access_token_row(
                    (self.access.id, self.access.last_four()),
                    &authorization.client_id,
                    scope.clone(),
                    access_end,
                    now,
                )
            },
        )?;
        let Some(refresh) = &self.refresh else {
            return Ok(());
        };
        refresh_token::insert(
            connection,
            RefreshToken {
                id: refresh.id(),
                authorization_id: authorization.id.clone(),
                client_id: authorization.client_id.clone(),
                user_id: authorization.user_id.clone(),
                last_four: refresh.last_four().to_owned(),
                created_at: now,
                expires_at: refresh_end,
                revoked_at: None,
                rotated_at: None,
                successor_id: None,
                predecessor_id: predecessor,
                sealed_answer: None,
            },
        )
    }
}

/// The row of a random access token that acts for its client.
pub fn new_access_token(
    token: &PlainSecret,
    client_id: &str,
    scope: Scope,
    expires_at: UnixTime,
    now: UnixTime,
) -> AccessToken {
    access_token_row(
        (token.id(), token.last_four()),
        client_id,
        scope,
        expires_at,
        now,
    )
}

/// The row of an access token, given its key and last four characters, that acts for its client.
pub(super) fn access_token_row(
    (id, last_four): (SecretId, &str),
    client_id: &str,
    scope: Scope,
    expires_at: UnixTime,
    now: UnixTime,
) -> AccessToken {
    AccessToken {
        id,
        kind: TokenKind::Access,
        client_id: client_id.to_owned(),
        user_id: None,
        authorization_id: None,
        scope,
        name: None,
        last_four: last_four.to_owned(),
        created_at: now,
        expires_at: Some(expires_at),
        revoked_at: None,
        revoked_because: None,
        revoked_by: None,
    }
}
