//! The page of a client: what it is, its secrets, who uses it, what went wrong, and what can be done.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::grants::issue::Lifetimes;
use crate::models::client::Client;
use crate::models::client::application::Application;
use crate::models::project::{self, Project};
use crate::models::registration::advice;
use crate::models::{access_token, client_secret, consent, refusal};
use crate::oauth::GrantType;
use crate::web::page::{Area, Crumb, Moment, Page, ScopeLine, scope_lines, span};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::lines::{PersonLine, RefusalLine, SecretLine, TokenLine};
use super::samples::{self, Sample};
use super::secrets::{self, SecretForm};
use super::{PATH, lines, named, path_of};

/// Lines of each list.
const NEWEST: i64 = 50;
/// Tokens, and allowed scopes, that are looked through for them: most tokens of a client live, but after
/// the panic button none does.
const LOOKED_THROUGH: i64 = 500;
/// Refused requests that are shown.
const REFUSALS: i64 = 20;

#[derive(Template)]
#[template(path = "admin/clients/show.html")]
struct Show {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    client: Client,
    path: String,
    application: &'static str,
    project: Option<Project>,
    registered: Moment,
    last_used: Option<Moment>,
    disabled: Option<Moment>,
    grants: Vec<&'static str>,
    access_lifetime: String,
    refresh_lifetime: Option<String>,
    scopes: Vec<ScopeLine>,
    warnings: Vec<String>,
    secrets: Vec<SecretLine>,
    form: SecretForm,
    days: [(i64, &'static str); 5],
    tokens: Vec<TokenLine>,
    /// Whether people are sent here by it.
    asks_people: bool,
    people_count: i64,
    people: Vec<PersonLine>,
    refusals: Vec<RefusalLine>,
    samples: Vec<Sample>,
}

/// `GET /admin/clients/{client}`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(show(&admin).await)
}

async fn show(admin: &Administrator) -> PageResult {
    // What was used or refused just now is what an administrator comes to read.
    admin.app.last_uses.write(&admin.app.db).await?;
    admin.app.records.write(&admin.app).await?;
    let client = named(admin).await?;
    page(admin, client, StatusCode::OK, SecretForm::empty(admin)).await
}

/// `GET` where only a form leads.
pub async fn back(admin: Administrator) -> HttpResponse {
    let client = named(&admin).await;
    admin.answer(client.map(|client| admin.go_to(&path_of(&client))))
}

/// The page, with the form for another secret as it was typed.
pub(super) async fn page(
    admin: &Administrator,
    client: Client,
    status: StatusCode,
    form: SecretForm,
) -> PageResult {
    let permissions = admin.app.directory.permissions().await?;
    let own = client.clone();
    let facts = admin.app.db.read_aside(move |connection| {
        let project = match &own.project_id {
            Some(id) => project::find(connection, id)?,
            None => None,
        };
        Ok((
            project,
            advice::warnings(connection, &own)?,
            client_secret::of_client(connection, &own)?,
            access_token::recent_of_client(connection, &own.id, LOOKED_THROUGH)?,
            consent::count_people(connection, &own.id)?,
            consent::newest_of_client(connection, &own.id, LOOKED_THROUGH)?,
            refusal::recent_of_client(connection, &own.id, REFUSALS)?,
        ))
    });
    let (project, warnings, secrets, tokens, people_count, consents, refusals) = facts.await?;
    let now = admin.now;
    let lifetimes = Lifetimes::of(&client, &admin.app.config.tokens);
    let refreshes = client.may_use(GrantType::RefreshToken);
    let newest = usize::try_from(NEWEST).unwrap_or_default();
    let template = Show {
        page: admin.page(&client.name),
        area: admin.area("clients"),
        crumbs: vec![Crumb::new(PATH, "Clients")],
        path: path_of(&client),
        application: Application::of(&client).title(),
        project,
        registered: Moment::new(client.created_at, now),
        last_used: client.last_used_at.map(|at| Moment::new(at, now)),
        disabled: client.disabled_at.map(|at| Moment::new(at, now)),
        grants: client
            .grant_types
            .iter()
            .map(|grant| grant.as_str())
            .collect(),
        access_lifetime: span(lifetimes.access),
        refresh_lifetime: refreshes.then(|| span(lifetimes.refresh)),
        scopes: scope_lines(&permissions, &client.scope),
        warnings,
        secrets: secrets
            .into_iter()
            .map(|own| SecretLine::new(own, now))
            .collect(),
        form,
        days: secrets::DAYS,
        tokens: lines::live(tokens, newest, &permissions, now),
        asks_people: client.may_use(GrantType::AuthorizationCode),
        people_count,
        people: lines::people(consents, newest, &permissions, now),
        refusals: refusals
            .iter()
            .map(|own| RefusalLine::new(own, now))
            .collect(),
        samples: samples::of(&client, &admin.app.issuer, None),
        client,
    };
    Ok(admin.show(status, &template))
}
