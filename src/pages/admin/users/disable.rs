//! Disabling a user, which asks first and says what ends, and enabling one again.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::ending::Ending;
use crate::models::held::{self, Held};
use crate::models::user::{self, User};
use crate::web::form::Body;
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::roles::NOT_ONESELF;
use super::{crumbs_to, event, named, path_of};
use crate::pages::held_words::kinds;

#[derive(Template)]
#[template(path = "admin/users/disable.html")]
struct Disable {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    user: User,
    /// What ends for good.
    ended: Vec<String>,
    /// What stops until the user is enabled again.
    stopped: Vec<String>,
    refusal: Option<&'static str>,
    confirmation: Option<Field>,
}

/// `GET /admin/users/{id}/disable`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let confirmation = admin.confirmation();
    admin.answer(ask(&admin, StatusCode::OK, None, confirmation).await)
}

/// `POST /admin/users/{id}/disable`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(disable(&admin, &body).await)
}

/// `POST /admin/users/{id}/enable`.
pub async fn post_enable(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(enable(&admin, &body).await)
}

async fn ask(
    admin: &Administrator,
    status: StatusCode,
    refusal: Option<&'static str>,
    confirmation: Option<Field>,
) -> PageResult {
    let user = named(admin).await?;
    let (id, now) = (user.id.clone(), admin.now);
    let held = admin
        .app
        .db
        .read_aside(move |connection| Ok(held::held_by_user(connection, &id, now)?));
    let held = held.await?;
    let ended = Held {
        sessions: held.sessions,
        authorizations: held.authorizations,
        ..Held::default()
    };
    let stopped = Held {
        personal_tokens: held.personal_tokens,
        ..Held::default()
    };
    let template = Disable {
        page: admin.page(&format!("Disable {}", user.username)),
        area: admin.area("users"),
        crumbs: crumbs_to(&user),
        user,
        ended: kinds(&ended),
        stopped: kinds(&stopped),
        refusal,
        confirmation,
    };
    Ok(admin.show(status, &template))
}

async fn disable(admin: &Administrator, body: &Body) -> PageResult {
    const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    let fields = admin.fields(body)?;
    let user = named(admin).await?;
    if let Some(mistake) = admin.confirm(&fields).await? {
        return ask(admin, WRONG, None, Some(mistake)).await;
    }
    let event = event(admin, "user.disabled", &user);
    let (id, own, now) = (user.id.clone(), admin.signed_in.user.id.clone(), admin.now);
    if id == own {
        return ask(admin, WRONG, Some(NOT_ONESELF), None).await;
    }
    let disable = admin.write_on_users(move |connection| {
        let ending = Ending {
            by: Some(&own),
            because: "user disabled",
            at: now,
        };
        held::end_sign_ins_of_user(connection, &id, &ending)?;
        let done = user::set_disabled(connection, &id, Some(now))?;
        Ok(event.insert_if(connection, done)?)
    });
    let sentence = if disable.await? {
        format!("{} is disabled.", user.username)
    } else {
        format!("{} was disabled already.", user.username)
    };
    Ok(admin.done(&path_of(&user), &sentence))
}

async fn enable(admin: &Administrator, body: &Body) -> PageResult {
    admin.fields(body)?;
    let user = named(admin).await?;
    let (id, event) = (user.id.clone(), event(admin, "user.enabled", &user));
    let enable = admin.write_on_users(move |connection| {
        let done = user::set_disabled(connection, &id, None)?;
        Ok(event.insert_if(connection, done)?)
    });
    let sentence = if enable.await? {
        format!("{} is enabled and can sign in again.", user.username)
    } else {
        format!("{} was enabled already.", user.username)
    };
    Ok(admin.done(&path_of(&user), &sentence))
}
