//! Why a token is active, or is not: one decision for introspection, the command line and whoever else
//! tells people. Pure; the rows are found elsewhere.

use std::fmt;

use crate::clock::UnixTime;
use crate::models::access_token::AccessToken;
use crate::models::authorization::Authorization;
use crate::models::authorization_code::AuthorizationCode;
use crate::models::client::Client;
use crate::models::refresh_token::RefreshToken;
use crate::oauth::GrantType;

/// What a token is worth now, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState<'a> {
    /// It opens what its scope says.
    Live,
    /// It was ended.
    Revoked(End<'a>),
    /// The authorization that it comes from was ended.
    AuthorizationEnded(End<'a>),
    /// It is a refresh token that was used, and has a successor since.
    Rotated(UnixTime),
    /// It is an authorization code that was redeemed.
    Redeemed(UnixTime),
    /// Its time is over since then.
    Expired(UnixTime),
    /// It was issued later than now.
    NotYet(UnixTime),
    /// Its user is disabled since then.
    UserDisabled(UnixTime),
    /// Its client is disabled since then.
    ClientDisabled(UnixTime),
    /// It is a refresh token, and its client has lost the grant since.
    GrantLost,
    /// It was never issued, or what it hangs on is gone.
    Unknown,
}

/// An end before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End<'a> {
    /// When.
    pub at: UnixTime,
    /// Why, where it was noted.
    pub because: Option<&'a str>,
    /// Who: a user's or client's id, or `command line`.
    pub by: Option<&'a str>,
}

impl<'a> End<'a> {
    /// With what was noted beside the authorization.
    fn noted(authorization: &'a Authorization, at: UnixTime) -> Self {
        Self {
            at,
            because: authorization.revoked_because.as_deref(),
            by: authorization.revoked_by.as_deref(),
        }
    }
}

impl<'a> TokenState<'a> {
    /// Of an access token. `user_disabled_at` is its user's, if it has one that is disabled.
    pub fn of_access(
        token: &'a AccessToken,
        user_disabled_at: Option<UnixTime>,
        client: Option<&Client>,
        now: UnixTime,
    ) -> Self {
        if let Some(at) = token.revoked_at {
            return Self::Revoked(End {
                at,
                because: token.revoked_because.as_deref(),
                by: token.revoked_by.as_deref(),
            });
        }
        if let Some(end) = token.expires_at.filter(|end| *end <= now) {
            return Self::Expired(end);
        }
        if !token.is_live(now) {
            return Self::NotYet(token.created_at);
        }
        of_holders(user_disabled_at, client)
    }

    /// Of a refresh token.
    pub fn of_refresh(
        token: &RefreshToken,
        authorization: Option<&'a Authorization>,
        user_disabled_at: Option<UnixTime>,
        client: Option<&Client>,
        now: UnixTime,
    ) -> Self {
        let Some(authorization) = authorization else {
            return Self::Unknown;
        };
        if let Some(at) = authorization.revoked_at {
            return Self::AuthorizationEnded(End::noted(authorization, at));
        }
        if let Some(at) = token.revoked_at {
            return Self::Revoked(End::noted(authorization, at));
        }
        if let Some(at) = token.rotated_at {
            return Self::Rotated(at);
        }
        if token.expires_at <= now {
            return Self::Expired(token.expires_at);
        }
        match of_holders(user_disabled_at, client) {
            Self::Live if client.is_some_and(|own| !own.may_use(GrantType::RefreshToken)) => {
                Self::GrantLost
            }
            state => state,
        }
    }

    /// Of an authorization code.
    pub fn of_code(
        code: &AuthorizationCode,
        authorization: Option<&'a Authorization>,
        user_disabled_at: Option<UnixTime>,
        client: Option<&Client>,
        now: UnixTime,
    ) -> Self {
        let Some(authorization) = authorization else {
            return Self::Unknown;
        };
        if let Some(at) = authorization.revoked_at {
            return Self::AuthorizationEnded(End::noted(authorization, at));
        }
        if let Some(at) = code.claimed_at {
            return Self::Redeemed(at);
        }
        if code.expires_at <= now {
            return Self::Expired(code.expires_at);
        }
        of_holders(user_disabled_at, client)
    }

    /// Whether it opens anything.
    pub fn is_live(self) -> bool {
        self == Self::Live
    }
}

fn of_holders<'a>(user_disabled_at: Option<UnixTime>, client: Option<&Client>) -> TokenState<'a> {
    if let Some(at) = user_disabled_at {
        return TokenState::UserDisabled(at);
    }
    match client.map(|client| client.disabled_at) {
        Some(None) => TokenState::Live,
        Some(Some(at)) => TokenState::ClientDisabled(at),
        None => TokenState::Unknown,
    }
}

/// A part of a sentence, for people.
impl fmt::Display for TokenState<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Live => f.write_str("live"),
            Self::Revoked(end) => write!(f, "revoked {end}"),
            Self::AuthorizationEnded(end) => write!(f, "revoked with its authorization {end}"),
            Self::Rotated(at) => write!(f, "rotated: used at {at} and followed by a successor"),
            Self::Redeemed(at) => write!(f, "redeemed at {at}"),
            Self::Expired(at) => write!(f, "expired at {at}"),
            Self::NotYet(at) => write!(f, "it begins only at {at}"),
            Self::UserDisabled(at) => write!(f, "the user is disabled since {at}"),
            Self::ClientDisabled(at) => write!(f, "the client is disabled since {at}"),
            Self::GrantLost => f.write_str("its client no longer has the grant refresh_token"),
            Self::Unknown => {
                f.write_str("not found: it was never issued, or has ended and been purged")
            }
        }
    }
}

impl fmt::Display for End<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}", self.at)?;
        if let Some(by) = self.by {
            write!(f, " by {by}")?;
        }
        let because = self.because.unwrap_or("no reason was kept");
        write!(f, ", because: {because}")
    }
}
