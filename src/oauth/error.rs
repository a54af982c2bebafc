//! Error answers: RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1. Which of them becomes
//! which HTTP status is told in `crate::error`.

use std::borrow::Cow;
use std::fmt;

use super::mismatch::Mismatch;

/// Every registered error code that Latchkey answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// RFC 6749 §4.1.2.1, §5.2: a parameter is missing, malformed or repeated.
    InvalidRequest,
    /// RFC 6749 §5.2: client authentication failed.
    InvalidClient,
    /// RFC 6749 §5.2: the code, refresh token or password is no good, or is another client's.
    InvalidGrant,
    /// RFC 6749 §4.1.2.1, §5.2: the client may not use this grant.
    UnauthorizedClient,
    /// RFC 6749 §5.2.
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidScope,
    /// RFC 6749 §4.1.2.1: the resource owner said no.
    AccessDenied,
    /// RFC 6749 §4.1.2.1.
    ServerError,
    /// RFC 6749 §4.1.2.1: throttled, or overloaded.
    TemporarilyUnavailable,
    /// OpenID Connect Core §3.1.2.6, as RFC 9101 §7 wants it of servers without request objects.
    RequestNotSupported,
    /// The same of request objects by reference.
    RequestUriNotSupported,
    /// RFC 6750 §3.1.
    InvalidToken,
    /// RFC 6750 §3.1.
    InsufficientScope,
}

impl ErrorCode {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::InvalidRequest,
        Self::InvalidClient,
        Self::InvalidGrant,
        Self::UnauthorizedClient,
        Self::UnsupportedGrantType,
        Self::UnsupportedResponseType,
        Self::InvalidScope,
        Self::AccessDenied,
        Self::ServerError,
        Self::TemporarilyUnavailable,
        Self::RequestNotSupported,
        Self::RequestUriNotSupported,
        Self::InvalidToken,
        Self::InsufficientScope,
    ];

    /// The code as it is written on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

/// A refusal as a client reads it. The description never repeats what came in, so that it stays within
/// the characters of RFC 6749 §5.2 and carries no secret.
#[derive(Clone, Debug)]
pub struct OAuthError {
    /// `error`.
    pub code: ErrorCode,
    /// `error_description`: what happened and what to do.
    pub description: Cow<'static, str>,
    /// Seconds until another try makes sense, for `Retry-After`.
    pub retry_after: Option<i64>,
    /// Why, for administrators alone.
    pub reason: Option<&'static str>,
    /// What was expected and what came, for administrators alone.
    pub mismatch: Option<Box<Mismatch>>,
}

impl OAuthError {
    /// A refusal with its description.
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            description: description.into(),
            retry_after: None,
            reason: None,
            mismatch: None,
        }
    }

    /// Adds what administrators, and only they, may know.
    #[must_use]
    pub fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The reason, where it is not the description itself.
    pub fn why(&self) -> &str {
        self.reason.unwrap_or(&self.description)
    }

    /// Adds what would have been right (any of `expected`) and what came instead.
    #[must_use]
    pub fn expecting<'a>(
        mut self,
        expected: impl IntoIterator<Item = &'a str>,
        presented: Option<&str>,
    ) -> Self {
        self.mismatch = Some(Box::new(Mismatch::new(expected, presented)));
        self
    }

    /// `invalid_request`.
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// `invalid_client`: one text for an unknown client and a wrong secret, so that neither can be told
    /// from the other.
    pub fn invalid_client(reason: &'static str) -> Self {
        Self::new(
            ErrorCode::InvalidClient,
            "Client authentication failed: check client_id and client_secret.",
        )
        .because(reason)
    }

    /// `invalid_grant` of a code or refresh token: one text for every way in which it can be no good.
    pub fn invalid_grant(reason: &'static str) -> Self {
        Self::new(
            ErrorCode::InvalidGrant,
            "The grant is unknown, expired, used, revoked or issued to another client. Start again.",
        )
        .because(reason)
    }

    /// 429: too many tries; `retry_after` in seconds.
    pub fn throttled(retry_after: i64) -> Self {
        Self {
            retry_after: Some(retry_after.max(1)),
            ..Self::new(
                ErrorCode::TemporarilyUnavailable,
                "Too many failed attempts. Wait, then try again.",
            )
        }
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.description)
    }
}
