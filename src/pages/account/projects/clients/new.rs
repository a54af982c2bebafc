//! Making a client of a project: a program that acts for itself, with a client secret or with an API key.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::client::{self, Client, ClientKind};
use crate::models::client_secret;
use crate::models::named_token::NewToken;
use crate::oauth::{GrantType, List, PlainSecret};
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::shown_once;
use crate::web::visitor::PageResult;

use super::super::super::expiry::Expiry;
use super::super::super::once::{self, Made};
use super::super::super::scope_choice::ScopeChoice;
use super::super::member::Member;

/// The most clients of a project.
const LIMIT: usize = 100;
/// What people call the first secret or key.
const FIRST: &str = "first";

#[derive(Template)]
#[template(path = "account/projects/clients/new.html")]
struct New {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    slug: String,
    form: ClientForm,
}

struct ClientForm {
    id: String,
    name: Field,
    scopes: ScopeChoice,
    /// What it authenticates with.
    proof: Proof,
    expiry: Expiry,
    problem: Option<String>,
    /// The own password, where it has to be typed.
    confirmation: Option<Field>,
}

/// What a client has to show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// `client_id` and secret, for client credentials (RFC 6749 §4.4).
    Secret,
    /// A long-lived key.
    Key,
}

/// `GET /account/projects/{slug}/clients/new`.
pub async fn get(member: Member) -> HttpResponse {
    member.answer(offer(&member).await)
}

/// `POST /account/projects/{slug}/clients/new`.
pub async fn post(member: Member, body: Body) -> HttpResponse {
    member.answer(create(&member, &body).await)
}

async fn offer(member: &Member) -> PageResult {
    let permissions = member.app.directory.permissions().await?;
    let form = ClientForm {
        id: once::id(member.now),
        name: Field::default(),
        scopes: ScopeChoice::of(&permissions, &member.own_scope().await?),
        proof: Proof::Secret,
        expiry: Expiry::proposing("never", member.now),
        problem: None,
        confirmation: member.confirmation(),
    };
    Ok(show(member, StatusCode::OK, form))
}

async fn create(member: &Member, body: &Body) -> PageResult {
    let fields = member.fields(body)?;
    let permissions = member.app.directory.permissions().await?;
    let own = member.own_scope().await?;
    let name = field(&fields, "name")?.trim();
    let proof = match field(&fields, "proof")? {
        "key" => Proof::Key,
        _ => Proof::Secret,
    };
    let mut form = ClientForm {
        id: once::read(&fields)?,
        name: Field::new(name, client::check_name(name).err()),
        scopes: ScopeChoice::read(&fields, &permissions, &own),
        proof,
        expiry: Expiry::read(&fields, member.now)?,
        problem: None,
        confirmation: member.confirmation(),
    };
    if form.is_wrong() {
        return Ok(show(member, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    // Asked last: what is wrong beside it costs no try.
    form.confirmation = member.confirm(&fields).await?;
    if form.confirmation.is_some() {
        return Ok(show(member, StatusCode::UNPROCESSABLE_ENTITY, form));
    }
    let client = Client {
        project_id: Some(member.project.id.clone()),
        grant_types: List(vec![GrantType::ClientCredentials]),
        scope: form.scopes.scope(),
        ..Client::new(name, ClientKind::Confidential, member.now)
    };
    let path = member.path(&format!("/clients/{}", client.id));
    let mut event = member.project_event("client.added", name);
    event.id.clone_from(&form.id);
    event.client_id = Some(client.id.clone());
    let expires_at = form.expiry.end();
    let project_id = member.project.id.clone();
    let create = member.write(move |connection| {
        if client::of_project(connection, &project_id)?.len() >= LIMIT {
            return Ok(Made::TooMany);
        }
        if !event.insert_once(connection)? {
            return Ok(Made::Before);
        }
        insert(connection, client, proof, expires_at).map(Made::Now)
    });
    let secret = match create.await? {
        Made::Now(secret) => secret,
        Made::Before => return Ok(member.not_done(&member.path(""), once::BEFORE)),
        Made::TooMany => {
            form.problem = Some(format!(
                "The project has {LIMIT} clients, which is the most. Delete one that nobody needs any more."
            ));
            return Ok(show(member, StatusCode::UNPROCESSABLE_ENTITY, form));
        }
    };
    let sentence = format!("The client {} was created.", form.name.value);
    let mut response = member.done(&path, &sentence);
    shown_once::give(member, &mut response, &path, &secret).map_err(PageError::from)?;
    Ok(response)
}

/// Adds the client with its first secret or key.
fn insert(
    connection: &mut DbConnection,
    client: Client,
    proof: Proof,
    expires_at: Option<UnixTime>,
) -> Result<PlainSecret> {
    let (id, scope, now) = (client.id.clone(), client.scope.clone(), client.created_at);
    client::insert(connection, client)?;
    Ok(match proof {
        Proof::Secret => client_secret::insert_until(connection, &id, FIRST, expires_at, now)?,
        Proof::Key => {
            let key = NewToken {
                client_id: id,
                user_id: None,
                name: String::from(FIRST),
                scope,
                expires_at,
            };
            key.insert(connection, now)?
        }
    })
}

fn show(member: &Member, status: StatusCode, form: ClientForm) -> HttpResponse {
    let template = New {
        page: member.page("New client"),
        area: member.area("projects"),
        crumbs: member.crumbs(),
        slug: member.project.slug.clone(),
        form,
    };
    member.show(status, &template)
}

impl ClientForm {
    fn is_wrong(&self) -> bool {
        self.name.error.is_some() || self.scopes.error.is_some() || self.expiry.is_wrong()
    }
}
