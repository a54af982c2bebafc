//! Changing the name and the scopes of a client of a project. What else it is registered for is an
//! administrator's, and so are its scopes that this member cannot give: they stay as they are.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::changes;
use crate::models::client::{self, Client};
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page, ScopeLine, scope_lines};
use crate::web::visitor::PageResult;

use super::super::super::scope_choice::ScopeChoice;
use super::super::member::ClientKeeper;

#[derive(Template)]
#[template(path = "account/projects/clients/edit.html")]
struct Edit {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    path: String,
    /// As it is called now.
    name: String,
    form: EditForm,
}

struct EditForm {
    name: Field,
    scopes: ScopeChoice,
    /// Those of the client that are not this member's to give or take.
    others: Vec<ScopeLine>,
}

/// `GET /account/projects/{slug}/clients/{client}/edit`.
pub async fn get(keeper: ClientKeeper) -> HttpResponse {
    keeper.answer(offer(&keeper).await)
}

/// `POST /account/projects/{slug}/clients/{client}/edit`.
pub async fn post(keeper: ClientKeeper, body: Body) -> HttpResponse {
    keeper.answer(change(&keeper, &body).await)
}

async fn offer(keeper: &ClientKeeper) -> PageResult {
    let permissions = keeper.app.directory.permissions().await?;
    let (own, client) = (keeper.own_scope().await?, &keeper.client);
    let form = EditForm {
        name: Field::new(&client.name, None),
        scopes: ScopeChoice::ticking(&permissions, &own, &client.scope),
        others: scope_lines(&permissions, &client.scope.without(&own)),
    };
    Ok(show(keeper, StatusCode::OK, form))
}

async fn change(keeper: &ClientKeeper, body: &Body) -> PageResult {
    let fields = keeper.fields(body)?;
    let permissions = keeper.app.directory.permissions().await?;
    let own = keeper.own_scope().await?;
    let name = field(&fields, "name")?.trim();
    let others = keeper.client.scope.without(&own);
    let form = EditForm {
        name: Field::new(name, client::check_name(name).err()),
        scopes: if others.is_empty() {
            ScopeChoice::read(&fields, &permissions, &own)
        } else {
            ScopeChoice::read_any(&fields, &permissions, &own)
        },
        others: scope_lines(&permissions, &others),
    };
    if form.is_wrong() {
        return Ok(show(keeper, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    let (id, ticked) = (keeper.client.id.clone(), form.scopes.scope());
    let (event, name) = (keeper.client_event("client.changed", ""), name.to_owned());
    let slug = keeper.project.slug.clone();
    let change = keeper.write(move |connection| {
        // As it is by now: an administrator may have given it more.
        let Some(client) = client::find(connection, &id)? else {
            return Ok(false);
        };
        let scope = ticked.union(&client.scope.without(&own));
        let changed = Client {
            name,
            scope,
            ..client.clone()
        };
        let line = changes::of_client(&client, &changed);
        let event = event.about(&format!("{slug}: {line}"));
        let (name, scope) = (&changed.name, &changed.scope);
        let done = client::set_name_and_scope(connection, &id, name, scope)?;
        Ok(event.insert_if(connection, done)?)
    });
    if !change.await? {
        return Err(PageError::not_found());
    }
    Ok(keeper.done(
        &keeper.client_path(""),
        "The changes are saved and in force.",
    ))
}

fn show(keeper: &ClientKeeper, status: StatusCode, form: EditForm) -> HttpResponse {
    let template = Edit {
        page: keeper.page("Edit client"),
        area: keeper.area("projects"),
        crumbs: keeper.client_crumbs(),
        path: keeper.client_path(""),
        name: keeper.client.name.clone(),
        form,
    };
    keeper.show(status, &template)
}

impl EditForm {
    fn is_wrong(&self) -> bool {
        self.name.error.is_some() || self.scopes.error.is_some()
    }
}
