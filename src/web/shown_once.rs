//! A new secret on its way to the page that shows it. The form that makes it is answered with a redirect,
//! so that a reload makes no second one; the secret goes along in a cookie for a minute, encrypted with a key
//! that needs this server's and this session's secret, and is gone once the page has shown it.

use actix_web::HttpResponse;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Result};
use crate::oauth::PlainSecret;

use super::cookies;
use super::person::Person;

/// Seconds that a browser has to follow the redirect.
const PATIENCE: i64 = 60;

/// Sends the secret along with a redirect. `about` is what the page is of, and no other page can open it.
///
/// # Errors
/// Where the system has no random numbers.
pub fn give(
    person: &Person,
    response: &mut HttpResponse,
    about: &str,
    secret: &PlainSecret,
) -> Result<()> {
    let mut text = secret.expose().as_bytes().to_vec();
    let nonce = key(person)?
        .seal_in_place_append_tag(Aad::from(about.as_bytes()), &mut text)
        .map_err(Error::failed)?;
    let sealed = URL_SAFE_NO_PAD.encode([nonce.as_ref().as_slice(), &text].concat());
    let issuer = &person.app.issuer;
    let cookie = cookies::make(issuer, cookies::SHOWN_ONCE, &sealed, Some(PATIENCE));
    cookies::set(response, &cookie);
    Ok(())
}

/// The secret that the last form made, if it is for this page.
pub fn find(person: &Person, about: &str) -> Option<PlainSecret> {
    let sealed = cookies::value(&person.app.issuer, &person.request, cookies::SHOWN_ONCE)?;
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut text = text.to_vec();
    let key = key(person).ok()?;
    let clear = key
        .open_in_place(nonce, Aad::from(about.as_bytes()), &mut text)
        .ok()?;
    let (_, secret) = PlainSecret::recognise(std::str::from_utf8(clear).ok()?)?;
    Some(secret)
}

/// Takes it from the browser, along with the page that shows it.
pub fn forget(person: &Person, response: &mut HttpResponse) {
    let cookie = cookies::remove(&person.app.issuer, cookies::SHOWN_ONCE);
    cookies::set(response, &cookie);
}

fn key(person: &Person) -> Result<RandomizedNonceKey> {
    let about = ["shown once\n", person.signed_in.secret.expose()].concat();
    let derived = hmac::sign(&person.app.csrf_key, about.as_bytes());
    RandomizedNonceKey::new(&AES_256_GCM, derived.as_ref()).map_err(Error::failed)
}
