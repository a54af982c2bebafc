//! Reads the form of a request: the right content type, not too long, well encoded. What its fields mean
//! is for whoever reads them.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::{FutureExt, Map};
use time::{Date, Month};
use tokio::time::error::Elapsed;
use tokio::time::{Timeout, timeout};

use crate::error::Error;
use crate::oauth::params::MAX_PAIRS;
use crate::oauth::{OAuthError, Params};

/// More than any OAuth request has, in bytes.
const LIMIT: usize = 64 * 1024;

/// What is read of any body, in bytes: a field of a page may hold 10,000 characters of any kind, of which each
/// takes up to 12 bytes, and its own mistake is to tell that this is too long.
pub const PAGE_LIMIT: usize = 256 * 1024;

/// Fields of a signed-in person's form at most: it may have a checkbox for every scope and role.
pub const MAX_FIELDS: usize = 1000;

/// A body that takes longer keeps a connection from others.
const PATIENCE: Duration = Duration::from_secs(10);

/// The body as it comes to a handler, or why it cannot be read, which is the handler's to say.
#[derive(Debug)]
pub struct Body(Result<Bytes, &'static str>);

impl FromRequest for Body {
    type Error = Infallible;
    type Future =
        Map<Timeout<<Bytes as FromRequest>::Future>, fn(Read) -> Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        timeout(PATIENCE, Bytes::from_request(request, payload)).map(Self::told)
    }
}

type Read = Result<Result<Bytes, actix_web::Error>, Elapsed>;

impl Body {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "an extractor's answer is a result"
    )]
    fn told(read: Read) -> Result<Self, Infallible> {
        Ok(Self(match read {
            Ok(Ok(body)) => Ok(body),
            // PAGE_LIMIT and PATIENCE, for people.
            Ok(Err(_)) => Err("The body cannot be read, or is longer than 256 KiB."),
            Err(_) => Err("The body did not arrive within 10 seconds."),
        }))
    }
}

/// The parameters of a program's request.
///
/// # Errors
/// `invalid_request` (RFC 6749 §3.2: `application/x-www-form-urlencoded` in UTF-8).
pub fn params<'a>(request: &HttpRequest, body: &'a Body) -> Result<Params<'a>, OAuthError> {
    params_up_to(request, body, MAX_PAIRS)
}

/// The same, of which there may be `most`.
///
/// # Errors
/// As [`params`].
pub fn params_up_to<'a>(
    request: &HttpRequest,
    body: &'a Body,
    most: usize,
) -> Result<Params<'a>, OAuthError> {
    if body.0.as_ref().is_ok_and(|bytes| bytes.len() > LIMIT) {
        return Err(OAuthError::invalid_request(
            "The body is longer than 64 KiB.",
        ));
    }
    fields_up_to(request, body, most)
}

/// The fields of a page's form, of which there may be `most`.
///
/// # Errors
/// As [`params`].
pub fn fields_up_to<'a>(
    request: &HttpRequest,
    body: &'a Body,
    most: usize,
) -> Result<Params<'a>, OAuthError> {
    let body = body.0.as_ref();
    let body = body.map_err(|why| OAuthError::invalid_request(*why))?;
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .map(header::HeaderValue::as_bytes);
    let essence = content_type
        .unwrap_or_default()
        .split(|&byte| byte == b';')
        .next()
        .unwrap_or_default();
    if !essence
        .trim_ascii()
        .eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
    {
        return Err(OAuthError::invalid_request(
            "The content type must be application/x-www-form-urlencoded.",
        ));
    }
    Ok(Params::parse_up_to(body, most)?)
}

/// A field of a page's form, or a parameter of its address; absent reads as empty.
///
/// # Errors
/// `invalid_request` where it is repeated.
pub fn field<'a>(fields: &'a Params<'_>, name: &'static str) -> Result<&'a str, Error> {
    Ok(fields.one(name)?.unwrap_or_default())
}

/// A day as browsers send it: `2026-03-04`.
pub fn date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}
