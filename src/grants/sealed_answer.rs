//! The answer to a rotation, kept for its retries under a key that only the old refresh token gives: the
//! database alone reveals nothing.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};

use crate::clock::UnixTime;
use crate::error::{Error, Result};
use crate::oauth::PlainSecret;

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
    /// Encrypts it: nonce, then ciphertext and tag.
    pub(super) fn seal(&self, old: &PlainSecret) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec(self).map_err(Error::failed)?;
        let nonce = key(old)?
            .seal_in_place_append_tag(Aad::empty(), &mut text)
            .map_err(Error::failed)?;
        Ok([nonce.as_ref().as_slice(), &text].concat())
    }

    /// Decrypts what [`Self::seal`] made.
    pub(super) fn open(sealed: &[u8], old: &PlainSecret) -> Result<Self> {
        let (nonce, text) = sealed
            .split_at_checked(NONCE_LEN)
            .ok_or_else(|| Error::failed("a sealed answer is cut"))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(Error::failed)?;
        let mut text = text.to_vec();
        let clear = key(old)?
            .open_in_place(nonce, Aad::empty(), &mut text)
            .map_err(Error::failed)?;
        serde_json::from_slice(clear).map_err(Error::failed)
    }

    /// Seconds the access token still lives.
    pub(super) fn expires_in(&self, now: UnixTime) -> i64 {
        UnixTime::from_seconds(self.access_end).since(now).max(0)
    }
}

/// The token holds 256 random bits, so one HMAC derives as good a key as any longer scheme.
fn key(old: &PlainSecret) -> Result<RandomizedNonceKey> {
    let secret = hmac::Key::new(hmac::HMAC_SHA256, old.expose().as_bytes());
    let derived = hmac::sign(&secret, b"latchkey sealed refresh answer");
    RandomizedNonceKey::new(&AES_256_GCM, derived.as_ref()).map_err(Error::failed)
}
