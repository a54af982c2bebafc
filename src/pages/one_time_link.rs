//! What the pages behind one-time links share: the token moves out of the address into a cookie, so that it
//! stays in no history, and a password is chosen by typing it twice.

use actix_web::HttpResponse;

use crate::authentication::check_choice;
use crate::error::Error;
use crate::oauth::{Params, PlainSecret, SecretKind};
use crate::web::cookies;
use crate::web::error_page::PageError;
use crate::web::form::field;
use crate::web::page::Field;
use crate::web::visitor::Visitor;

/// Seconds a browser keeps the token; the link itself may work longer, and can be opened again.
const KEPT: i64 = 3600;

/// The redirect that takes a token out of the page's address, if there is one.
pub(super) fn move_token(
    visitor: &Visitor,
    cookie: &str,
) -> Result<Option<HttpResponse>, PageError> {
    let query = visitor.query()?;
    let Some(token) = query.one("token").map_err(Error::from)? else {
        return Ok(None);
    };
    let issuer = &visitor.app.issuer;
    let mut response = visitor.go_to(visitor.own_path());
    let cookie = match PlainSecret::recognise_as(SecretKind::Browser, token) {
        Some(token) => cookies::make(issuer, cookie, token.expose(), Some(KEPT)),
        // The page must not speak of an older link.
        None => cookies::remove(issuer, cookie),
    };
    cookies::set(&mut response, &cookie);
    Ok(Some(response))
}

/// The fields `password` and `repeat` of this person, each with what is wrong with it.
pub(super) fn chosen_password(
    visitor: &Visitor,
    fields: &Params<'_>,
    username: &str,
    email: &str,
) -> Result<(Field, Field), PageError> {
    let (password, repeat) = (field(fields, "password")?, field(fields, "repeat")?);
    let differs =
        (password != repeat).then(|| String::from("The two passwords differ. Type it again."));
    Ok((
        Field::secret(check_choice(password, &visitor.app.config, username, email).err()),
        Field::secret(differs),
    ))
}
