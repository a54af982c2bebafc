//! The panic button of a user: ends every session and token at once, after saying which.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::ending::Ending;
use crate::models::held;
use crate::models::user::User;
use crate::web::form::Body;
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::super::held::{lines, sentence};
use super::{crumbs_to, event, named, path_of};

#[derive(Template)]
#[template(path = "admin/users/panic.html")]
struct Panic {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    user: User,
    /// What ends.
    held: Vec<String>,
    confirmation: Option<Field>,
}

/// `GET /admin/users/{id}/panic`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let confirmation = admin.must_confirm().then(Field::default);
    admin.answer(ask(&admin, StatusCode::OK, confirmation).await)
}

/// `POST /admin/users/{id}/panic`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(end(&admin, &body).await)
}

async fn ask(admin: &Administrator, status: StatusCode, confirmation: Option<Field>) -> PageResult {
    let user = named(admin).await?;
    let (id, now) = (user.id.clone(), admin.now);
    let held = admin
        .app
        .db
        .read(move |connection| Ok(held::held_by_user(connection, &id, now)?));
    let template = Panic {
        page: admin.page(&format!("End all access of {}", user.username)),
        area: admin.area("users"),
        crumbs: crumbs_to(&user),
        user,
        held: lines(&held.await?),
        confirmation,
    };
    Ok(admin.show(status, &template))
}

async fn end(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let user = named(admin).await?;
    if let Some(mistake) = admin.confirm(&fields).await? {
        return ask(admin, StatusCode::UNPROCESSABLE_ENTITY, Some(mistake)).await;
    }
    let event = event(admin, "user.tokens_revoked", &user);
    let (id, own, now) = (user.id.clone(), admin.signed_in.user.id.clone(), admin.now);
    let end = admin.app.db.write(move |connection| {
        let ending = Ending {
            by: Some(&own),
            because: "all access of the user was ended",
            at: now,
        };
        let ended = held::end_everything_of_user(connection, &id, &ending)?;
        event.about(&sentence(&ended)).insert(connection)?;
        Ok(ended)
    });
    let said = format!(
        "All access of {} was ended: {}",
        user.username,
        sentence(&end.await?)
    );
    Ok(admin.done(&path_of(&user), &said))
}
