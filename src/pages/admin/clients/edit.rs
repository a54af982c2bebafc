//! Changing a client: all but its id and whether it keeps a secret. What opens more, or to others, asks for the
//! password.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::changes;
use crate::models::client::{self, Client};
use crate::models::registration::Registration;
use crate::models::{project, scope};
use crate::oauth::Scope;
use crate::web::error_page::PageError;
use crate::web::form::Body;
use crate::web::page::{Area, Crumb, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::form::ClientForm;
use super::offer::{Offer, UsualTimes};
use super::{crumbs_to, event, named, path_of};

#[derive(Template)]
#[template(path = "admin/clients/edit.html")]
struct Edit<'a> {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    client: &'a Client,
    form: ClientForm,
    usual: UsualTimes,
}

/// `GET /admin/clients/{client}/edit`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(ask(&admin).await)
}

/// `POST /admin/clients/{client}/edit`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(change(&admin, &body).await)
}

async fn ask(admin: &Administrator) -> PageResult {
    let client = named(admin).await?;
    let project_id = client.project_id.clone();
    let facts = admin.app.db.read(move |connection| {
        Ok((
            project::slug_of(connection, project_id.as_deref())?,
            scope::list(connection)?,
        ))
    });
    let (slug, scopes) = facts.await?;
    let mut form = ClientForm::of(&client, slug.as_deref(), scopes);
    form.confirmation = admin.confirmation();
    Ok(show(admin, StatusCode::OK, &client, form))
}

async fn change(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let client = named(admin).await?;
    let scopes = admin
        .app
        .db
        .read(|connection| Ok(scope::list(connection)?))
        .await?;
    let offer = Offer::to_change(&client);
    let mut form = ClientForm::read(&fields, offer, scopes)?;
    let wanted = form.registration();
    form.confirmation = if changes_reach(&client, &wanted) {
        admin.confirm(&fields).await?
    } else {
        admin.confirmation()
    };
    // A form without the right password is only checked, as one whose numbers cannot be read.
    let is_readable = !form.is_mistaken();
    let (id, event) = (client.id.clone(), event(admin, "client.changed", &client));
    let change = admin.write(move |connection| {
        // As it is by now, so that the log tells what this change changed.
        let Some(old) = client::find_and_lock(connection, &id)? else {
            return Ok(Ok(false));
        };
        let changed = match wanted.apply(connection, old.clone())? {
            Ok(changed) if is_readable => changed,
            Ok(_) => return Ok(Err(Vec::new())),
            Err(mistakes) => return Ok(Err(mistakes)),
        };
        let event = event.about(&changes::of_client(&old, &changed));
        let done = client::update(connection, changed)?;
        Ok(Ok(event.insert_if(connection, done)?))
    });
    match change.await? {
        Ok(true) => Ok(admin.done(&path_of(&client), "The changes are saved and in force.")),
        Ok(false) => Err(PageError::not_found()),
        Err(mistakes) => {
            form.mark(&mistakes);
            Ok(show(admin, StatusCode::UNPROCESSABLE_ENTITY, &client, form))
        }
    }
}

/// Whether other places get its codes, or its tokens open anything else: not its name, project and times.
fn changes_reach(client: &Client, wanted: &Registration) -> bool {
    let wanted_scope: Scope = wanted.scopes.iter().map(String::as_str).collect();
    client.scope != wanted_scope
        || client.is_first_party != wanted.is_first_party
        || client.is_resource_server != wanted.is_resource_server
        || differ(&client.redirect_uris, &wanted.redirect_uris)
        || differ(&client.allowed_origins, &wanted.allowed_origins)
        || differ(&client.grant_types, &wanted.grant_types)
}

/// Whether two lists differ in more than their order.
fn differ<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    let covers = |all: &[T], part: &[T]| part.iter().all(|item| all.contains(item));
    !covers(one, other) || !covers(other, one)
}

fn show(
    admin: &Administrator,
    status: StatusCode,
    client: &Client,
    form: ClientForm,
) -> HttpResponse {
    let template = Edit {
        page: admin.page(&format!("Edit {}", client.name)),
        area: admin.area("clients"),
        crumbs: crumbs_to(client),
        client,
        usual: UsualTimes::of(admin, client.kind),
        form,
    };
    admin.show(status, &template)
}
