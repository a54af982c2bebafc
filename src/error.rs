//! What can go wrong with a request: it is refused, or something failed. How each is answered to
//! programs and logged; the pages answer people in `web::error_page`.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use diesel::result::{DatabaseErrorKind, Error as QueryError};
use std::fmt;

use crate::oauth::{ErrorCode, OAuthError, Scope};

/// Everything above the models returns this.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a request has no success answer.
#[derive(Debug)]
pub enum Error {
    /// The request was understood and is refused. Writes done so far stay: a refusal that reports a
    /// replayed code must not undo the revocation that it causes.
    Refused(OAuthError),
    /// The same at a protected resource, with the challenge that says so (RFC 6750 §3).
    Challenged(OAuthError, String),
    /// Too much is waiting. Nothing was done; another try later may succeed.
    Overloaded,
    /// The database failed. Nothing was done; it may be back in a moment (RFC 7009 §2.2.1 wants 503).
    Unavailable(String),
    /// What the request is about was deleted while it was answered. Nothing was done.
    Gone,
    /// Something failed that nobody but its maker can mend. Writes done so far are undone.
    Failed(String),
}

/// The challenge to a request without any credential, which says nothing more (RFC 6750 §3.1).
pub const BARE_CHALLENGE: &str = r#"Bearer realm="latchkey""#;

impl Error {
    /// A refusal at a protected resource; `needed` is the scope that would do. The characters of codes,
    /// descriptions and scopes need no escape within quotes.
    pub fn challenged(refusal: OAuthError, needed: Option<&Scope>) -> Self {
        let (error, description) = (refusal.code.as_str(), &refusal.description);
        let scope = needed.map(|needed| format!(r#", scope="{needed}""#));
        let scope = scope.unwrap_or_default();
        let challenge = format!(
            r#"{BARE_CHALLENGE}, error="{error}", error_description="{description}"{scope}"#
        );
        Self::Challenged(refusal, challenge)
    }

    /// A failure with its cause, for the log alone.
    pub fn failed(cause: impl fmt::Display) -> Self {
        Self::Failed(cause.to_string())
    }

    /// Whether what the request has written so far must be undone.
    pub fn undoes_writes(&self) -> bool {
        !matches!(self, Self::Refused(_) | Self::Challenged(..))
    }

    /// The same error as a client may read it.
    pub fn public(&self) -> OAuthError {
        match self {
            Self::Refused(refusal) | Self::Challenged(refusal, _) => refusal.clone(),
            Self::Overloaded => OAuthError {
                retry_after: Some(1),
                ..OAuthError::new(
                    ErrorCode::TemporarilyUnavailable,
                    "The server is busy. Try again in a moment.",
                )
            },
            Self::Unavailable(_) => OAuthError {
                retry_after: Some(5),
                ..OAuthError::new(
                    ErrorCode::TemporarilyUnavailable,
                    "The server cannot reach its database. Try again in a moment.",
                )
            },
            // Of what a grant refers to, clients alone are deleted.
            Self::Gone => OAuthError::new(
                ErrorCode::InvalidClient,
                "There is no such client any more.",
            ),
            Self::Failed(_) => OAuthError::new(
                ErrorCode::ServerError,
                "The server failed. Its log says why.",
            ),
        }
    }

    /// Writes the reason to the log, once, where the request is answered. Never holds a secret: refusals
    /// carry fixed sentences and failures the database's words, which do not repeat bound values.
    pub fn log(&self, request_id: &str, client_id: Option<&str>) {
        let client_id = client_id.unwrap_or("-");
        match self {
            Self::Refused(refusal) | Self::Challenged(refusal, _) => tracing::info!(
                request_id,
                client_id,
                error = refusal.code.as_str(),
                reason = refusal.why(),
                "refused"
            ),
            Self::Gone => tracing::info!(request_id, client_id, "deleted meanwhile"),
            Self::Overloaded => {
                tracing::warn!(request_id, client_id, "overloaded: a queue or pool is full");
            }
            Self::Unavailable(cause) | Self::Failed(cause) => {
                tracing::error!(request_id, client_id, cause, "failed");
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) | Self::Challenged(refusal, _) => refusal.fmt(f),
            Self::Gone => f.write_str("it was deleted meanwhile"),
            Self::Overloaded => f.write_str("a queue or pool is full; try again in a moment"),
            Self::Unavailable(cause) | Self::Failed(cause) => f.write_str(cause),
        }
    }
}

impl From<OAuthError> for Error {
    fn from(refusal: OAuthError) -> Self {
        Self::Refused(refusal)
    }
}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => Self::Gone,
            error => Self::Unavailable(format!("database: {error}")),
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => match refusal.code {
                ErrorCode::InvalidClient | ErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
                ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
                ErrorCode::TemporarilyUnavailable => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::BAD_REQUEST,
            },
            Self::Challenged(refusal, _) if refusal.code == ErrorCode::InsufficientScope => {
                StatusCode::FORBIDDEN
            }
            // Also a malformed request: nginx makes a failure of its own of anything but 401 and 403.
            Self::Gone | Self::Challenged(..) => StatusCode::UNAUTHORIZED,
            Self::Overloaded | Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// RFC 6749 §5.2.
    fn error_response(&self) -> HttpResponse {
        let public = self.public();
        let mut response = HttpResponse::build(self.status_code());
        response
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::PRAGMA, "no-cache"));
        if public.code == ErrorCode::InvalidClient {
            response.insert_header((
                header::WWW_AUTHENTICATE,
                r#"Basic realm="latchkey", charset="UTF-8""#,
            ));
        }
        if let Self::Challenged(_, challenge) = self {
            response.insert_header((header::WWW_AUTHENTICATE, challenge.as_str()));
        }
        if let Some(seconds) = public.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        response.json(serde_json::json!({
            "error": public.code.as_str(),
            "error_description": public.description,
        }))
    }
}
