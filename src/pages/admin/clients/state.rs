//! Disabling a client, after a step that says what will stop working, and enabling it again.

use actix_web::HttpResponse;

use crate::clock::UnixTime;
use crate::models::client::{self, Client};
use crate::web::error_page::PageError;
use crate::web::form::Body;
use crate::web::page::Field;
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::{event, named, path_of, question};

/// `GET /admin/clients/{client}/disable`.
pub async fn get_disable(admin: Administrator) -> HttpResponse {
    let confirmation = admin.confirmation();
    let ask = |client: Client| ask(&admin, &client, confirmation);
    admin.answer(named(&admin).await.map(ask))
}

/// `POST /admin/clients/{client}/disable`.
pub async fn post_disable(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(disable(&admin, &body).await)
}

/// `POST /admin/clients/{client}/enable`.
pub async fn post_enable(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(enable(&admin, &body).await)
}

fn ask(admin: &Administrator, client: &Client, confirmation: Option<Field>) -> HttpResponse {
    let mut consequences = vec![
        "It gets no new tokens, and people who are sent here by it are told so.",
        "The tokens it has are refused everywhere until it is enabled again. They are not ended.",
    ];
    if client.is_resource_server {
        consequences.push("It can no longer ask what tokens are worth.");
    }
    let asked = format!("Disable {}?", client.name);
    question(admin, client, asked, "Disable client")
        .saying(consequences)
        .confirmed_by(confirmation)
        .ask(admin)
}

async fn disable(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let client = named(admin).await?;
    if let Some(mistake) = admin.confirm(&fields).await? {
        return Ok(ask(admin, &client, Some(mistake)));
    }
    set(admin, &client, Some(admin.now)).await
}

async fn enable(admin: &Administrator, body: &Body) -> PageResult {
    admin.fields(body)?;
    let client = named(admin).await?;
    set(admin, &client, None).await
}

async fn set(admin: &Administrator, client: &Client, at: Option<UnixTime>) -> PageResult {
    let (action, state) = match at {
        Some(_) => ("client.disabled", "disabled"),
        None => ("client.enabled", "enabled"),
    };
    let (id, event) = (client.id.clone(), event(admin, action, client));
    let change = admin.write(move |connection| {
        // A second disabling, by somebody with the same page open, does not move the time of the first.
        let done = client::set_disabled(connection, &id, at)?;
        let is_there = done || client::find(connection, &id)?.is_some();
        event.insert_if(connection, done)?;
        Ok(is_there.then_some(done))
    });
    let sentence = if change.await?.ok_or_else(PageError::not_found)? {
        format!("{} is {state}.", client.name)
    } else {
        format!("{} was {state} already.", client.name)
    };
    Ok(admin.done(&path_of(client), &sentence))
}
