//! Renaming a project, and the way to what cannot be undone.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::project;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::visitor::PageResult;

use super::member::Owner;

#[derive(Template)]
#[template(path = "account/projects/settings.html")]
struct Settings {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    slug: String,
    name: Field,
}

/// `GET /account/projects/{slug}/settings`.
pub async fn get(owner: Owner) -> HttpResponse {
    let name = Field::new(&owner.project.name, None);
    show(&owner, StatusCode::OK, name)
}

/// `POST /account/projects/{slug}/settings`.
pub async fn post(owner: Owner, body: Body) -> HttpResponse {
    owner.answer(rename(&owner, &body).await)
}

async fn rename(owner: &Owner, body: &Body) -> PageResult {
    let fields = owner.fields(body)?;
    let name = field(&fields, "name")?.trim();
    let field = Field::new(name, project::check_name(name).err());
    if field.error.is_some() {
        return Ok(show(owner, StatusCode::UNPROCESSABLE_ENTITY, field));
    }
    let event = owner.project_event("project.renamed", name);
    let (id, name) = (owner.project.id.clone(), name.to_owned());
    let rename = owner.write(move |connection| {
        let done = project::rename(connection, &id, &name)?;
        Ok(event.insert_if(connection, done)?)
    });
    if !rename.await? {
        return Err(PageError::not_found());
    }
    let sentence = format!("The project is called {} now.", field.value);
    Ok(owner.done(&owner.path(""), &sentence))
}

fn show(owner: &Owner, status: StatusCode, name: Field) -> HttpResponse {
    let template = Settings {
        page: owner.page("Project settings"),
        area: owner.area("projects"),
        crumbs: owner.crumbs(),
        slug: owner.project.slug.clone(),
        name,
    };
    owner.show(status, &template)
}
