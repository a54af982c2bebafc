//! Replacing an API key by a new one with the same name, scopes and length of life. The old one goes on
//! working for a while, so that no program stops meanwhile.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::access_token::AccessToken;
use crate::models::ending::Ending;
use crate::models::named_token::{self, NewToken};
use crate::oauth::PlainSecret;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page, span};
use crate::web::shown_once;
use crate::web::visitor::PageResult;

use super::super::super::once::{self, Made};
use super::super::super::token_line::TokenLine;
use super::super::member::ClientKeeper;
use super::super::overlap::{self, OVERLAPS};
use super::{ended_before, named};

#[derive(Template)]
#[template(path = "account/projects/keys/rotate.html")]
struct Rotate {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    path: String,
    id: String,
    key: TokenLine,
    /// How long the new one lives, in words; none for ever.
    lifetime: Option<String>,
    overlaps: &'static [(&'static str, &'static str, i64)],
    /// The one that is chosen.
    overlap: String,
    /// What is wrong with the choice.
    problem: Option<&'static str>,
    /// The own password, where it has to be typed.
    confirmation: Option<Field>,
}

/// What is chosen from the beginning.
const CHOSEN: &str = "24h";

/// `GET /account/projects/{slug}/clients/{client}/keys/rotate?token=…`.
pub async fn get(keeper: ClientKeeper) -> HttpResponse {
    let confirmation = keeper.confirmation();
    keeper.answer(ask(&keeper, StatusCode::OK, CHOSEN, None, confirmation).await)
}

/// `POST /account/projects/{slug}/clients/{client}/keys/rotate?token=…`.
pub async fn post(keeper: ClientKeeper, body: Body) -> HttpResponse {
    keeper.answer(rotate(&keeper, &body).await)
}

async fn ask(
    keeper: &ClientKeeper,
    status: StatusCode,
    overlap: &str,
    problem: Option<&'static str>,
    confirmation: Option<Field>,
) -> PageResult {
    let permissions = keeper.app.directory.permissions().await?;
    let key = named(keeper).await?;
    if !key.token.is_live(keeper.now) {
        return Ok(ended_before(keeper));
    }
    keeper.check_can_give(&key.token.scope).await?;
    let template = Rotate {
        page: keeper.page("Rotate API key"),
        area: keeper.area("projects"),
        crumbs: keeper.client_crumbs(),
        path: keeper.client_path(""),
        id: once::id(keeper.now),
        lifetime: lifetime(&key.token).map(span),
        key: TokenLine::new(key, &permissions, keeper.now),
        overlaps: &OVERLAPS,
        overlap: overlap.to_owned(),
        problem,
        confirmation,
    };
    Ok(keeper.show(status, &template))
}

async fn rotate(keeper: &ClientKeeper, body: &Body) -> PageResult {
    const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    let fields = keeper.fields(body)?;
    let old = named(keeper).await?.token;
    if !old.is_live(keeper.now) {
        return Ok(ended_before(keeper));
    }
    keeper.check_can_give(&old.scope).await?;
    let Some(overlap) = overlap::read(&fields)? else {
        let problem = Some("Choose when the old key ends.");
        let confirmation = keeper.confirmation();
        return ask(keeper, WRONG, CHOSEN, problem, confirmation).await;
    };
    if let Some(mistake) = keeper.confirm(&fields).await? {
        let chosen = field(&fields, "overlap")?;
        return ask(keeper, WRONG, chosen, None, Some(mistake)).await;
    }
    let name = old.name.clone().unwrap_or_default();
    let mut event = keeper.client_event("api_key.rotated", &name);
    event.id = once::read(&fields)?;
    let (by, now) = (keeper.signed_in.user.id.clone(), keeper.now);
    let replace = keeper.write(move |connection| {
        let found = named_token::find(connection, &old.client_id, &old.id)?;
        if !found.is_some_and(|found| found.token.is_live(now)) {
            return Ok(None);
        }
        if !event.insert_once(connection)? {
            return Ok(Some(Made::Before));
        }
        Ok(Some(Made::Now(replace(
            connection, &old, overlap, &by, now,
        )?)))
    });
    let path = keeper.client_path("");
    let secret = match replace.await? {
        Some(Made::Now(secret)) => secret,
        Some(Made::Before | Made::TooMany) => return Ok(keeper.not_done(&path, once::BEFORE)),
        None => return Ok(ended_before(keeper)),
    };
    let sentence = match overlap {
        0 => format!("The API key {name} was rotated. The old one has ended."),
        _ => format!(
            "The API key {name} was rotated. The old one ends in {}.",
            span(overlap)
        ),
    };
    let mut response = keeper.done(&path, &sentence);
    shown_once::give(keeper, &mut response, &path, &secret).map_err(PageError::from)?;
    Ok(response)
}

/// Makes the new one, which holds the client, and then ends the old one, at once or later.
fn replace(
    connection: &mut DbConnection,
    old: &AccessToken,
    overlap: i64,
    by: &str,
    now: UnixTime,
) -> Result<PlainSecret> {
    let client_id = &old.client_id;
    let new = NewToken {
        client_id: client_id.clone(),
        user_id: None,
        name: old.name.clone().unwrap_or_default(),
        scope: old.scope.clone(),
        expires_at: lifetime(old).map(|seconds| now.plus(seconds)),
    };
    let secret = new.insert(connection, now)?;
    if overlap == 0 {
        let ending = Ending {
            because: "rotated",
            by: Some(by),
            at: now,
        };
        named_token::revoke(connection, client_id, &old.id, &ending)?;
    } else {
        named_token::end_at(connection, client_id, &old.id, now.plus(overlap))?;
    }
    Ok(secret)
}

/// Seconds from a key's making to its end.
fn lifetime(key: &AccessToken) -> Option<i64> {
    key.expires_at.map(|end| end.since(key.created_at))
}
