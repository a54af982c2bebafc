//! A user's own page: profile, password, sessions, connected apps, appearance. Each form of it has a file
//! of its own.

pub mod apps;
pub mod password;
pub mod sessions;
pub mod theme;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::{authorization, consent, session};
use crate::oauth::Params;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::Page;
use crate::web::visitor::{PageResult, SignedIn, Visitor};
use crate::web::{cookies, csrf, paths};

use apps::AppLine;
use password::PasswordForm;
use sessions::SessionLine;

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    page: Page,
    csrf: String,
    flash: Option<&'static str>,
    username: String,
    email: String,
    user_id: String,
    password: PasswordForm,
    sessions: Vec<SessionLine>,
    apps: Vec<AppLine>,
}

/// What the last form did. The cookie carries the word, the page its sentence.
const FLASHES: [(&str, &str); 4] = [
    (
        "password",
        "Your password was changed, and your other sessions and connected apps were signed out.",
    ),
    ("session", "That session was signed out."),
    ("app", "The app was disconnected. Its access has ended."),
    ("theme", "The theme was saved in this browser."),
];

/// `GET /account`.
pub async fn get(visitor: Visitor) -> HttpResponse {
    visitor.answer(show_own(&visitor).await)
}

/// `GET` of a form's address: somebody reloads an answer to the form.
pub async fn back(visitor: Visitor) -> HttpResponse {
    visitor.go_to(paths::ACCOUNT)
}

async fn show_own(visitor: &Visitor) -> PageResult {
    match visitor.signed_in().await? {
        Some(signed_in) => show(visitor, &signed_in, StatusCode::OK, PasswordForm::empty()).await,
        None => Ok(visitor.go_to(paths::LOGIN)),
    }
}

/// The whole page; `password` is the form as it was sent, where that had a mistake.
async fn show(
    visitor: &Visitor,
    signed_in: &SignedIn,
    status: StatusCode,
    password: PasswordForm,
) -> PageResult {
    let (user, now) = (signed_in.user.clone(), visitor.now);
    let permissions = visitor.app.directory.permissions().await?;
    let (sessions, authorizations, consents) = visitor
        .app
        .db
        .read(move |connection| {
            Ok((
                session::of_user(connection, &user, now)?,
                authorization::of_user(connection, &user, now)?,
                consent::of_user(connection, &user)?,
            ))
        })
        .await?;
    let flash = cookies::value(&visitor.app.issuer, &visitor.request, cookies::FLASH);
    let sentence = flash
        .as_ref()
        .and_then(|word| FLASHES.iter().find(|(own, _)| own == word));
    let template = Account {
        page: visitor.page("Account"),
        csrf: csrf::token(&visitor.app, &signed_in.secret, ""),
        flash: sentence.map(|(_, sentence)| *sentence),
        username: signed_in.user.username.clone(),
        email: signed_in.user.email.clone(),
        user_id: signed_in.user.id.clone(),
        password,
        sessions: sessions
            .into_iter()
            .map(|own| SessionLine::new(own, signed_in, now))
            .collect(),
        apps: apps::lines(authorizations, consents, &permissions, now),
    };
    let mut response = visitor.private_html(status, &template);
    if flash.is_some() {
        cookies::set(
            &mut response,
            &cookies::remove(&visitor.app.issuer, cookies::FLASH),
        );
    }
    Ok(response)
}

/// Who sent the form, once its token is right.
async fn check_form<'a>(
    visitor: &Visitor,
    body: &'a Body,
) -> Result<(SignedIn, Params<'a>), PageError> {
    let fields = visitor.form(body)?;
    let signed_in = visitor.signed_in().await?.ok_or_else(PageError::forged)?;
    if !csrf::is_valid(&visitor.app, &signed_in.secret, "", field(&fields, "csrf")?) {
        return Err(PageError::forged());
    }
    Ok((signed_in, fields))
}

/// Back to the page, which says what was done.
fn done(visitor: &Visitor, word: &str) -> HttpResponse {
    let mut response = visitor.go_to(paths::ACCOUNT);
    let cookie = cookies::make(&visitor.app.issuer, cookies::FLASH, word, Some(60));
    cookies::set(&mut response, &cookie);
    response
}
