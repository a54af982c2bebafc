//! Forgeries, the best that can be made: most are signed with the server's own private key.

use aws_lc_rs::hmac;
use latchkey::oauth::{KeyPair, SigningAlgorithm};
use serde_json::{Value, json};

use super::signed_app;
use crate::support::jwt::{self, Jwt, message, with_signature};
use crate::support::{ResourceServer, TestServer};

/// A server, a live token of it, and what a resource server says of others.
struct Scene<'a> {
    server: &'a TestServer,
    api: ResourceServer<'a>,
    token: String,
    jwt: Jwt,
    pair: KeyPair,
}

impl<'a> Scene<'a> {
    fn set(server: &'a TestServer) -> Self {
        server.db_user("ada");
        let (token, _) = signed_app(server).tokens("ada");
        Self {
            server,
            api: ResourceServer::new(server),
            jwt: Jwt::read(&token),
            pair: server.db_key_pair(),
            token,
        }
    }

    /// Header and claims, signed with the server's own key.
    fn signed(&self, header: &Value, claims: &str) -> String {
        let message = message(&jwt::header(header), claims);
        with_signature(&message, &self.pair.sign(message.as_bytes()).unwrap())
    }

    /// The token with other members in its header.
    fn with_header(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut header = self.jwt.header.clone();
        change(&mut header);
        self.signed(&header, &self.jwt.claims.to_string())
    }

    #[track_caller]
    fn assert_refused(&self, what: &str, token: &str) {
        let known = self.api.introspect(token);
        assert_eq!(known, json!({"active": false}), "{what}: {token}");
        let form = [("token", token)];
        let answer = self
            .server
            .post_as(&self.api.client, "/oauth/revoke", &form);
        assert_eq!(answer.status, 200, "{what}: {answer:?}");
        assert!(self.api.is_active(&self.token), "{what} ended the token");
    }
}

#[test]
fn the_forger_could_make_the_token_itself() {
    let server = TestServer::start();
    let scene = Scene::set(&server);
    let again = scene.with_header(|_| ());
    assert!(
        scene.api.is_active(&again),
        "so the refusals below have their own reasons"
    );
}

#[test]
fn a_token_without_a_signature_is_refused() {
    let server = TestServer::start();
    let scene = Scene::set(&server);
    let claims = scene.jwt.claims.to_string();
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let header = json!({"typ": "at+jwt", "alg": alg, "kid": scene.jwt.kid()});
        let unsigned = message(&jwt::header(&header), &claims);
        scene.assert_refused(alg, &format!("{unsigned}."));
        scene.assert_refused(alg, &unsigned);
        scene.assert_refused(alg, &scene.signed(&header, &claims));
    }
    let (own, _) = scene.token.rsplit_once('.').unwrap();
    scene.assert_refused("cut", &format!("{own}."));
}

#[test]
fn the_public_key_is_no_secret_to_sign_with() {
    for algorithm in SigningAlgorithm::ALL {
        let server = TestServer::with(|config| config.tokens.signing_algorithm = algorithm);
        let scene = Scene::set(&server);
        let set = server.get("/oauth/jwks");
        let key = &set.json()["keys"][0];
        let der = match &scene.pair {
            KeyPair::Es256(pair) => public(pair),
            KeyPair::Rs256(pair) => public(pair),
            KeyPair::EdDsa(pair) => public(pair),
        };
        let secrets = [
            set.body.clone().into_bytes(),
            key.to_string().into_bytes(),
            server.db_keys()[0].public_jwk.clone().into_bytes(),
            der,
        ];
        for secret in secrets {
            for alg in ["HS256", algorithm.as_str()] {
                let header = json!({"typ": "at+jwt", "alg": alg, "kid": scene.jwt.kid()});
                let message = message(&jwt::header(&header), &scene.jwt.claims.to_string());
                let tag = hmac::sign(
                    &hmac::Key::new(hmac::HMAC_SHA256, &secret),
                    message.as_bytes(),
                );
                scene.assert_refused(alg, &with_signature(&message, tag.as_ref()));
            }
        }
    }
}

fn public<P: aws_lc_rs::signature::KeyPair>(pair: &P) -> Vec<u8> {
    pair.public_key().as_ref().to_vec()
}

#[test]
fn a_key_signs_with_its_own_algorithm_alone() {
    let server = TestServer::start();
    let scene = Scene::set(&server);
    for alg in ["RS256", "PS256", "ES384", "EdDSA", "es256", "HS256"] {
        let token = scene.with_header(|header| header["alg"] = json!(alg));
        scene.assert_refused(alg, &token);
    }
}

