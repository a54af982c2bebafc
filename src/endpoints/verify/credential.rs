//! The one credential of the original request: `Authorization`, `X-API-Key` or, where the configuration
//! names it, a parameter of the original URI. Neither cookies nor bodies are looked at (RFC 6750 §5.3).

use std::borrow::Cow;

use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::oauth::{OAuthError, params};
use crate::web::client_address;

static API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// Where gateways tell the original URI: the first of them that says something.
static ORIGINAL_URI: [HeaderName; 2] = [
    HeaderName::from_static("x-forwarded-uri"),
    HeaderName::from_static("x-original-uri"),
];

/// Where a token stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Header,
    OriginalUri,
}

/// What the original request brought.
pub(super) enum Credential<'a> {
    /// A token or what is to be taken for one.
    Token(Cow<'a, str>, Place),
    /// The `Authorization` header with a client's id and secret.
    Client(&'a [u8]),
}

impl<'a> Credential<'a> {
    /// None also for a scheme that this server does not know (RFC 6750 §3.1).
    ///
    /// # Errors
    /// `invalid_request` where there is more than one: two readers might choose differently.
    pub(super) fn find(config: &'a Config, request: &'a HttpRequest) -> Result<Option<Self>> {
        let mut found = written(request, &AUTHORIZATION)
            .map(of_authorization)
            .chain(written(request, &API_KEY).map(|key| Some(in_header(key.as_bytes()))))
            .chain(in_original_uri(config, request).map(Some));
        let first = found.next();
        if found.next().is_some() {
            let refusal = OAuthError::invalid_request("There is more than one credential.");
            return Err(Error::challenged(refusal, None));
        }
        Ok(first.flatten())
    }
}

/// The headers of a name that say something.
fn written<'a>(
    request: &'a HttpRequest,
    name: &HeaderName,
) -> impl Iterator<Item = &'a HeaderValue> {
    let values = request.headers().get_all(name);
    values.filter(|value| !value.as_bytes().trim_ascii().is_empty())
}

fn of_authorization(value: &HeaderValue) -> Option<Credential<'_>> {
    let value = value.as_bytes().trim_ascii();
    let space = value.iter().position(|&byte| byte == b' ');
    let (scheme, rest) = value.split_at(space.unwrap_or(value.len()));
    if scheme.eq_ignore_ascii_case(b"Bearer") {
        Some(in_header(rest))
    } else if scheme.eq_ignore_ascii_case(b"Basic") {
        Some(Credential::Client(value))
    } else {
        None
    }
}

/// Bytes that are no text are no token of ours either.
fn in_header(text: &[u8]) -> Credential<'_> {
    let text = std::str::from_utf8(text.trim_ascii()).unwrap_or_default();
    Credential::Token(Cow::Borrowed(text), Place::Header)
}

/// Only from a trusted proxy: anybody else would write into it what its own address does not have. A
/// repeated header is read as a whole, so that none of its values hides what another one has.
fn in_original_uri<'a>(
    config: &'a Config,
    request: &'a HttpRequest,
) -> impl Iterator<Item = Credential<'a>> {
    let wanted = config.verify.query_parameter.as_deref().filter(|_| {
        client_address::contains(&config.trusted_proxies, client_address::peer(request))
    });
    let told = wanted.and_then(|wanted| {
        let says = |name: &&HeaderName| written(request, name).next().is_some();
        Some((wanted, ORIGINAL_URI.iter().find(says)?))
    });
    told.into_iter()
        .flat_map(|(wanted, name)| {
            written(request, name).flat_map(move |uri| values_in_query(uri.as_bytes(), wanted))
        })
        .map(|key| Credential::Token(key, Place::OriginalUri))
}

/// The values of a parameter, each of which counts, also one that is no text and so no token of ours. The
/// rest of the address is somebody else's and may be any bytes.
fn values_in_query<'a>(uri: &'a [u8], wanted: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
    let query = split_once(uri, b'?').map_or(&[][..], |(_, query)| query);
    let query = split_once(query, b'#').map_or(query, |(query, _)| query);
    query
        .split(|&byte| byte == b'&')
        .filter_map(|pair| split_once(pair, b'='))
        .filter(move |(name, value)| {
            !value.is_empty() && params::decode(name).is_ok_and(|name| name == wanted)
        })
        .map(|(_, value)| params::decode(value).unwrap_or_default())
}

/// As `str::split_once`, of bytes.
fn split_once(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|&byte| byte == separator)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}
