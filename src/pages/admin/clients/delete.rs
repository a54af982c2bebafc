//! Deleting a client: a step of its own that says what stops working and wants the name typed.

use actix_web::HttpResponse;

use crate::models::client::{self, Client};
use crate::models::consent;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::listing::grouped;
use crate::web::page::Field;
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::{PATH, event, named, question};

/// `GET /admin/clients/{client}/delete`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let confirmation = admin.confirmation();
    let outcome = match named(&admin).await {
        Ok(client) => ask(&admin, &client, Field::default(), confirmation).await,
        Err(error) => Err(error),
    };
    admin.answer(outcome)
}

/// `POST /admin/clients/{client}/delete`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(delete(&admin, &body).await)
}

async fn ask(
    admin: &Administrator,
    client: &Client,
    name: Field,
    confirmation: Option<Field>,
) -> PageResult {
    let id = client.id.clone();
    let count = admin
        .app
        .db
        .read_aside(move |connection| Ok(consent::count_people(connection, &id)?));
    let mut consequences = vec![
        String::from("Its tokens and API keys are refused everywhere, and it gets no new ones."),
        String::from("Its secrets, and what people have allowed it, are deleted."),
        String::from("This cannot be undone, and its client_id is never used again."),
    ];
    if client.is_resource_server {
        consequences.insert(
            1,
            String::from("It is a resource server: it can no longer ask what tokens are worth."),
        );
    }
    match count.await? {
        0 => {}
        1 => consequences.insert(1, String::from("One person who uses it loses access.")),
        people => consequences.insert(
            1,
            format!("{} people who use it lose access.", grouped(people)),
        ),
    }
    let asked = format!("Delete {}?", client.name);
    Ok(question(admin, client, asked, "Delete client")
        .saying(consequences)
        .naming("client", &client.name, name)
        .confirmed_by(confirmation)
        .ask(admin))
}

async fn delete(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let client = named(admin).await?;
    let typed = field(&fields, "name")?;
    let mut name = Field::new(typed, None);
    if typed.trim() != client.name {
        name.error = Some(String::from("This is not the name of the client."));
    }
    let confirmation = admin.confirm(&fields).await?;
    if name.error.is_some() || confirmation.is_some() {
        return ask(admin, &client, name, confirmation).await;
    }
    let event = event(admin, "client.deleted", &client);
    let sentence = format!("{} was deleted.", client.name);
    let delete = admin.write(move |connection| {
        let done = client::delete(connection, &client.id)?;
        Ok(event.insert_if(connection, done)?)
    });
    if !delete.await? {
        return Err(PageError::not_found());
    }
    Ok(admin.done(PATH, &sentence))
}
