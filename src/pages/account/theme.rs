//! Choosing light or dark for one browser.

use actix_web::HttpResponse;

use crate::web::form::{Body, field};
use crate::web::page::Theme;
use crate::web::person::Person;
use crate::web::visitor::PageResult;
use crate::web::{cookies, paths};

/// Seconds for which a browser keeps the theme.
const YEAR: i64 = 31_536_000;

/// `POST /account/theme`.
pub async fn post(person: Person, body: Body) -> HttpResponse {
    person.answer(choose(&person, &body))
}

fn choose(person: &Person, body: &Body) -> PageResult {
    let fields = person.fields(body)?;
    let theme = Theme::read(Some(field(&fields, "theme")?));
    let mut response = person.done(paths::ACCOUNT, "The theme was saved in this browser.");
    let issuer = &person.app.issuer;
    let cookie = cookies::make(issuer, cookies::THEME, theme.name(), Some(YEAR));
    cookies::set(&mut response, &cookie);
    Ok(response)
}
