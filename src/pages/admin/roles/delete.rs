//! Deleting a role: a step of its own that says who loses it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::role;
use crate::models::user::User;
use crate::models::user_list::{self, Wanted};
use crate::web::error_page::PageError;
use crate::web::form::Body;
use crate::web::listing::{PAGE, grouped};
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::{PATH, crumbs, named};

#[derive(Template)]
#[template(path = "admin/roles/delete.html")]
struct Delete {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    name: String,
    is_built_in: bool,
    /// The first of those who lose it.
    holders: Vec<User>,
    /// How many more there are, in figures.
    more: Option<String>,
    /// The roles that include it.
    including: Vec<String>,
    confirmation: Option<Field>,
}

/// `GET /admin/roles/delete?name=…`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let confirmation = admin.confirmation();
    admin.answer(ask(&admin, StatusCode::OK, confirmation).await)
}

/// `POST /admin/roles/delete?name=…`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(delete(&admin, &body).await)
}

async fn ask(admin: &Administrator, status: StatusCode, confirmation: Option<Field>) -> PageResult {
    let role = named(admin).await?;
    let wanted = Wanted {
        role: Some(role.name.clone()),
        ..Wanted::default()
    };
    let losers = admin.app.db.read(move |connection| {
        let holders = user_list::page(connection, &wanted, 0, PAGE)?;
        Ok((holders, role::list(connection)?))
    });
    let (holders, mut roles) = losers.await?;
    roles.retain(|other| other.includes.contains(&role.name));
    let template = Delete {
        page: admin.page(&format!("Delete {}", role.name)),
        area: admin.area("roles"),
        crumbs: crumbs(),
        is_built_in: role.is_built_in(),
        name: role.name,
        more: (holders.total > PAGE).then(|| grouped(holders.total - PAGE)),
        holders: holders.users,
        including: roles.into_iter().map(|role| role.name).collect(),
        confirmation,
    };
    Ok(admin.show(status, &template))
}

async fn delete(admin: &Administrator, body: &Body) -> PageResult {
    const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    let fields = admin.fields(body)?;
    let role = named(admin).await?;
    // The page says why not.
    if role.is_built_in() {
        return ask(admin, WRONG, None).await;
    }
    if let Some(mistake) = admin.confirm(&fields).await? {
        return ask(admin, WRONG, Some(mistake)).await;
    }
    let event = admin.event("role.deleted").about(&role.name);
    let sentence = format!("The role {} was deleted.", role.name);
    let delete = admin.write_on_users(move |connection| {
        let done = role::delete(connection, &role.name)?;
        Ok(event.insert_if(connection, done)?)
    });
    if !delete.await? {
        return Err(PageError::not_found());
    }
    Ok(admin.done(PATH, &sentence))
}
