//! How everything that we encrypt is encrypted: AES-256-GCM under 32 bytes, bound to what it is about.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

use crate::error::{Error, Result};

/// Encrypts: a nonce of its own, then ciphertext and tag.
///
/// # Errors
/// Where the key is no key, or the system has no random numbers.
pub fn seal(key: &[u8], about: &str, mut text: Vec<u8>) -> Result<Vec<u8>> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).map_err(Error::failed)?;
    let nonce = key
        .seal_in_place_append_tag(Aad::from(about), &mut text)
        .map_err(Error::failed)?;
    Ok([nonce.as_ref().as_slice(), &text].concat())
}

/// Decrypts what [`seal`] made; none where the key, what it is about or any byte is another.
pub fn open(key: &[u8], about: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut text = text.to_vec();
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).ok()?;
    let clear = key.open_in_place(nonce, Aad::from(about), &mut text).ok()?;
    let length = clear.len();
    text.truncate(length);
    Some(text)
}
