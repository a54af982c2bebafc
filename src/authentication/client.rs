//! Client authentication (RFC 6749 §2.3): `client_secret_basic`, `client_secret_post` and, for public
//! clients, `none`. The endpoint says which clients it serves.

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::clock::UnixTime;
use crate::directory::KnownClient;
use crate::error::Result;
use crate::models::client_secret::ClientSecret;
use crate::oauth::id::{self, IdKind};
use crate::oauth::{HashedSecret, OAuthError, Params, params};

use super::throttle::{Key, Throttle};

/// More characters than any id of ours has.
const LONGEST_ID: usize = 64;

const UNKNOWN: &str = "unknown client";

/// Who the request says it comes from, and its proof.
#[derive(Debug)]
pub struct Credentials {
    client_id: String,
    secret: Option<HashedSecret>,
}

impl Credentials {
    /// Reads them from the Authorization header and the body, in this order:
    ///
    /// 1. a header that is not well-formed Basic is an authentication failure, never a public client;
    /// 2. a secret in the body besides Basic is a second credential (RFC 6749 §2.3);
    /// 3. a `client_id` in the body besides Basic is none, but must be the same;
    /// 4. Basic with an empty password is `none`.
    ///
    /// # Errors
    /// `invalid_client` or `invalid_request`.
    pub fn read(
        authorization: Option<&[u8]>,
        params: &Params<'_>,
    ) -> std::result::Result<Self, OAuthError> {
        let (body_id, body_secret) = (params.one("client_id")?, params.one("client_secret")?);
        let Some(header) = authorization else {
            let client_id = body_id.ok_or_else(|| OAuthError::invalid_client("no client_id"))?;
            let secret = body_secret.map(HashedSecret::of);
            return Ok(Self {
                client_id: client_id.to_owned(),
                secret,
            });
        };
        let (client_id, secret) = basic(header)
            .ok_or_else(|| OAuthError::invalid_client("malformed Authorization header"))?;
        if body_secret.is_some() {
            return Err(OAuthError::invalid_request(
                "Authenticate by the Authorization header or the body, not both.",
            ));
        }
        if body_id.is_some_and(|id| id != client_id) {
            return Err(OAuthError::invalid_request(
                "client_id is not the client of the Authorization header.",
            ));
        }
        let secret = (!secret.is_empty()).then(|| HashedSecret::of(&secret));
        Ok(Self { client_id, secret })
    }

    /// The secret that proves a client that was authenticated; none for a public one.
    pub fn proof<'a>(&self, known: &'a KnownClient) -> Option<&'a ClientSecret> {
        let presented = self.secret.as_ref()?;
        let mut own = known.secrets.iter();
        own.find(|own| own.secret_hash.matches(presented))
    }

    /// The client that is claimed.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }
}

/// RFC 7617, with both halves form-urlencoded (RFC 6749 §2.3.1).
fn basic(header: &[u8]) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"Basic ") {
        return None;
    }
    let pair = STANDARD.decode(encoded.trim_ascii()).ok()?;
    let colon = pair.iter().position(|&byte| byte == b':')?;
    let client_id = params::decode(&pair[..colon]).ok()?.into_owned();
    let secret = params::decode(&pair[colon + 1..]).ok()?.into_owned();
    Some((client_id, secret))
}

/// Checks the proof of the client that was found, in this order: the client exists, is enabled, a public one
/// brings no secret, a confidential one brings one of its live secrets. Every failure has the same
/// answer, and an unknown client costs the same comparison. Wrong secrets are counted by client and
/// address: past the limit they get 429, while a right one is still let in.
///
/// # Errors
/// `invalid_client`; `temporarily_unavailable` past the limit.
pub fn authenticate_client(
    known: Option<Arc<KnownClient>>,
    failures: &Throttle,
    credentials: &Credentials,
    address: impl FnOnce() -> IpAddr,
    now: UnixTime,
) -> Result<Arc<KnownClient>> {
    check(known, credentials.secret.as_ref(), now).map_err(|reason| {
        // An unknown id counts like a known one, so that 429 does not tell them apart; a made-up one is cut,
        // so that nobody fills the memory.
        let counted = credentials.client_id.chars().take(LONGEST_ID).collect();
        let key = Key::ClientAndAddress(counted, address());
        match failures.count(key, now) {
            Ok(()) if reason == UNKNOWN => unknown_client(&credentials.client_id).into(),
            Ok(()) => OAuthError::invalid_client(reason).into(),
            Err(seconds) => OAuthError::throttled(seconds).into(),
        }
    })
}

/// `invalid_client` for an id that nobody is registered under. The id is kept only where it has the form
/// of one: people paste secrets into the wrong field.
pub fn unknown_client(client_id: &str) -> OAuthError {
    let presented = id::is_well_formed(IdKind::Client, client_id).then_some(client_id);
    OAuthError::invalid_client(UNKNOWN).expecting([], presented)
}

fn check(
    known: Option<Arc<KnownClient>>,
    secret: Option<&HashedSecret>,
    now: UnixTime,
) -> std::result::Result<Arc<KnownClient>, &'static str> {
    let Some(known) = known else {
        if let Some(secret) = secret {
            secret.matches(&HashedSecret::of("nobody's"));
        }
        return Err(UNKNOWN);
    };
    // Every secret is compared, so that the time does not tell which one it was.
    let proven = secret.is_some_and(|secret| {
        let live = known.secrets.iter().filter(|own| own.is_live(now));
        live.fold(false, |found, own| own.secret_hash.matches(secret) | found)
    });
    match (known.client.disabled_at, known.client.is_public(), secret) {
        (Some(_), _, _) => Err("disabled client"),
        (None, true, Some(_)) => Err("a public client sent a secret"),
        (None, true, None) => Ok(known),
        (None, false, None) => Err("no secret"),
        (None, false, Some(_)) if proven => Ok(known),
        (None, false, Some(_)) => Err("wrong secret"),
    }
}
