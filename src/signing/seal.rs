//! How private keys lie in the database: encrypted under a key that the master key gives, each bound to its
//! `kid`, so that one cannot be passed off as another.

use crate::error::{Error, Result};
use crate::models::signing_key::SigningKey;
use crate::oauth::KeyPair;
use crate::sealing;

/// What encrypts and decrypts them. Does not print itself.
#[derive(Clone)]
pub struct KeySeal(Vec<u8>);

impl KeySeal {
    /// Of 32 bytes that nobody else knows.
    pub fn new(key: &[u8]) -> Self {
        Self(key.to_vec())
    }

    /// Encrypts the private half.
    ///
    /// # Errors
    /// Where the key cannot be written.
    pub fn seal(&self, pair: &KeyPair, kid: &str) -> Result<Vec<u8>> {
        let text = pair.to_pkcs8().map_err(Error::Failed)?;
        sealing::seal(&self.0, kid, text)
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
        let clear = sealing::open(&self.0, &key.id, sealed).ok_or_else(wrong)?;
        KeyPair::from_pkcs8(key.algorithm, &clear).map_err(Error::Failed)
    }
}
