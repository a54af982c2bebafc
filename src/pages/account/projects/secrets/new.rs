//! Making another secret of a client, and letting the ones before it end after a while.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::client_secret;
use crate::models::named_token;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::shown_once;
use crate::web::visitor::PageResult;

use super::super::super::expiry::Expiry;
use super::super::super::once::{self, Made};
use super::super::member::ClientKeeper;
use super::super::overlap::{self, OVERLAPS};

/// The most of one client; every one costs each authentication a comparison.
const LIMIT: usize = 10;

#[derive(Template)]
#[template(path = "account/projects/secrets/new.html")]
struct New {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    path: String,
    form: SecretForm,
    overlaps: &'static [(&'static str, &'static str, i64)],
}

struct SecretForm {
    id: String,
    name: Field,
    expiry: Expiry,
    /// When the others end; empty for not at all.
    overlap: String,
    problem: Option<String>,
    /// The own password, where it has to be typed.
    confirmation: Option<Field>,
}

/// `GET /account/projects/{slug}/clients/{client}/secrets/new`.
pub async fn get(keeper: ClientKeeper) -> HttpResponse {
    keeper.answer(offer(&keeper).await)
}

/// `POST /account/projects/{slug}/clients/{client}/secrets/new`.
pub async fn post(keeper: ClientKeeper, body: Body) -> HttpResponse {
    keeper.answer(create(&keeper, &body).await)
}

async fn offer(keeper: &ClientKeeper) -> PageResult {
    keeper.check_can_give(&keeper.client.scope).await?;
    let form = SecretForm {
        id: once::id(keeper.now),
        name: Field::default(),
        expiry: Expiry::proposing("never", keeper.now),
        overlap: String::new(),
        problem: None,
        confirmation: keeper.confirmation(),
    };
    Ok(show(keeper, StatusCode::OK, form))
}

async fn create(keeper: &ClientKeeper, body: &Body) -> PageResult {
    let fields = keeper.fields(body)?;
    keeper.check_can_give(&keeper.client.scope).await?;
    let name = field(&fields, "name")?.trim();
    let mut form = SecretForm {
        id: once::read(&fields)?,
        name: Field::new(name, named_token::check_name(name).err()),
        expiry: Expiry::read(&fields, keeper.now)?,
        overlap: field(&fields, "overlap")?.to_owned(),
        problem: None,
        confirmation: keeper.confirmation(),
    };
    if form.name.error.is_some() || form.expiry.is_wrong() {
        return Ok(show(keeper, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    // Asked last: what is wrong beside it costs no try.
    form.confirmation = keeper.confirm(&fields).await?;
    if form.confirmation.is_some() {
        return Ok(show(keeper, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    let others_end = overlap::read(&fields)?.map(|seconds| keeper.now.plus(seconds));
    let (client, now, expires_at) = (keeper.client.clone(), keeper.now, form.expiry.end());
    let mut event = keeper.client_event("client_secret.created", name);
    event.id.clone_from(&form.id);
    let name = name.to_owned();
    let create = keeper.write(move |connection| {
        let others = client_secret::of_client(connection, &client)?;
        if others.iter().filter(|own| own.is_live(now)).count() >= LIMIT {
            return Ok(Made::TooMany);
        }
        if !event.insert_once(connection)? {
            return Ok(Made::Before);
        }
        if let Some(end) = others_end {
            client_secret::end_all_at(connection, &client.id, end)?;
        }
        let id = &client.id;
        let secret = client_secret::insert_until(connection, id, &name, expires_at, now)?;
        Ok(Made::Now(secret))
    });
    let secret = match create.await? {
        Made::Now(secret) => secret,
        Made::Before => return Ok(keeper.not_done(&keeper.client_path(""), once::BEFORE)),
        Made::TooMany => {
            form.problem = Some(format!(
                "The client has {LIMIT} secrets that work, which is the most. Revoke one first."
            ));
            return Ok(show(keeper, StatusCode::UNPROCESSABLE_ENTITY, form));
        }
    };
    let path = keeper.client_path("");
    let sentence = format!("The secret {} was created.", form.name.value);
    let mut response = keeper.done(&path, &sentence);
    shown_once::give(keeper, &mut response, &path, &secret).map_err(PageError::from)?;
    Ok(response)
}

fn show(keeper: &ClientKeeper, status: StatusCode, form: SecretForm) -> HttpResponse {
    let template = New {
        page: keeper.page("New client secret"),
        area: keeper.area("projects"),
        crumbs: keeper.client_crumbs(),
        path: keeper.client_path(""),
        form,
        overlaps: &OVERLAPS,
    };
    keeper.show(status, &template)
}
