//! Revoking a personal access token: a step of its own that says what stops working.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::access_token::UsedToken;
use crate::models::ending::Ending;
use crate::models::{named_token, project};
use crate::oauth::SecretId;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Page};
use crate::web::person::Person;
use crate::web::visitor::PageResult;

use super::super::token_line::TokenLine;
use super::PATH;

#[derive(Template)]
#[template(path = "account/tokens/revoke.html")]
struct Revoke {
    page: Page,
    area: Area,
    token: TokenLine,
}

/// `GET /account/tokens/revoke?token=…`.
pub async fn get(person: Person) -> HttpResponse {
    person.answer(ask(&person).await)
}

/// `POST /account/tokens/revoke?token=…`.
pub async fn post(person: Person, body: Body) -> HttpResponse {
    person.answer(revoke(&person, &body).await)
}

async fn ask(person: &Person) -> PageResult {
    let permissions = person.app.directory.permissions().await?;
    let (_, used) = named(person).await?;
    if !used.token.is_live(person.now) {
        return Ok(ended_before(person));
    }
    let template = Revoke {
        page: person.page("Revoke access token"),
        area: person.area("tokens"),
        token: TokenLine::new(used, &permissions, person.now),
    };
    Ok(person.show(StatusCode::OK, &template))
}

async fn revoke(person: &Person, body: &Body) -> PageResult {
    person.fields(body)?;
    let (client_id, UsedToken { token, .. }) = named(person).await?;
    if !token.is_live(person.now) {
        return Ok(ended_before(person));
    }
    let (user_id, now) = (person.signed_in.user.id.clone(), person.now);
    let name = token.name.unwrap_or_default();
    let mut event = person.event("personal_token.revoked").about(&name);
    event.user_id = Some(user_id.clone());
    event.client_id = Some(client_id.clone());
    let revoke = person.write(move |connection| {
        let ending = Ending {
            because: "revoked by its person",
            by: Some(&user_id),
            at: now,
        };
        let ended = named_token::revoke(connection, &client_id, &token.id, &ending)?;
        if ended {
            event.insert(connection)?;
        }
        Ok(ended)
    });
    if !revoke.await? {
        return Ok(ended_before(person));
    }
    Ok(person.done(PATH, &format!("The token {name} was revoked.")))
}

fn ended_before(person: &Person) -> HttpResponse {
    person.done(PATH, "That token had ended before.")
}

/// The token that the address names, if it is this person's; with its client.
async fn named(person: &Person) -> Result<(String, UsedToken), PageError> {
    let id = token_of_address(person)?;
    let user_id = person.signed_in.user.id.clone();
    let find = person.app.db.read(move |connection| {
        let client_id = project::personal_client(connection, &user_id)?;
        let found = named_token::find(connection, &client_id, &id)?;
        Ok(found.map(|used| (client_id, used)))
    });
    find.await?.ok_or_else(PageError::not_found)
}

/// The parameter `token` of the address, a `jti`.
pub(in super::super) fn token_of_address(person: &Person) -> Result<SecretId, PageError> {
    let query = person.query()?;
    SecretId::from_text(field(&query, "token")?).ok_or_else(PageError::not_found)
}