#[test]
fn a_token_of_another_key_is_refused() {
    let server = TestServer::start();
    let scene = Scene::set(&server);
    let other = KeyPair::generate(SigningAlgorithm::Es256).unwrap();
    let kid = other.public_jwk().unwrap().common.key_id.unwrap();
    let claims = scene.jwt.claims.to_string();
    for (kid, what) in [
        (kid.as_str(), "a foreign kid"),
        (scene.jwt.kid(), "a foreign signature"),
    ] {
        let header = json!({"typ": "at+jwt", "alg": "ES256", "kid": kid});
        let message = message(&jwt::header(&header), &claims);
        let signature = other.sign(message.as_bytes()).unwrap();
        scene.assert_refused(what, &with_signature(&message, &signature));
    }
    let jwk = serde_json::to_value(other.public_jwk().unwrap()).unwrap();
    for brought in [
        json!({"jwk": jwk}),
        json!({"jku": "https://evil.example/jwks"}),
        json!({"x5u": "https://evil.example/cert"}),
        json!({"x5c": ["MIIB"]}),
    ] {
        let mut header = scene.jwt.header.clone();
        for (name, value) in brought.as_object().unwrap() {
            header[name] = value.clone();
        }
        let message = message(&jwt::header(&header), &claims);
        let signature = other.sign(message.as_bytes()).unwrap();
        scene.assert_refused("a key brought along", &with_signature(&message, &signature));
        let own = scene.signed(&header, &claims);
        scene.assert_refused("a key brought along to ours", &own);
    }
}

#[test]
fn a_kid_is_only_compared() {
    let server = TestServer::start();
    let scene = Scene::set(&server);
    let long = "k".repeat(8000);
    for kid in [
        "../../etc/passwd",
        "' OR 1=1 --",
        "\"",
        "\0",
        "",
        "%00",
        long.as_str(),
    ] {
        scene.assert_refused(kid, &scene.with_header(|header| header["kid"] = json!(kid)));
    }
    let without = scene.with_header(|header| drop(header.as_object_mut().unwrap().remove("kid")));
    scene.assert_refused("no kid", &without);
}

#[test]
fn a_token_of_another_kind_is_refused() {
    let server = TestServer::start();
    let scene = Scene::set(&server);
    for typ in [
        json!("JWT"),
        json!("jwt"),
        json!("logout+jwt"),
        json!("dpop+jwt"),
        json!("token-introspection+jwt"),
        json!(""),
        Value::Null,
        json!(["at+jwt"]),
    ] {
        let token = scene.with_header(|header| header["typ"] = typ.clone());
        scene.assert_refused(&typ.to_string(), &token);
    }
    let without = scene.with_header(|header| drop(header.as_object_mut().unwrap().remove("typ")));
    scene.assert_refused("no typ", &without);
}

#[test]
fn a_critical_extension_is_refused() {
    let server = TestServer::start();
    let scene = Scene::set(&server);
    for crit in [json!(["b64"]), json!(["exp"]), json!([]), json!("x")] {
        let token = scene.with_header(|header| {
            header["crit"] = crit.clone();
            header["b64"] = json!(true);
        });
        scene.assert_refused("crit", &token);
    }
}

#[test]
fn changed_claims_are_refused() {
    let server = TestServer::start();
    let scene = Scene::set(&server);
    let (signed, signature) = scene.token.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    for (name, value) in [
        ("scope", json!("read write")),
        ("sub", json!("usr_somebody")),
        ("exp", json!(4_000_000_000_i64)),
        ("roles", json!(["user", "admin"])),
    ] {
        let mut claims = scene.jwt.claims.clone();
        claims[name] = value;
        let encoded = message("", &claims.to_string());
        scene.assert_refused(name, &format!("{header}{encoded}.{signature}"));
    }
    let at = scene.token.len() - 10;
    scene.assert_refused("signature", &altered(&scene.token, at));
}

fn altered(token: &str, at: usize) -> String {
    let mut bytes = token.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_token_of_another_issuer_is_refused_even_from_our_key() {
    let server = TestServer::start();
    let scene = Scene::set(&server);
    for issuer in [
        json!("https://evil.example"),
        json!(format!("{}/", server.url)),
        json!(server.url.to_uppercase()),
        json!([server.url]),
        Value::Null,
    ] {
        let mut claims = scene.jwt.claims.clone();
        claims["iss"] = issuer.clone();
        let token = scene.signed(&scene.jwt.header, &claims.to_string());
        scene.assert_refused(&issuer.to_string(), &token);
    }
}

#[test]
fn what_is_no_token_is_refused_and_nothing_fails() {
    let server = TestServer::start();
    let scene = Scene::set(&server);
    let header = &scene.jwt.header;
    let jti = scene.jwt.claims["jti"].as_str().unwrap();
    let doubled = format!(r#"{{"iss":"x","iss":"{}","jti":"{jti}"}}"#, server.url);
    for claims in [
        doubled.as_str(),
        "[]",
        "null",
        "\"\"",
        "",
        "{",
        r#"{"iss":1,"jti":2}"#,
    ] {
        scene.assert_refused(claims, &scene.signed(header, claims));
    }
    let unknown = json!({"iss": server.url, "jti": "A".repeat(48)}).to_string();
    scene.assert_refused("an unknown jti", &scene.signed(header, &unknown));
    let short = json!({"iss": server.url, "jti": "AAAA"}).to_string();
    scene.assert_refused("a short jti", &scene.signed(header, &short));

    let token = &scene.token;
    for text in [
        format!("{token}="),
        format!("{token} "),
        format!(" {token}"),
        format!("{token}.{token}"),
        format!("{token}."),
        token.replacen('.', "..", 1),
        token.replace('.', ""),
        format!("eyJ{}", "a".repeat(20_000)),
        format!("{token}{}", "A".repeat(20_000)),
        String::from("eyJ"),
        String::from("eyJ.."),
        String::from("eyJ\u{1}.é.ü"),
    ] {
        scene.assert_refused("no token", &text);
    }
}
