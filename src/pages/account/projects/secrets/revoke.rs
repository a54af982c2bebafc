//! Revoking a secret of a client: a step of its own that says what stops working.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::client_secret::{self, ClientSecret};
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Page};
use crate::web::visitor::PageResult;

use super::super::member::ClientKeeper;

#[derive(Template)]
#[template(path = "account/projects/secrets/revoke.html")]
struct Revoke {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    path: String,
    secret: ClientSecret,
    is_only_one: bool,
}

/// `GET /account/projects/{slug}/clients/{client}/secrets/revoke?secret=…`.
pub async fn get(keeper: ClientKeeper) -> HttpResponse {
    keeper.answer(ask(&keeper).await)
}

/// `POST /account/projects/{slug}/clients/{client}/secrets/revoke?secret=…`.
pub async fn post(keeper: ClientKeeper, body: Body) -> HttpResponse {
    keeper.answer(revoke(&keeper, &body).await)
}

async fn ask(keeper: &ClientKeeper) -> PageResult {
    let (secret, others) = named(keeper).await?;
    let live = |own: &ClientSecret| own.is_live(keeper.now);
    let template = Revoke {
        page: keeper.page("Revoke client secret"),
        area: keeper.area("projects"),
        crumbs: keeper.client_crumbs(),
        path: keeper.client_path(""),
        is_only_one: live(&secret) && !others.iter().any(live),
        secret,
    };
    Ok(keeper.show(StatusCode::OK, &template))
}

async fn revoke(keeper: &ClientKeeper, body: &Body) -> PageResult {
    keeper.fields(body)?;
    let (secret, _) = named(keeper).await?;
    let event = keeper.client_event("client_secret.revoked", &secret.name);
    let sentence = format!("The secret {} was revoked.", secret.name);
    let now = keeper.now;
    let revoke = keeper.write(move |connection| {
        let done = client_secret::revoke(connection, &secret.id, now)?;
        Ok(event.insert_if(connection, done)?)
    });
    if !revoke.await? {
        return Err(PageError::not_found());
    }
    Ok(keeper.done(&keeper.client_path(""), &sentence))
}

/// The secret that the address names, and the client's others.
async fn named(keeper: &ClientKeeper) -> Result<(ClientSecret, Vec<ClientSecret>), PageError> {
    let query = keeper.query()?;
    let (id, client) = (field(&query, "secret")?.to_owned(), keeper.client.clone());
    let secrets = keeper
        .app
        .db
        .read(move |connection| Ok(client_secret::of_client(connection, &client)?));
    let (mut named, others): (Vec<_>, Vec<_>) =
        secrets.await?.into_iter().partition(|own| own.id == id);
    let secret = named.pop().ok_or_else(PageError::not_found)?;
    Ok((secret, others))
}
