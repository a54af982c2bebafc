//! Making an API key, with not more than the client's scopes and the maker's own.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::named_token::{self, NewToken};
use crate::oauth::Scope;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::shown_once;
use crate::web::visitor::PageResult;

use super::super::super::expiry::Expiry;
use super::super::super::once::{self, Made};
use super::super::super::scope_choice::ScopeChoice;
use super::super::member::ClientKeeper;

#[derive(Template)]
#[template(path = "account/projects/keys/new.html")]
struct New {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    path: String,
    form: KeyForm,
}

struct KeyForm {
    id: String,
    name: Field,
    scopes: ScopeChoice,
    expiry: Expiry,
    problem: Option<String>,
    /// The own password, where it has to be typed.
    confirmation: Option<Field>,
}

/// `GET /account/projects/{slug}/clients/{client}/keys/new`.
pub async fn get(keeper: ClientKeeper) -> HttpResponse {
    keeper.answer(offer(&keeper).await)
}

/// `POST /account/projects/{slug}/clients/{client}/keys/new`.
pub async fn post(keeper: ClientKeeper, body: Body) -> HttpResponse {
    keeper.answer(create(&keeper, &body).await)
}

async fn offered(keeper: &ClientKeeper) -> Result<Scope, PageError> {
    Ok(keeper.own_scope().await?.intersection(&keeper.client.scope))
}

async fn offer(keeper: &ClientKeeper) -> PageResult {
    let permissions = keeper.app.directory.permissions().await?;
    let form = KeyForm {
        id: once::id(keeper.now),
        name: Field::default(),
        scopes: ScopeChoice::of(&permissions, &offered(keeper).await?),
        expiry: Expiry::proposing("90", keeper.now),
        problem: None,
        confirmation: keeper.confirmation(),
    };
    Ok(show(keeper, StatusCode::OK, form))
}

async fn create(keeper: &ClientKeeper, body: &Body) -> PageResult {
    let fields = keeper.fields(body)?;
    let permissions = keeper.app.directory.permissions().await?;
    let name = field(&fields, "name")?.trim();
    let mut form = KeyForm {
        id: once::read(&fields)?,
        name: Field::new(name, named_token::check_name(name).err()),
        scopes: ScopeChoice::read(&fields, &permissions, &offered(keeper).await?),
        expiry: Expiry::read(&fields, keeper.now)?,
        problem: None,
        confirmation: keeper.confirmation(),
    };
    if form.is_wrong() {
        return Ok(show(keeper, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    // Asked last: what is wrong beside it costs no try.
    form.confirmation = keeper.confirm(&fields).await?;
    if form.confirmation.is_some() {
        return Ok(show(keeper, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    let key = NewToken {
        client_id: keeper.client.id.clone(),
        user_id: None,
        name: name.to_owned(),
        scope: form.scopes.scope(),
        expires_at: form.expiry.end(),
    };
    let (mut event, now) = (keeper.client_event("api_key.created", name), keeper.now);
    event.id.clone_from(&form.id);
    let create = keeper.write(move |connection| {
        if named_token::count_live(connection, &key.client_id, now)? >= named_token::LIMIT {
            return Ok(Made::TooMany);
        }
        if !event.insert_once(connection)? {
            return Ok(Made::Before);
        }
        Ok(Made::Now(key.insert(connection, now)?))
    });
    let secret = match create.await? {
        Made::Now(secret) => secret,
        Made::Before => return Ok(keeper.not_done(&keeper.client_path(""), once::BEFORE)),
        Made::TooMany => {
            form.problem = Some(format!(
                "The client has {} keys that work, which is the most. Revoke one first.",
                named_token::LIMIT
            ));
            return Ok(show(keeper, StatusCode::UNPROCESSABLE_ENTITY, form));
        }
    };
    let path = keeper.client_path("");
    let sentence = format!("The API key {} was created.", form.name.value);
    let mut response = keeper.done(&path, &sentence);
    shown_once::give(keeper, &mut response, &path, &secret).map_err(PageError::from)?;
    Ok(response)
}

fn show(keeper: &ClientKeeper, status: StatusCode, form: KeyForm) -> HttpResponse {
    let template = New {
        page: keeper.page("New API key"),
        area: keeper.area("projects"),
        crumbs: keeper.client_crumbs(),
        path: keeper.client_path(""),
        form,
    };
    keeper.show(status, &template)
}

impl KeyForm {
    fn is_wrong(&self) -> bool {
        self.name.error.is_some() || self.scopes.error.is_some() || self.expiry.is_wrong()
    }
}
