//! The sign-out page, and "not you?", which signs out and begins the sign-in of a waiting request again.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::{authorization_request, session};
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::Page;
use crate::web::visitor::{PageResult, Visitor};
use crate::web::{cookies, csrf, paths};

use super::waiting_request::WaitingRequest;

#[derive(Template)]
#[template(path = "logout.html")]
struct Logout {
    page: Page,
    csrf: String,
    username: Option<String>,
}

/// `GET /logout`: asks, since a link alone must not sign anybody out.
pub async fn get(visitor: Visitor) -> HttpResponse {
    visitor.answer(show(&visitor).await)
}

/// `POST /logout`.
pub async fn post(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(sign_out(&visitor, &body).await)
}

async fn show(visitor: &Visitor) -> PageResult {
    let signed_in = visitor.signed_in().await?;
    let template = Logout {
        page: visitor.page(if signed_in.is_some() {
            "Sign out"
        } else {
            "Signed out"
        }),
        csrf: signed_in
            .as_ref()
            .map(|own| csrf::token(&visitor.app, &own.form_key(), ""))
            .unwrap_or_default(),
        username: signed_in.map(|own| own.user.username),
    };
    Ok(visitor.html(StatusCode::OK, &template, None))
}

async fn sign_out(visitor: &Visitor, body: &Body) -> PageResult {
    let fields = visitor.form(body)?;
    let id = field(&fields, "continue")?;
    if let Some(signed_in) = visitor.signed_in().await? {
        let token = field(&fields, "csrf")?;
        if !csrf::is_valid(&visitor.app, &signed_in.form_key(), "", token) {
            return Err(PageError::forged());
        }
        let (session, user_id) = (signed_in.session.id, signed_in.user.id);
        visitor
            .app
            .db
            .write(move |connection| {
                // The session first, as whoever allows a request takes them.
                session::end(connection, &session, &user_id)?;
                authorization_request::unbind(connection, &session)?;
                Ok(())
            })
            .await?;
    }
    let mut response = match id {
        "" => visitor.go_to(paths::LOGOUT),
        id => {
            let waiting = WaitingRequest::find(visitor, id).await?;
            visitor.go_to(&format!(
                "{}?continue={}",
                paths::LOGIN,
                waiting.id.expose()
            ))
        }
    };
    cookies::set(
        &mut response,
        &cookies::remove(&visitor.app.issuer, cookies::SESSION),
    );
    Ok(response)
}
