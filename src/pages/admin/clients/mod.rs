//! The clients that this server knows: finding one, registering one, and all that becomes of it. What may be
//! registered is in `models::registration`.

pub mod delete;
pub mod edit;
pub mod end_tokens;
mod form;
mod lines;
pub mod list;
mod offer;
pub mod register;
mod samples;
pub mod secrets;
pub mod show;
pub mod state;

use crate::models::audit_event::AuditEvent;
use crate::models::client::{self, Client};
use crate::oauth::id::{IdKind, is_well_formed};
use crate::web::error_page::PageError;
use crate::web::page::Crumb;
use crate::web::person::Administrator;

use super::question::Question;

/// Where the list is.
const PATH: &str = "/admin/clients";

/// The client that the address names. The ones of people's own tokens are not here: they have nothing that
/// could be administered.
async fn named(admin: &Administrator) -> Result<Client, PageError> {
    let id = admin.request.match_info().query("client").to_owned();
    if !is_well_formed(IdKind::Client, &id) {
        return Err(PageError::not_found());
    }
    let find = admin
        .app
        .db
        .read(move |connection| Ok(client::find(connection, &id)?));
    let found = find.await?.filter(|client| !client.is_personal());
    found.ok_or_else(PageError::not_found)
}

/// Where the page of a client is.
fn path_of(client: &Client) -> String {
    format!("{PATH}/{}", client.id)
}

/// The pages above those of the list's own acts.
fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new(PATH, "Clients")]
}

/// The pages above those of a client's acts.
fn crumbs_to(client: &Client) -> Vec<Crumb> {
    vec![
        Crumb::new(PATH, "Clients"),
        Crumb::new(path_of(client), &client.name),
    ]
}

/// Asks before a dangerous act on a client.
fn question(
    admin: &Administrator,
    client: &Client,
    asked: String,
    button: &'static str,
) -> Question {
    Question::new(admin, "clients", crumbs_to(client), asked, button)
}

/// An audit event of the administrator's doing, about a client.
fn event(admin: &Administrator, action: &str, client: &Client) -> AuditEvent {
    AuditEvent {
        client_id: Some(client.id.clone()),
        ..admin.event(action).about(&client.name)
    }
}
