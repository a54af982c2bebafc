//! The panic button of a client: ends its access tokens, its authorizations with their refresh tokens, and
//! its API keys, all at once.

use actix_web::HttpResponse;

use crate::models::client::Client;
use crate::models::ending::Ending;
use crate::models::held::{self, Held};
use crate::web::form::Body;
use crate::web::page::Field;
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::{event, named, path_of, question};
use crate::pages::held_words::{ends, sentence};

/// Why they ended.
const BECAUSE: &str = "all tokens of the client were ended";

/// `GET /admin/clients/{client}/end-tokens`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let confirmation = admin.confirmation();
    let outcome = match named(&admin).await {
        Ok(client) => ask(&admin, &client, confirmation).await,
        Err(error) => Err(error),
    };
    admin.answer(outcome)
}

/// `POST /admin/clients/{client}/end-tokens`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(end(&admin, &body).await)
}

async fn ask(admin: &Administrator, client: &Client, confirmation: Option<Field>) -> PageResult {
    let (id, now) = (client.id.clone(), admin.now);
    let held = admin
        .app
        .db
        .read_aside(move |connection| Ok(held::held_by_client(connection, &id, now)?));
    // Its secrets stay.
    let held = Held {
        client_secrets: 0,
        ..held.await?
    };
    let ends = ends(&held);
    let mut consequences = vec![ends.as_str()];
    // Nobody signs in to a service.
    if held.authorizations > 0 {
        consequences.push(
            "Everybody who is connected by it has to sign in to it again. What they have allowed is remembered.",
        );
    }
    consequences.push(
        "The client itself stays: with its secrets it can get new tokens at once. If a secret has leaked, \
         end that too.",
    );
    let asked = format!("End all tokens of {}?", client.name);
    Ok(question(admin, client, asked, "End all tokens")
        .saying(consequences)
        .confirmed_by(confirmation)
        .ask(admin))
}

async fn end(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let client = named(admin).await?;
    if let Some(mistake) = admin.confirm(&fields).await? {
        return ask(admin, &client, Some(mistake)).await;
    }
    let (id, by, at) = (
        client.id.clone(),
        admin.signed_in.user.id.clone(),
        admin.now,
    );
    let (event, name) = (
        event(admin, "client.tokens_revoked", &client),
        client.name.clone(),
    );
    let end = admin.write(move |connection| {
        let ending = Ending {
            because: BECAUSE,
            by: Some(&by),
            at,
        };
        let ended = held::end_tokens_of_client(connection, &id, &ending)?;
        event
            .about(&format!("{name}: {}", sentence(&ended)))
            .insert(connection)?;
        Ok(ended)
    });
    let said = format!(
        "All tokens of {} were ended: {}",
        client.name,
        sentence(&end.await?)
    );
    Ok(admin.done(&path_of(&client), &said))
}
