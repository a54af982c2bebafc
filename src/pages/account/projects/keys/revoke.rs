//! Revoking an API key: a step of its own that says what stops working.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::ending::Ending;
use crate::models::named_token;
use crate::web::form::Body;
use crate::web::page::{Area, Crumb, Page};
use crate::web::visitor::PageResult;

use super::super::super::token_line::TokenLine;
use super::super::member::ClientKeeper;
use super::{ended_before, named};

#[derive(Template)]
#[template(path = "account/projects/keys/revoke.html")]
struct Revoke {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    path: String,
    key: TokenLine,
}

/// `GET /account/projects/{slug}/clients/{client}/keys/revoke?token=…`.
pub async fn get(keeper: ClientKeeper) -> HttpResponse {
    keeper.answer(ask(&keeper).await)
}

/// `POST /account/projects/{slug}/clients/{client}/keys/revoke?token=…`.
pub async fn post(keeper: ClientKeeper, body: Body) -> HttpResponse {
    keeper.answer(revoke(&keeper, &body).await)
}

async fn ask(keeper: &ClientKeeper) -> PageResult {
    let permissions = keeper.app.directory.permissions().await?;
    let key = named(keeper).await?;
    if !key.token.is_live(keeper.now) {
        return Ok(ended_before(keeper));
    }
    let template = Revoke {
        page: keeper.page("Revoke API key"),
        area: keeper.area("projects"),
        crumbs: keeper.client_crumbs(),
        path: keeper.client_path(""),
        key: TokenLine::new(key, &permissions, keeper.now),
    };
    Ok(keeper.show(StatusCode::OK, &template))
}

async fn revoke(keeper: &ClientKeeper, body: &Body) -> PageResult {
    keeper.fields(body)?;
    let key = named(keeper).await?.token;
    if !key.is_live(keeper.now) {
        return Ok(ended_before(keeper));
    }
    let name = key.name.unwrap_or_default();
    let event = keeper.client_event("api_key.revoked", &name);
    let (by, now) = (keeper.signed_in.user.id.clone(), keeper.now);
    let revoke = keeper.write(move |connection| {
        let ending = Ending {
            because: "revoked by a member of its project",
            by: Some(&by),
            at: now,
        };
        let ended = named_token::revoke(connection, &key.client_id, &key.id, &ending)?;
        if ended {
            event.insert(connection)?;
        }
        Ok(ended)
    });
    if !revoke.await? {
        return Ok(ended_before(keeper));
    }
    let sentence = format!("The API key {name} was revoked.");
    Ok(keeper.done(&keeper.client_path(""), &sentence))
}
