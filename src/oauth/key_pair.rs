//! A pair of keys that signs: how it is made, read back, published (RFC 7517) and named (RFC 7638). How the
//! private half is encrypted is in `signing::seal`.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};

use super::SigningAlgorithm;

/// Both halves. Does not print itself.
pub enum KeyPair {
    /// On P-256.
    Es256(EcdsaKeyPair),
    /// 2048 bits.
    Rs256(RsaKeyPair),
    /// Ed25519.
    EdDsa(Ed25519KeyPair),
}

impl KeyPair {
    /// A new pair. RSA takes up to a second, the others microseconds. One whose name begins with `-`, which
    /// the command line would take for an option, is made again.
    ///
    /// # Errors
    /// Where the system has no random numbers; below, where a key is not what it should be.
    pub fn generate(algorithm: SigningAlgorithm) -> Result<Self, String> {
        loop {
            let pair = Self::generate_any(algorithm)?;
            let kid = pair.public_jwk()?.common.key_id;
            if kid.is_some_and(|kid| !kid.starts_with('-')) {
                return Ok(pair);
            }
        }
    }

    fn generate_any(algorithm: SigningAlgorithm) -> Result<Self, String> {
        let made = match algorithm {
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Self::Es256)
            }
            SigningAlgorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).map(Self::Rs256),
            SigningAlgorithm::EdDsa => Ed25519KeyPair::generate().map(Self::EdDsa),
        };
        made.map_err(|_| format!("no {algorithm} key can be made"))
    }

    /// Reads a private key in PKCS #8.
    pub fn from_pkcs8(algorithm: SigningAlgorithm, pkcs8: &[u8]) -> Result<Self, String> {
        let read = match algorithm {
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map(Self::Es256)
            }
            SigningAlgorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).map(Self::Rs256),
            SigningAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).map(Self::EdDsa),
        };
        read.map_err(|error| format!("no {algorithm} key: {error}"))
    }

    /// The private key in PKCS #8. Whoever calls this answers for where it goes.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, String> {
        let written = match self {
            Self::Es256(pair) => pair.to_pkcs8v1().map(|text| text.as_ref().to_vec()),
            Self::Rs256(pair) => {
                AsDer::<Pkcs8V1Der<'_>>::as_der(pair).map(|text| text.as_ref().to_vec())
            }
            Self::EdDsa(pair) => pair.to_pkcs8v1().map(|text| text.as_ref().to_vec()),
        };
        written.map_err(|_| String::from("a key cannot be written"))
    }

    /// What it signs with.
    pub fn algorithm(&self) -> SigningAlgorithm {
        match self {
            Self::Es256(_) => SigningAlgorithm::Es256,
            Self::Rs256(_) => SigningAlgorithm::Rs256,
            Self::EdDsa(_) => SigningAlgorithm::EdDsa,
        }
    }

    /// The public half, for signatures alone and named by its thumbprint.
    pub fn public_jwk(&self) -> Result<Jwk, String> {
        let public = match self {
            Self::Es256(pair) => DecodingKey::from_ec_der(pair.public_key().as_ref()),
            Self::Rs256(pair) => DecodingKey::from_rsa_der(pair.public_key().as_ref()),
            Self::EdDsa(pair) => DecodingKey::from_ed_der(pair.public_key().as_ref()),
        };
        let wrong = |error| format!("a public key cannot be written: {error}");
        let mut jwk =
            Jwk::from_decoding_key(&public, Some(self.algorithm().into())).map_err(wrong)?;
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        jwk.common.key_id = Some(jwk.thumbprint(ThumbprintHash::SHA256).map_err(wrong)?);
        Ok(jwk)
    }

    /// The signature of a message, as RFC 7518 §3 writes it.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let signed = match self {
            Self::Es256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec()),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                )
                .map(|()| signature)
            }
            Self::EdDsa(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        };
        signed.map_err(|_| String::from("a token cannot be signed"))
    }
}
