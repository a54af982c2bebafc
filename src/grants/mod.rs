//! What the token endpoint does, one file a grant type, and what they share: which scope is granted
//! (`scope`), how tokens are made (`mint`) and written (`issue`). HTTP is in `endpoints::token`.

pub mod authorization_code;
mod client_credentials;
pub mod issue;
pub mod mint;
mod password;
mod refresh_token;
pub mod scope;
mod sealed_answer;

use std::net::IpAddr;
use std::sync::Arc;

use crate::authentication::throttle::{Key, Throttle};
use crate::authentication::{FailedSignIns, PasswordHasher, SignInThrottle};
use crate::clock::UnixTime;
use crate::config::Tokens;
use crate::db::Db;
use crate::directory::{Directory, KnownClient};
use crate::error::{Error, Result};
use crate::models::client::Client;
use crate::oauth::{ErrorCode, GrantType, OAuthError, Params, TokenResponse};

/// The parts of the server that grants work with.
pub struct Parts<'a> {
    /// The database.
    pub db: &'a Db,
    /// The scopes and roles.
    pub directory: &'a Directory,
    /// Lifetimes.
    pub tokens: &'a Tokens,
    /// `iss` of signed tokens.
    pub issuer: &'a str,
    /// `aud` of signed tokens.
    pub audience: &'a str,
    /// Argon2 threads.
    pub hasher: &'a PasswordHasher,
    /// The limits of signing in.
    pub sign_ins: &'a SignInThrottle,
    /// Wrong passwords that are to be written to the audit log.
    pub failed_sign_ins: &'a FailedSignIns,
    /// The limit of unknown codes and refresh tokens.
    pub misses: &'a Throttle,
}

/// An authenticated token request.
pub struct TokenRequest<'a> {
    /// Who asks.
    pub client: Arc<KnownClient>,
    /// What for.
    pub params: &'a Params<'a>,
    /// From where.
    pub address: IpAddr,
    /// When.
    pub now: UnixTime,
}

/// Parameters that no token request may repeat, whether or not its grant reads them (RFC 6749 §3.2).
const SINGLE: [&str; 9] = [
    "grant_type",
    "client_id",
    "scope",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "username",
    "password",
];

/// The grant type that a request names.
///
/// # Errors
/// `invalid_request` without one or with a repeated parameter, `unsupported_grant_type` for an unknown one.
pub fn grant_type(params: &Params<'_>) -> std::result::Result<GrantType, OAuthError> {
    params.each_once(&SINGLE)?;
    let named = params.required("grant_type")?;
    named.parse().map_err(|_| {
        OAuthError::new(
            ErrorCode::UnsupportedGrantType,
            "This server does not know that grant_type.",
        )
        .expecting(GrantType::ALL.map(GrantType::as_str), Some(named))
    })
}

/// Gives tokens for a grant.
///
/// # Errors
/// Every refusal of RFC 6749 §5.2.
pub async fn exchange(
    parts: &Parts<'_>,
    grant_type: GrantType,
    request: TokenRequest<'_>,
) -> Result<TokenResponse> {
    // Nobody can use the password grant until the operator flags a client for it; until then it is not
    // even announced.
    if grant_type == GrantType::Password && !parts.directory.browser_facts().await?.password_grant {
        let description = "The password grant is not enabled on this server.";
        return Err(OAuthError::new(ErrorCode::UnsupportedGrantType, description).into());
    }
    if !request.client.client.may_use(grant_type) {
        return Err(unregistered_grant(&request.client.client, grant_type).into());
    }
    match grant_type {
        GrantType::AuthorizationCode => {
            authorization_code::exchange::exchange(parts, request).await
        }
        GrantType::RefreshToken => refresh_token::refresh(parts, request).await,
        GrantType::ClientCredentials => client_credentials::issue(parts, request).await,
        GrantType::Password => password::sign_in(parts, request).await,
    }
}

/// `unauthorized_client` (RFC 6749 §4.1.2.1, §5.2).
fn unregistered_grant(client: &Client, grant_type: GrantType) -> OAuthError {
    let description = format!("This client is not registered for the grant {grant_type}.");
    let registered = client.grant_types.iter().copied().map(GrantType::as_str);
    OAuthError::new(ErrorCode::UnauthorizedClient, description)
        .expecting(registered, Some(grant_type.as_str()))
}

/// A code or refresh token that nobody has ever been given, or that is mistyped: counted by address, and
/// past the limit 429.
fn unknown(misses: &Throttle, address: IpAddr, now: UnixTime) -> Error {
    match misses.count(Key::Address(address), now) {
        Ok(()) => OAuthError::invalid_grant("unknown").into(),
        Err(seconds) => OAuthError::throttled(seconds).into(),
    }
}
