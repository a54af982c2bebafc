//! Choosing light or dark for one browser.

use actix_web::HttpResponse;

use crate::web::cookies;
use crate::web::form::Body;
use crate::web::page::Theme;
use crate::web::visitor::{PageResult, Visitor};

use super::{check_form, done, field};

/// `POST /account/theme`.
pub async fn post(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(choose(&visitor, &body).await)
}

/// Seconds for which a browser keeps the theme.
const YEAR: i64 = 31_536_000;

async fn choose(visitor: &Visitor, body: &Body) -> PageResult {
    let (_, fields) = check_form(visitor, body).await?;
    let theme = Theme::read(Some(field(&fields, "theme")?));
    let mut response = done(visitor, "theme");
    let issuer = &visitor.app.issuer;
    cookies::set(
        &mut response,
        &cookies::make(issuer, cookies::THEME, theme.name(), Some(YEAR)),
    );
    Ok(response)
}
