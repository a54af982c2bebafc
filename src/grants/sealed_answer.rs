//! The answer to a rotation, kept for its retries under a key that only the old refresh token gives: the
//! database alone reveals nothing.

use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};

use crate::clock::UnixTime;
use crate::error::{Error, Result};
use crate::oauth::PlainSecret;
use crate::sealing;

/// What a retry is answered with.
#[derive(Serialize, Deserialize)]
pub(super) struct SealedAnswer {
    pub access_token: String,
    pub access_end: i64,
    pub refresh_token: String,
    /// The scope of the access token.
    pub scope: String,
    /// The `scope` parameter of the request; a retry must have the same.
    pub requested: Option<String>,
}

impl SealedAnswer {
    /// Encrypts it.
    pub(super) fn seal(&self, old: &PlainSecret) -> Result<Vec<u8>> {
        let text = serde_json::to_vec(self).map_err(Error::failed)?;
        sealing::seal(key(old).as_ref(), "", text)
    }

    /// Decrypts what [`Self::seal`] made.
    pub(super) fn open(sealed: &[u8], old: &PlainSecret) -> Result<Self> {
        let text = sealing::open(key(old).as_ref(), "", sealed)
            .ok_or_else(|| Error::failed("a sealed answer does not open"))?;
        serde_json::from_slice(&text).map_err(Error::failed)
    }

    /// Seconds the access token still lives.
    pub(super) fn expires_in(&self, now: UnixTime) -> i64 {
        UnixTime::from_seconds(self.access_end).since(now).max(0)
    }
}

/// The token holds 256 random bits, so one HMAC derives as good a key as any longer scheme.
fn key(old: &PlainSecret) -> hmac::Tag {
    let secret = hmac::Key::new(hmac::HMAC_SHA256, old.expose().as_bytes());
    hmac::sign(&secret, b"latchkey sealed refresh answer")
}
