//! Roles: which scopes they bring, which others they include, and who has them.

pub mod delete;
pub mod edit;
pub mod reach;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::role::{self, Role};
use crate::web::error_page::PageError;
use crate::web::form::field;
use crate::web::listing::grouped;
use crate::web::page::{Area, Crumb, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

/// Where the list is.
const PATH: &str = "/admin/roles";

#[derive(Template)]
#[template(path = "admin/roles/list.html")]
struct List {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    roles: Vec<Line>,
}

struct Line {
    role: Role,
    scopes: usize,
    /// How many people have it, in words.
    holders: String,
    is_everybodys: bool,
}

/// `GET /admin/roles`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(list(&admin).await)
}

async fn list(admin: &Administrator) -> PageResult {
    let read = admin
        .app
        .db
        .read(|connection| Ok((role::list(connection)?, role::holders(connection)?)));
    let (roles, holders) = read.await?;
    let line = |role: Role| {
        let is_everybodys = role.name == role::USER;
        let number = holders.get(&role.name).copied().unwrap_or_default();
        Line {
            scopes: role.scope.names().count(),
            holders: if is_everybodys {
                String::from("Everybody")
            } else {
                grouped(number)
            },
            is_everybodys,
            role,
        }
    };
    let template = List {
        page: admin.page("Roles"),
        area: admin.area("roles"),
        crumbs: Vec::new(),
        roles: roles.into_iter().map(line).collect(),
    };
    Ok(admin.show(StatusCode::OK, &template))
}

/// The role that the address names.
async fn named(admin: &Administrator) -> Result<Role, PageError> {
    let query = admin.query()?;
    let name = field(&query, "name")?.to_owned();
    let find = admin
        .app
        .db
        .read(move |connection| Ok(role::find(connection, &name)?));
    find.await?.ok_or_else(PageError::not_found)
}

fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new(PATH, "Roles")]
}
