//! The scopes that this server knows, what the consent page says of them, and who may get them.

pub mod delete;
pub mod edit;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::scope::{self, RegisteredScope};
use crate::web::error_page::PageError;
use crate::web::form::field;
use crate::web::page::{Area, Crumb, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

/// Where the list is.
const PATH: &str = "/admin/scopes";

#[derive(Template)]
#[template(path = "admin/scopes/list.html")]
struct List {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    scopes: Vec<Line>,
}

struct Line {
    scope: RegisteredScope,
    /// The name, as an address has it.
    encoded: String,
}

/// `GET /admin/scopes`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(list(&admin).await)
}

async fn list(admin: &Administrator) -> PageResult {
    let scopes = admin.app.db.read(|connection| Ok(scope::list(connection)?));
    let line = |scope: RegisteredScope| Line {
        encoded: encoded(&scope.name),
        scope,
    };
    let template = List {
        page: admin.page("Scopes"),
        area: admin.area("scopes"),
        crumbs: Vec::new(),
        scopes: scopes.await?.into_iter().map(line).collect(),
    };
    Ok(admin.show(StatusCode::OK, &template))
}

/// The scope that the address names.
async fn named(admin: &Administrator) -> Result<RegisteredScope, PageError> {
    let query = admin.query()?;
    let name = field(&query, "name")?.to_owned();
    let find = admin
        .app
        .db
        .read(move |connection| Ok(scope::find(connection, &name)?));
    find.await?.ok_or_else(PageError::not_found)
}

/// A name may have any printable character, so it is a parameter of the address and not a part of its path.
fn encoded(name: &str) -> String {
    url::form_urlencoded::byte_serialize(name.as_bytes()).collect()
}

fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new(PATH, "Scopes")]
}
