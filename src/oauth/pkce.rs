//! Proof Key for Code Exchange (RFC 7636), S256 alone: `plain` protects nothing where requests can be
//! seen, and RFC 9700 §2.1.1 wants S256.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::OAuthError;

/// A `code_challenge` of the method S256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Checks the pair of an authorization request (RFC 7636 §4.3, §4.4.1). A missing method means
    /// `plain` and is refused, never read as S256.
    ///
    /// # Errors
    /// `invalid_request` that says what is missing or malformed.
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Self, OAuthError> {
        let challenge = challenge.ok_or_else(|| {
            OAuthError::invalid_request(
                "code_challenge is missing: PKCE with S256 is required (RFC 7636).",
            )
        })?;
        if method != Some("S256") {
            return Err(
                OAuthError::invalid_request("code_challenge_method must be S256.")
                    .expecting(["S256"], method),
            );
        }
        let well_formed = challenge.len() == 43
            && challenge
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if !well_formed {
            return Err(OAuthError::invalid_request(
                "code_challenge must be 43 base64url characters without padding.",
            ));
        }
        Ok(Self(challenge.to_owned()))
    }

    /// Reads back what was stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The challenge as it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `verifier` is well-formed (RFC 7636 §4.1) and belongs to this challenge.
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let well_formed = (43..=128).contains(&verifier.len())
            && verifier
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        let computed = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        well_formed && verify_slices_are_equal(computed.as_bytes(), self.0.as_bytes()).is_ok()
    }
}
