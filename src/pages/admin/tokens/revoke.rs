//! Ending a token alone, or the whole authorization that it comes from: a step of its own that says what
//! stops working.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::authentication::bearer::jti;
use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::audit_event::AuditEvent;
use crate::models::ending::Ending;
use crate::models::{access_token, authorization, refresh_token};
use crate::oauth::SecretId;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::found::Found;
use super::show::live_tokens;
use super::{address_of, crumbs, named};

#[derive(Template)]
#[template(path = "admin/tokens/revoke.html")]
struct Revoke {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    /// Where the token is told about.
    back: String,
    jti: String,
    kind: &'static str,
    last_four: Option<String>,
    client: String,
    username: Option<String>,
    /// Whether it can be ended alone.
    alone: bool,
    /// The live tokens that end with the authorization, in words, if it can be ended.
    whole: Option<String>,
    /// Whether the choice is the whole authorization.
    chose_whole: bool,
    confirmation: Option<Field>,
}

/// What can be ended, and how much of it is live.
struct Choices {
    found: Found,
    whole: Option<String>,
}

/// `GET /admin/tokens/revoke?jti=…`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let confirmation = admin.confirmation();
    admin.answer(ask(&admin, StatusCode::OK, false, confirmation).await)
}

/// `POST /admin/tokens/revoke?jti=…`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(revoke(&admin, &body).await)
}

async fn ask(
    admin: &Administrator,
    status: StatusCode,
    chose_whole: bool,
    confirmation: Option<Field>,
) -> PageResult {
    let (id, now) = (named(admin)?, admin.now);
    let find = admin
        .app
        .db
        .read(move |connection| Choices::of(connection, &id, now));
    let Choices { found, whole } = find.await?.ok_or_else(PageError::not_found)?;
    if !found.ends_alone(now) && whole.is_none() {
        return Ok(admin.done(&address_of(&id), "It was ended before."));
    }
    let template = Revoke {
        page: admin.page("Revoke"),
        area: admin.area("tokens"),
        crumbs: crumbs(),
        back: address_of(&id),
        jti: jti(&id),
        kind: found.kind(),
        last_four: found.last_four().map(str::to_owned),
        client: found.client_name().to_owned(),
        username: found.username().map(str::to_owned),
        alone: found.ends_alone(now),
        whole,
        chose_whole,
        confirmation,
    };
    Ok(admin.show(status, &template))
}

async fn revoke(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let id = named(admin)?;
    let whole = match field(&fields, "what")? {
        "authorization" => true,
        "token" => false,
        _ => return Err(PageError::not_found()),
    };
    if let Some(mistake) = admin.confirm(&fields).await? {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return ask(admin, status, whole, Some(mistake)).await;
    }
    let (action, sentence) = if whole {
        (
            "authorization.revoked",
            "The authorization was revoked, with all its tokens.",
        )
    } else {
        ("access_token.revoked", "The token was revoked.")
    };
    let (event, by, now) = (
        admin.event(action),
        admin.signed_in.user.id.clone(),
        admin.now,
    );
    let end = admin.write(move |connection| {
        let ending = Ending {
            because: "revoked by an administrator",
            by: Some(&by),
            at: now,
        };
        end(connection, &id, whole, &ending, event)
    });
    if !end.await? {
        return Ok(admin.done(&address_of(&id), "It was ended before."));
    }
    Ok(admin.done(&address_of(&id), sentence))
}

/// Ends one or the other; says whether this was the act that did.
fn end(
    connection: &mut DbConnection,
    id: &SecretId,
    whole: bool,
    ending: &Ending<'_>,
    event: AuditEvent,
) -> Result<bool> {
    let Some(found) = Found::find(connection, id)? else {
        return Ok(false);
    };
    let ended = if whole {
        match &found.authorization {
            Some(granted) => authorization::revoke(connection, &granted.id, ending)?,
            None => false,
        }
    } else {
        found.ends_alone(ending.at) && access_token::revoke(connection, id, ending)?
    };
    if ended {
        AuditEvent {
            user_id: found.user.as_ref().map(|user| user.id.clone()),
            client_id: Some(found.client_id().to_owned()),
            authorization_id: found
                .authorization
                .as_ref()
                .map(|granted| granted.id.clone()),
            ..event
        }
        .insert(connection)?;
    }
    Ok(ended)
}

impl Choices {
    fn of(connection: &mut DbConnection, id: &SecretId, now: UnixTime) -> Result<Option<Self>> {
        let Some(found) = Found::find(connection, id)? else {
            return Ok(None);
        };
        let whole = match found.live_authorization() {
            Some(granted) => Some(live_tokens(
                access_token::count_live_of(connection, &granted.id, now)?,
                refresh_token::count_live_of(connection, &granted.id, now)?,
            )),
            None => None,
        };
        Ok(Some(Self { found, whole }))
    }
}
