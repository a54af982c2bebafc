//! The token endpoint's success answer (RFC 6749 §5.1).

use std::fmt;

use serde::Serialize;

use super::{PlainSecret, Scope};

/// What a client gets. Holds secrets, so it does not print itself.
#[derive(Clone)]
pub struct TokenResponse {
    /// `access_token`.
    pub access_token: String,
    /// `expires_in`, in seconds.
    pub expires_in: i64,
    /// `refresh_token`.
    pub refresh_token: Option<PlainSecret>,
    /// `scope`: what was granted, always told.
    pub scope: Scope,
}

#[derive(Serialize)]
struct Members<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    scope: &'a str,
}

impl TokenResponse {
    /// The JSON document.
    pub fn to_json(&self) -> String {
        let members = Members {
            access_token: &self.access_token,
            token_type: "Bearer",
            expires_in: self.expires_in,
            refresh_token: self.refresh_token.as_ref().map(PlainSecret::expose),
            scope: self.scope.as_str(),
        };
        // Strings and a number always serialise.
        serde_json::to_string(&members).unwrap_or_default()
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenResponse")
    }
}
