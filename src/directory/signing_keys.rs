//! Copies of the signing keys. Their rows are read again with every change, as all copies are; what takes
//! time, decrypting and reading a key, is done once a process, since a key of one `kid` never changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{Jwk, JwkSet};

use crate::clock::UnixTime;
use crate::error::{Error, Result};
use crate::models::signing_key::{self, SigningKey};
use crate::oauth::jwt_access_token::{Claims, Header, Identity, Unsigned};
use crate::oauth::{ErrorCode, KeyPair, OAuthError};
use crate::signing::{KeySeal, signer};

use super::Directory;

/// A key, ready to sign and to verify.
pub struct KnownKey {
    kid: String,
    header: Header,
    public: DecodingKey,
    /// None where this process has no master key, as most commands, or the wrong one.
    pair: Option<KeyPair>,
}

impl KnownKey {
    fn read(row: &SigningKey, seal: Option<&KeySeal>) -> Result<Self> {
        let jwk: Jwk = serde_json::from_str(&row.public_jwk).map_err(Error::failed)?;
        let pair = seal.map(|seal| seal.open(row)).transpose();
        Ok(Self {
            kid: row.id.clone(),
            header: Header::new(row.algorithm, &row.id),
            public: DecodingKey::from_jwk(&jwk).map_err(Error::failed)?,
            pair: pair.unwrap_or_else(|error| {
                // What others have signed can be verified nevertheless.
                tracing::error!(%error, "a signing key cannot be used");
                None
            }),
        })
    }

    /// Makes a token.
    ///
    /// # Errors
    /// `invalid_scope` where it would be too long; a failure where this process cannot sign.
    pub fn sign(&self, claims: &Claims<'_>) -> Result<String> {
        let pair = self.pair.as_ref().ok_or_else(|| {
            Error::Failed(format!("the signing key {} cannot be decrypted", self.kid))
        })?;
        self.header.sign(pair, claims).map_err(|error| match error {
            Unsigned::TooLong => OAuthError::new(
                ErrorCode::InvalidScope,
                "These are too many scopes for a signed token. Ask for fewer.",
            )
            .into(),
            Unsigned::Failed(cause) => Error::Failed(cause),
        })
    }
}

/// The published keys of one revision.
pub struct SigningKeys {
    rows: Vec<SigningKey>,
    known: Vec<Arc<KnownKey>>,
    jwks: String,
}

impl SigningKeys {
    /// The key that signs at `now`.
    ///
    /// # Errors
    /// Where there is none, which only somebody at the database can bring about.
    pub fn signer(&self, now: UnixTime) -> Result<&Arc<KnownKey>> {
        signer(&self.rows, now)
            .and_then(|row| self.known.iter().find(|known| known.kid == row.id))
            .ok_or_else(|| Error::failed("there is no signing key"))
    }

    /// What a token says, if one of these keys has signed it.
    pub(super) fn recognise(&self, text: &str) -> Option<Identity> {
        self.known
            .iter()
            .find_map(|known| known.header.recognise(text, &known.public))
    }

    /// The public halves as a JWK Set (RFC 7517 §5); none where there are no keys.
    pub fn jwks(&self) -> Option<&str> {
        (!self.rows.is_empty()).then_some(self.jwks.as_str())
    }
}

/// The keys that this process has opened, by `kid`.
#[derive(Clone, Default)]
pub(super) struct OpenedKeys {
    seal: Option<KeySeal>,
    opened: Arc<Mutex<HashMap<String, Arc<KnownKey>>>>,
}

impl OpenedKeys {
    pub(super) fn with(seal: KeySeal) -> Self {
        Self {
            seal: Some(seal),
            ..Self::default()
        }
    }

    fn open(&self, rows: Vec<SigningKey>) -> Result<SigningKeys> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.retain(|kid, _| rows.iter().any(|row| row.id == *kid));
        let mut known = Vec::with_capacity(rows.len());
        let mut set = JwkSet::default();
        for row in &rows {
            if !opened.contains_key(&row.id) {
                let key = KnownKey::read(row, self.seal.as_ref())?;
                opened.insert(row.id.clone(), Arc::new(key));
            }
            known.extend(opened.get(&row.id).cloned());
            set.keys
                .push(serde_json::from_str(&row.public_jwk).map_err(Error::failed)?);
        }
        Ok(SigningKeys {
            jwks: serde_json::to_string(&set).map_err(Error::failed)?,
            rows,
            known,
        })
    }
}

impl Directory {
    /// The published signing keys.
    ///
    /// # Errors
    /// The database's.
    pub async fn signing_keys(&self) -> Result<Arc<SigningKeys>> {
        if let Some(keys) = self.copy(|copies| copies.signing_keys.clone()) {
            return Ok(keys);
        }
        let revision = self.db.revision();
        let rows = self
            .db
            .read(|connection| Ok(signing_key::published(connection)?))
            .await?;
        let keys = Arc::new(self.opened_keys.open(rows)?);
        self.keep(revision, |copies| {
            copies.signing_keys = Some(Arc::clone(&keys));
        });
        Ok(keys)
    }
}
