//! How private keys lie in the database: encrypted with AES-256-GCM under a key that the master key gives,
//! each bound to its `kid`, so that one cannot be passed off as another.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};

use crate::error::{Error, Result};
use crate::models::signing_key::SigningKey;
use crate::oauth::KeyPair;

/// What encrypts and decrypts them. Does not print itself.
#[derive(Clone)]
pub struct KeySeal(Vec<u8>);

impl KeySeal {
    /// Of 32 bytes that nobody else knows.
    pub fn new(key: &[u8]) -> Self {
        Self(key.to_vec())
    }

    /// Encrypts the private half: nonce, then ciphertext and tag.
    ///
    /// # Errors
    /// Where the key cannot be written.
    pub fn seal(&self, pair: &KeyPair, kid: &str) -> Result<Vec<u8>> {
        let mut text = pair.to_pkcs8().map_err(Error::Failed)?;
        let nonce = self
            .key()?
            .seal_in_place_append_tag(Aad::from(kid), &mut text)
            .map_err(Error::failed)?;
        Ok([nonce.as_ref().as_slice(), &text].concat())
    }

    /// Decrypts what [`Self::seal`] made.
    ///
    /// # Errors
    /// A sentence for the operator: mostly the master key is another one.
    pub fn open(&self, key: &SigningKey) -> Result<KeyPair> {
        let wrong = || {
            Error::Failed(format!(
                "the signing key {} was encrypted under another master key: give the one that this \
                 database was made with (`master_key_file` or LATCHKEY_MASTER_KEY), or, if it is lost, \
                 end the signing key with `latchkey key retire {} --master-key-lost`",
                key.id, key.id
            ))
        };
        let sealed = key.sealed_private_key.as_deref().unwrap_or_default();
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or_else(wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(Error::failed)?;
        let mut text = text.to_vec();
        let clear = self
            .key()?
            .open_in_place(nonce, Aad::from(&key.id), &mut text)
            .map_err(|_| wrong())?;
        KeyPair::from_pkcs8(key.algorithm, clear).map_err(Error::Failed)
    }

    fn key(&self) -> Result<RandomizedNonceKey> {
        RandomizedNonceKey::new(&AES_256_GCM, &self.0).map_err(Error::failed)
    }
}
