//! Making a one-time link by which a user chooses a password: an administrator never sets one.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::one_time_link::{self, LinkPurpose};
use crate::models::user::User;
use crate::oauth::PlainSecret;
use crate::web::form::Body;
use crate::web::page::{Area, Crumb, Field, Moment, Page, span};
use crate::web::paths;
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::{crumbs_to, event, named};

#[derive(Template)]
#[template(path = "admin/users/link.html")]
struct Ask {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    user: User,
    is_invitation: bool,
    lifetime: String,
    /// Until when an older link works, which ends with this one.
    older: Option<Moment>,
    confirmation: Option<Field>,
}

#[derive(Template)]
#[template(path = "admin/users/link_made.html")]
struct Made {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    user: User,
    is_invitation: bool,
    lifetime: String,
    address: String,
}

/// `GET /admin/users/{id}/link`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let confirmation = admin.confirmation();
    admin.answer(ask(&admin, StatusCode::OK, confirmation).await)
}

/// `POST /admin/users/{id}/link`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(make(&admin, &body).await)
}

async fn ask(admin: &Administrator, status: StatusCode, confirmation: Option<Field>) -> PageResult {
    let user = named(admin).await?;
    let (id, now, purpose) = (user.id.clone(), admin.now, purpose_for(&user));
    let older = admin
        .app
        .db
        .read(move |connection| Ok(one_time_link::live_of_user(connection, &id, now)?));
    let template = Ask {
        page: admin.page(&format!("Link for {}", user.username)),
        area: admin.area("users"),
        crumbs: crumbs_to(&user),
        is_invitation: purpose == LinkPurpose::Invitation,
        lifetime: span(purpose.lifetime()),
        older: older.await?.map(|link| Moment::ahead(link.expires_at, now)),
        confirmation,
        user,
    };
    Ok(admin.show(status, &template))
}

async fn make(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let user = named(admin).await?;
    // The page says why not.
    if user.disabled_at.is_some() {
        return ask(admin, StatusCode::UNPROCESSABLE_ENTITY, None).await;
    }
    if let Some(mistake) = admin.confirm(&fields).await? {
        return ask(admin, StatusCode::UNPROCESSABLE_ENTITY, Some(mistake)).await;
    }
    let (id, now, purpose) = (user.id.clone(), admin.now, purpose_for(&user));
    let event = event(admin, "user.link_made", &user).about(purpose.as_str());
    let made = admin.write_on_users(move |connection| {
        event.insert(connection)?;
        Ok(one_time_link::insert_for_user(
            connection, purpose, &id, now,
        )?)
    });
    let token = made.await?;
    Ok(show_made(admin, &user, purpose, &token))
}

/// Whoever has no password yet is invited again.
fn purpose_for(user: &User) -> LinkPurpose {
    match user.password_hash {
        None => LinkPurpose::Invitation,
        Some(_) => LinkPurpose::Password,
    }
}

/// Shows a link, the only time.
pub(super) fn show_made(
    admin: &Administrator,
    user: &User,
    purpose: LinkPurpose,
    token: &PlainSecret,
) -> HttpResponse {
    let path = format!("{}?token={}", paths::LINK, token.expose());
    let template = Made {
        page: admin.page(&format!("Link for {}", user.username)),
        area: admin.area("users"),
        crumbs: crumbs_to(user),
        is_invitation: purpose == LinkPurpose::Invitation,
        lifetime: span(purpose.lifetime()),
        address: admin.app.issuer.url(&path),
        user: user.clone(),
    };
    admin.show(StatusCode::OK, &template)
}
