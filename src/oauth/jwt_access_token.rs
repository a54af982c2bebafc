//! Signed access tokens (RFC 9068): their header, their claims, and how one of ours is recognised. Whether
//! it opens anything is told by its row, as for any other token: see `authentication::bearer`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::crypto::verify;
use serde::{Deserialize, Serialize};

use super::{KeyPair, SecretId, SigningAlgorithm};

/// Characters of a token at most: none is issued that is longer, and what is longer is not worth a look.
const LONGEST: usize = 16 * 1024;
/// Of these, for the signature at most: RS256's has 256 bytes.
const SIGNATURE: usize = 342;

/// Why there is no token.
#[derive(Debug)]
pub enum Unsigned {
    /// It would have more than 16 KiB.
    TooLong,
    /// The key cannot sign.
    Failed(String),
}

/// RFC 9068 §2.2, and of §2.2.3.1 the roles. Nothing personal: every holder can read it (§6).
#[derive(Serialize)]
pub struct Claims<'a> {
    /// The issuer.
    pub iss: &'a str,
    /// The user's id, or the client's where no user is involved.
    pub sub: &'a str,
    /// For whom it is.
    pub aud: &'a str,
    /// Who asked for it.
    pub client_id: &'a str,
    /// What it allows.
    pub scope: &'a str,
    /// The user's roles when it was made; none where no user is involved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<&'a str>>,
    /// When it was made, in seconds since 1970.
    pub iat: i64,
    /// When it ends, likewise.
    pub exp: i64,
    /// The key of its row.
    pub jti: String,
}

/// What leads from a token to its row.
#[derive(Clone, Debug, Deserialize)]
pub struct Identity {
    /// Who made it.
    pub iss: String,
    jti: String,
}

impl Identity {
    /// The key of its row.
    pub fn id(&self) -> Option<SecretId> {
        SecretId::from_text(&self.jti)
    }
}

/// The only header that tokens of one key have, encoded.
pub struct Header {
    algorithm: SigningAlgorithm,
    encoded: String,
}

impl Header {
    /// Of a key, named by its `kid`.
    pub fn new(algorithm: SigningAlgorithm, kid: &str) -> Self {
        #[derive(Serialize)]
        struct Members<'a> {
            typ: &'static str,
            alg: &'static str,
            kid: &'a str,
        }
        let members = Members {
            typ: "at+jwt",
            alg: algorithm.as_str(),
            kid,
        };
        // Strings always serialise.
        let json = serde_json::to_string(&members).unwrap_or_default();
        Self {
            algorithm,
            encoded: URL_SAFE_NO_PAD.encode(json),
        }
    }

    /// Makes a token.
    ///
    /// # Errors
    /// Where nobody would recognise it, being so long, or where the key cannot sign.
    pub fn sign(&self, pair: &KeyPair, claims: &Claims<'_>) -> Result<String, Unsigned> {
        let json =
            serde_json::to_string(claims).map_err(|error| Unsigned::Failed(error.to_string()))?;
        let message = format!("{}.{}", self.encoded, URL_SAFE_NO_PAD.encode(json));
        if message.len() + 1 + SIGNATURE > LONGEST {
            return Err(Unsigned::TooLong);
        }
        let signature = pair.sign(message.as_bytes()).map_err(Unsigned::Failed)?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Recognises a token of this key. The header must be ours character for character, so that nothing in
    /// it is ever obeyed: no other `alg` (RFC 8725 §3.1), no `typ` of another kind of token (§3.11), no
    /// `crit` that we would have to understand (RFC 7515 §4.1.11), no key that a token brings along
    /// (RFC 8725 §3.10). Then the signature, and only then is anything of the claims read.
    pub fn recognise(&self, text: &str, public: &DecodingKey) -> Option<Identity> {
        if text.len() > LONGEST {
            return None;
        }
        let (message, signature) = text.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        if header != self.encoded {
            return None;
        }
        verify(signature, message.as_bytes(), public, self.algorithm.into())
            .ok()
            .filter(|right| *right)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }
}
