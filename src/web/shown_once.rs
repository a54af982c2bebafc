//! A new secret on its way to the page that shows it. The form that makes it is answered with a redirect,
//! so that a reload makes no second one; the secret goes along in a cookie for a minute, encrypted with a key
//! that needs this server's and this session's secret, and is gone once the page has shown it.

use actix_web::HttpResponse;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::Result;
use crate::oauth::PlainSecret;
use crate::sealing;

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
    let text = secret.expose().as_bytes().to_vec();
    let sealed = URL_SAFE_NO_PAD.encode(sealing::seal(key(person).as_ref(), about, text)?);
    let issuer = &person.app.issuer;
    let cookie = cookies::make(issuer, cookies::SHOWN_ONCE, &sealed, Some(PATIENCE));
    cookies::set(response, &cookie);
    Ok(())
}

/// The secret that the last form made, if it is for this page.
pub fn find(person: &Person, about: &str) -> Option<PlainSecret> {
    let sealed = cookies::value(&person.app.issuer, &person.request, cookies::SHOWN_ONCE)?;
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let text = sealing::open(key(person).as_ref(), about, &sealed)?;
    let (_, secret) = PlainSecret::recognise(std::str::from_utf8(&text).ok()?)?;
    Some(secret)
}

/// Takes it from the browser, along with the page that shows it.
pub fn forget(person: &Person, response: &mut HttpResponse) {
    let cookie = cookies::remove(&person.app.issuer, cookies::SHOWN_ONCE);
    cookies::set(response, &cookie);
}

fn key(person: &Person) -> hmac::Tag {
    let session = ["shown once\n", person.signed_in.secret.expose()].concat();
    hmac::sign(&person.app.csrf_key, session.as_bytes())
}
