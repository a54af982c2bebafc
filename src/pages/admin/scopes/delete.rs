//! Deleting a scope: a step of its own that says what stops working.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::scope::{self, RegisteredScope};
use crate::models::{client, role};
use crate::web::error_page::PageError;
use crate::web::form::Body;
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::{PATH, crumbs, encoded, named};

#[derive(Template)]
#[template(path = "admin/scopes/delete.html")]
struct Delete {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    encoded: String,
    name: String,
    /// The names of the clients that lose it.
    clients: Vec<String>,
    /// The roles that lose it.
    roles: Vec<String>,
    confirmation: Option<Field>,
}

/// `GET /admin/scopes/delete?name=…`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let confirmation = admin.confirmation();
    admin.answer(ask(&admin, StatusCode::OK, confirmation).await)
}

/// `POST /admin/scopes/delete?name=…`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(delete(&admin, &body).await)
}

async fn ask(admin: &Administrator, status: StatusCode, confirmation: Option<Field>) -> PageResult {
    let scope = named(admin).await?;
    let name = scope.name.clone();
    let losers = admin.app.db.read(move |connection| {
        let clients = client::list_with_scope(connection, &name)?;
        let mut roles = role::list(connection)?;
        roles.retain(|role| role.scope.contains(&name));
        Ok((clients, roles))
    });
    let (clients, roles) = losers.await?;
    let template = Delete {
        page: admin.page(&format!("Delete {}", scope.name)),
        area: admin.area("scopes"),
        crumbs: crumbs(),
        encoded: encoded(&scope.name),
        name: scope.name,
        clients: clients.into_iter().map(|client| client.name).collect(),
        roles: roles.into_iter().map(|role| role.name).collect(),
        confirmation,
    };
    Ok(admin.show(status, &template))
}

async fn delete(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let RegisteredScope { name, .. } = named(admin).await?;
    if let Some(mistake) = admin.confirm(&fields).await? {
        return ask(admin, StatusCode::UNPROCESSABLE_ENTITY, Some(mistake)).await;
    }
    let event = admin.event("scope.deleted").about(&name);
    let sentence = format!("The scope {name} was deleted.");
    let delete = admin.write(move |connection| {
        let done = scope::delete(connection, &name)?;
        Ok(event.insert_if(connection, done)?)
    });
    if !delete.await? {
        return Err(PageError::not_found());
    }
    Ok(admin.done(PATH, &sentence))
}
