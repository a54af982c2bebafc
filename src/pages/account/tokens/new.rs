//! Making a personal access token: it acts for its person, with not more than the person's own scopes.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::named_token::{self, NewToken};
use crate::models::project;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Field, Page};
use crate::web::person::Person;
use crate::web::shown_once;
use crate::web::visitor::PageResult;

use super::super::expiry::Expiry;
use super::super::once::{self, Made};
use super::super::scope_choice::ScopeChoice;
use super::PATH;

#[derive(Template)]
#[template(path = "account/tokens/new.html")]
struct New {
    page: Page,
    area: Area,
    form: TokenForm,
}

struct TokenForm {
    id: String,
    name: Field,
    scopes: ScopeChoice,
    expiry: Expiry,
    /// Why no token can be made at all.
    problem: Option<String>,
    /// The own password, where it has to be typed.
    confirmation: Option<Field>,
}

/// `GET /account/tokens/new`.
pub async fn get(person: Person) -> HttpResponse {
    person.answer(offer(&person).await)
}

/// `POST /account/tokens/new`.
pub async fn post(person: Person, body: Body) -> HttpResponse {
    person.answer(create(&person, &body).await)
}

async fn offer(person: &Person) -> PageResult {
    let permissions = person.app.directory.permissions().await?;
    let own = permissions.scope_of_user(&person.signed_in.user.roles);
    let form = TokenForm {
        id: once::id(person.now),
        name: Field::default(),
        scopes: ScopeChoice::of(&permissions, &own),
        expiry: Expiry::proposing("30", person.now),
        problem: None,
        confirmation: person.confirmation(),
    };
    Ok(show(person, StatusCode::OK, form))
}

async fn create(person: &Person, body: &Body) -> PageResult {
    let fields = person.fields(body)?;
    let permissions = person.app.directory.permissions().await?;
    let own = permissions.scope_of_user(&person.signed_in.user.roles);
    let name = field(&fields, "name")?.trim();
    let mut form = TokenForm {
        id: once::read(&fields)?,
        name: Field::new(name, named_token::check_name(name).err()),
        scopes: ScopeChoice::read(&fields, &permissions, &own),
        expiry: Expiry::read(&fields, person.now)?,
        problem: None,
        confirmation: person.confirmation(),
    };
    if form.is_wrong() {
        return Ok(show(person, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    // Asked last: what is wrong beside it costs no try.
    form.confirmation = person.confirm(&fields).await?;
    if form.confirmation.is_some() {
        return Ok(show(person, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    let (user_id, now) = (person.signed_in.user.id.clone(), person.now);
    let (scope, expires_at) = (form.scopes.scope(), form.expiry.end());
    let mut event = person.event("personal_token.created").about(name);
    event.id.clone_from(&form.id);
    let name = name.to_owned();
    let create = person.write(move |connection| {
        let client_id = project::personal_client(connection, &user_id)?;
        if named_token::count_live(connection, &client_id, now)? >= named_token::LIMIT {
            return Ok(Made::TooMany);
        }
        event.user_id = Some(user_id.clone());
        event.client_id = Some(client_id.clone());
        if !event.insert_once(connection)? {
            return Ok(Made::Before);
        }
        let token = NewToken {
            client_id,
            user_id: Some(user_id),
            name,
            scope,
            expires_at,
        };
        Ok(Made::Now(token.insert(connection, now)?))
    });
    let secret = match create.await? {
        Made::Now(secret) => secret,
        Made::Before => return Ok(person.not_done(PATH, once::BEFORE)),
        Made::TooMany => {
            form.problem = Some(format!(
                "You have {} tokens that work, which is the most. Revoke one that you do not need any more.",
                named_token::LIMIT
            ));
            return Ok(show(person, StatusCode::UNPROCESSABLE_ENTITY, form));
        }
    };
    let sentence = format!("The token {} was created.", form.name.value);
    let mut response = person.done(PATH, &sentence);
    shown_once::give(person, &mut response, PATH, &secret).map_err(PageError::from)?;
    Ok(response)
}

fn show(person: &Person, status: StatusCode, form: TokenForm) -> HttpResponse {
    let template = New {
        page: person.page("New access token"),
        area: person.area("tokens"),
        form,
    };
    person.show(status, &template)
}

impl TokenForm {
    fn is_wrong(&self) -> bool {
        self.name.error.is_some() || self.scopes.error.is_some() || self.expiry.is_wrong()
    }
}
