//! Deleting a client of a project: a step of its own that says what stops working.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::{client, named_token};
use crate::web::error_page::PageError;
use crate::web::form::Body;
use crate::web::page::{Area, Crumb, Field, Page, count};
use crate::web::visitor::PageResult;

use super::super::member::ClientKeeper;

#[derive(Template)]
#[template(path = "account/projects/clients/delete.html")]
struct Delete {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    path: String,
    name: String,
    /// How many live keys go with it, in words.
    keys: String,
    confirmation: Option<Field>,
}

/// `GET /account/projects/{slug}/clients/{client}/delete`.
pub async fn get(keeper: ClientKeeper) -> HttpResponse {
    let confirmation = keeper.confirmation();
    keeper.answer(ask(&keeper, StatusCode::OK, confirmation).await)
}

/// `POST /account/projects/{slug}/clients/{client}/delete`.
pub async fn post(keeper: ClientKeeper, body: Body) -> HttpResponse {
    keeper.answer(delete(&keeper, &body).await)
}

async fn ask(keeper: &ClientKeeper, status: StatusCode, confirmation: Option<Field>) -> PageResult {
    let (id, now) = (keeper.client.id.clone(), keeper.now);
    let keys = keeper
        .app
        .db
        .read(move |connection| Ok(named_token::count_live(connection, &id, now)?));
    let template = Delete {
        page: keeper.page("Delete client"),
        area: keeper.area("projects"),
        crumbs: keeper.client_crumbs(),
        path: keeper.client_path(""),
        name: keeper.client.name.clone(),
        keys: count(keys.await?, "API key"),
        confirmation,
    };
    Ok(keeper.show(status, &template))
}

async fn delete(keeper: &ClientKeeper, body: &Body) -> PageResult {
    let fields = keeper.fields(body)?;
    if let Some(mistake) = keeper.confirm(&fields).await? {
        return ask(keeper, StatusCode::UNPROCESSABLE_ENTITY, Some(mistake)).await;
    }
    let event = keeper.client_event("client.deleted", &keeper.client.name);
    let id = keeper.client.id.clone();
    let delete = keeper.write(move |connection| {
        let done = client::delete(connection, &id)?;
        Ok(event.insert_if(connection, done)?)
    });
    if !delete.await? {
        return Err(PageError::not_found());
    }
    let sentence = format!("The client {} was deleted.", keeper.client.name);
    Ok(keeper.done(&keeper.path(""), &sentence))
}
