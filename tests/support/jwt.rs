//! Signed tokens, as a resource server reads them and as somebody who wants to deceive one writes them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::verify;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey};
use latchkey::models::signing_key::{self, SigningKey};
use latchkey::oauth::KeyPair;
use serde_json::Value;

use super::TestServer;

/// A token taken apart.
#[derive(Clone, Debug)]
pub struct Jwt {
    pub header: Value,
    pub claims: Value,
}

impl Jwt {
    #[track_caller]
    pub fn read(text: &str) -> Self {
        let parts: Vec<&str> = text.split('.').collect();
        assert_eq!(parts.len(), 3, "{text} is no JWT");
        let json = |part: &str| {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).expect("JSON")
        };
        Self {
            header: json(parts[0]),
            claims: json(parts[1]),
        }
    }

    pub fn kid(&self) -> &str {
        self.header["kid"].as_str().expect("a kid")
    }
}

/// A header with its members in the order in which the server writes them.
pub fn header(members: &Value) -> String {
    let members = members.as_object().unwrap();
    let first = ["typ", "alg", "kid"];
    let of = |name: &str| {
        members
            .get(name)
            .map(|value| format!("{}:{value}", Value::from(name)))
    };
    let known = first.into_iter().filter_map(of);
    let others = members
        .keys()
        .filter(|name| !first.contains(&name.as_str()));
    let all: Vec<String> = known.chain(others.filter_map(|name| of(name))).collect();
    format!("{{{}}}", all.join(","))
}

/// The signing input of a header and claims.
pub fn message(header: &str, claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}", part(header), part(claims))
}

/// A whole token.
pub fn with_signature(message: &str, signature: &[u8]) -> String {
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

impl TestServer {
    /// The key set, found as a resource server finds it.
    pub fn jwks(&self) -> JwkSet {
        let metadata = self.get("/.well-known/oauth-authorization-server").json();
        let uri = metadata["jwks_uri"].as_str().expect("jwks_uri");
        serde_json::from_str(&super::Answer::get(uri, &[]).body).expect("a key set")
    }

    /// Whether a key of the set, named and used as it says itself, has signed a token.
    pub fn verifies(&self, text: &str) -> bool {
        let jwt = Jwt::read(text);
        let set = self.jwks();
        let Some(jwk) = set.find(jwt.kid()) else {
            return false;
        };
        let algorithm: Algorithm = jwk
            .common
            .key_algorithm
            .unwrap()
            .to_string()
            .parse()
            .unwrap();
        assert_eq!(jwt.header["alg"], format!("{algorithm:?}"));
        let (message, signature) = text.rsplit_once('.').unwrap();
        let key = DecodingKey::from_jwk(jwk).unwrap();
        verify(signature, message.as_bytes(), &key, algorithm).unwrap()
    }

    /// The published keys.
    pub fn db_keys(&self) -> Vec<SigningKey> {
        self.db_read(|connection| Ok(signing_key::published(connection)?))
    }

    /// The pair that signs, as nobody outside has it.
    pub fn db_key_pair(&self) -> KeyPair {
        let key = &self.db_keys()[0];
        self.app.key_seal.open(key).unwrap()
    }

    /// Does what is due to the keys at the clock's present.
    pub fn keep_keys_up(&self) {
        self.wait(self.app.rotation().keep_up()).unwrap();
    }
}
