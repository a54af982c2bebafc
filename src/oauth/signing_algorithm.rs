//! The algorithms that can sign access tokens (RFC 7518 §3, RFC 8037 §3.1): public-key ones alone, since
//! whoever could verify a keyed hash could also make one.

use std::fmt;

/// The `alg` of a signing key and of what it signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256: small and fast, and known to every library.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 and 2048 bits: every server and client must know it (RFC 9068 §2.1).
    Rs256,
    /// Ed25519.
    EdDsa,
}

impl SigningAlgorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Es256, Self::Rs256, Self::EdDsa];

    /// The registered name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The one of this name, which is case-sensitive (RFC 7515 §4.1.1).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
    }
}

impl fmt::Display for SigningAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<SigningAlgorithm> for String {
    fn from(algorithm: SigningAlgorithm) -> Self {
        algorithm.as_str().to_owned()
    }
}

impl TryFrom<String> for SigningAlgorithm {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::from_name(&name).ok_or_else(|| format!("{name:?} is no algorithm that signs"))
    }
}

impl From<SigningAlgorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: SigningAlgorithm) -> Self {
        match algorithm {
            SigningAlgorithm::Es256 => Self::ES256,
            SigningAlgorithm::Rs256 => Self::RS256,
            SigningAlgorithm::EdDsa => Self::EdDSA,
        }
    }
}
