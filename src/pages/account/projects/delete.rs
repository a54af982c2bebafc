//! Deleting a project: a step of its own that says what stops working, with the name typed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::{client, project};
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::visitor::PageResult;

use super::PATH;
use super::member::Owner;

#[derive(Template)]
#[template(path = "account/projects/delete.html")]
struct Delete {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    slug: String,
    name: String,
    /// The names of the clients that go with it.
    clients: Vec<String>,
    typed: Field,
    confirmation: Option<Field>,
}

/// `GET /account/projects/{slug}/delete`.
pub async fn get(owner: Owner) -> HttpResponse {
    let confirmation = owner.confirmation();
    owner.answer(ask(&owner, StatusCode::OK, Field::default(), confirmation).await)
}

/// `POST /account/projects/{slug}/delete`.
pub async fn post(owner: Owner, body: Body) -> HttpResponse {
    owner.answer(delete(&owner, &body).await)
}

async fn ask(
    owner: &Owner,
    status: StatusCode,
    typed: Field,
    confirmation: Option<Field>,
) -> PageResult {
    let project_id = owner.project.id.clone();
    let clients = owner
        .app
        .db
        .read(move |connection| Ok(client::of_project(connection, &project_id)?));
    let clients = clients.await?.into_iter();
    let template = Delete {
        page: owner.page("Delete project"),
        area: owner.area("projects"),
        crumbs: owner.crumbs(),
        slug: owner.project.slug.clone(),
        name: owner.project.name.clone(),
        clients: clients.map(|client| client.name).collect(),
        typed,
        confirmation,
    };
    Ok(owner.show(status, &template))
}

async fn delete(owner: &Owner, body: &Body) -> PageResult {
    let fields = owner.fields(body)?;
    let name = &owner.project.name;
    let mut typed = Field::new(field(&fields, "typed")?.trim(), None);
    if typed.value != *name {
        typed.error = Some(String::from("This is not the project's name."));
    }
    // Asked last: what is wrong with the name costs no try.
    let confirmation = match typed.error {
        Some(_) => owner.confirmation(),
        None => owner.confirm(&fields).await?,
    };
    if typed.error.is_some() || confirmation.is_some() {
        return ask(owner, StatusCode::UNPROCESSABLE_ENTITY, typed, confirmation).await;
    }
    let event = owner.project_event("project.deleted", "");
    let (id, now) = (owner.project.id.clone(), owner.now);
    let delete = owner.write(move |connection| {
        let done = project::delete(connection, &id, now)?;
        Ok(event.insert_if(connection, done)?)
    });
    if !delete.await? {
        return Err(PageError::not_found());
    }
    Ok(owner.done(PATH, &format!("The project {name} was deleted.")))
}
