//! Our cookies: the session's, the one that ties an authorization request to a browser before anybody has
//! signed in, the setup link's, the theme's and the flash message's.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use crate::oauth::{Issuer, PlainSecret, SecretKind};

/// The signed-in session.
pub const SESSION: &str = "session";
/// A browser before sign-in.
pub const BROWSER: &str = "browser";
/// The token of the setup link, moved out of the address.
pub const SETUP: &str = "setup";
/// The token of a link to choose a password, moved out of the address.
pub const LINK: &str = "link";
/// `light` or `dark`; absent for what the system says.
pub const THEME: &str = "theme";
/// What the last form did, for the next page.
pub const FLASH: &str = "flash";
/// A new secret, encrypted, for the page that shows it.
pub const SHOWN_ONCE: &str = "shown_once";

/// The value of one of our cookies. Others on this host are not looked at: actix reads none at all where another
/// program has set one that is no text.
pub fn value(issuer: &Issuer, request: &HttpRequest, name: &str) -> Option<String> {
    let name = issuer.cookie_name(name);
    let headers = request.headers().get_all(header::COOKIE);
    headers
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='))
        .find(|(own, _)| *own == name)
        .map(|(_, value)| value.to_owned())
}

/// The secret in one of our cookies, if it has the form of one.
pub fn secret(issuer: &Issuer, request: &HttpRequest, name: &str) -> Option<PlainSecret> {
    PlainSecret::recognise_as(SecretKind::Browser, &value(issuer, request, name)?)
}

/// A cookie that scripts cannot read. Lax: it comes along when an application sends the browser here, and
/// not with another site's forms. Without `max_age` (seconds) it ends with the browser.
pub fn make(issuer: &Issuer, name: &str, value: &str, max_age: Option<i64>) -> Cookie<'static> {
    let mut cookie = Cookie::build(issuer.cookie_name(name), value.to_owned())
        .path("/")
        .http_only(true)
        .secure(issuer.is_https())
        .same_site(SameSite::Lax);
    if let Some(seconds) = max_age {
        cookie = cookie.max_age(Duration::seconds(seconds));
    }
    cookie.finish()
}

/// A cookie that takes another away.
pub fn remove(issuer: &Issuer, name: &str) -> Cookie<'static> {
    make(issuer, name, "", Some(0))
}

/// Sends a cookie along. Our own cookies are header values that always fit.
pub fn set(response: &mut HttpResponse, cookie: &Cookie<'_>) {
    let _added = response.add_cookie(cookie);
}
