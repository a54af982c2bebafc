//! Anti-forgery tokens: a MAC, under a key of the server, over whose form it is (a secret that only this browser's
//! cookie holds, or its session) and over what it is about, so that a token of another form, browser or session does
//! not pass.

use actix_web::HttpRequest;
use actix_web::http::header;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::app::App;

/// The token for a form. `about` is whatever the form decides on beyond its fields; often empty.
pub fn token(app: &App, whose: &str, about: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac::sign(&app.csrf_key, &message(whose, about)))
}

/// Whether a form's token is the one that [`token`] gave; compared in constant time.
pub fn is_valid(app: &App, whose: &str, about: &str, presented: &str) -> bool {
    let presented = URL_SAFE_NO_PAD.decode(presented).unwrap_or_default();
    hmac::verify(&app.csrf_key, &message(whose, about), &presented).is_ok()
}

fn message(whose: &str, about: &str) -> Vec<u8> {
    [whose, "\n", about].concat().into_bytes()
}

/// Whether the browser says that the form comes from another site. With `Referrer-Policy: no-referrer`
/// browsers send `Origin: null` on our own forms, so null or none leaves it to the token.
pub fn is_foreign(app: &App, request: &HttpRequest) -> bool {
    let origin = request
        .headers()
        .get(header::ORIGIN)
        .map(header::HeaderValue::as_bytes);
    origin.is_some_and(|origin| origin != b"null" && origin != app.issuer.origin().as_bytes())
}
