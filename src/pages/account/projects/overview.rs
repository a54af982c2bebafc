//! A project: its clients, and who belongs to it.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::UnixTime;
use crate::models::client::{self, Client};
use crate::models::{named_token, project_member};
use crate::web::page::{Area, Crumb, Moment, Page};
use crate::web::visitor::PageResult;

use super::super::token_line::TokenLine;
use super::PATH;
use super::member::{Member, is_kept_by_members};

/// Members that this page names.
const SHORT: usize = 5;

#[derive(Template)]
#[template(path = "account/projects/overview.html")]
struct Overview {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    name: String,
    slug: String,
    is_owner: bool,
    clients: Vec<ClientLine>,
    /// Names of the first of them.
    members: Vec<String>,
    more_members: usize,
}

struct ClientLine {
    id: String,
    name: String,
    created: Moment,
    last_used: Option<Moment>,
    is_disabled: bool,
    is_administrators: bool,
    keys: usize,
    /// Of the keys.
    expire_soon: usize,
    /// Of the keys.
    long_unused: usize,
}

/// `GET /account/projects/{slug}`.
pub async fn get(member: Member) -> HttpResponse {
    member.answer(show(&member).await)
}

async fn show(member: &Member) -> PageResult {
    let (project_id, now) = (member.project.id.clone(), member.now);
    let permissions = member.app.directory.permissions().await?;
    let read = member.app.db.read(move |connection| {
        Ok((
            client::of_project(connection, &project_id)?,
            named_token::live_of_project(connection, &project_id, now)?,
            project_member::of_project(connection, &project_id)?,
        ))
    });
    let (clients, keys, people) = read.await?;
    let mut keys_of: HashMap<String, Vec<TokenLine>> = HashMap::new();
    for key in keys {
        let client_id = key.token.client_id.clone();
        let line = TokenLine::new(key, &permissions, now);
        keys_of.entry(client_id).or_default().push(line);
    }
    let names = people.iter().take(SHORT);
    let template = Overview {
        page: member.page(&member.project.name),
        area: member.area("projects"),
        crumbs: vec![Crumb::new(PATH, "Projects")],
        name: member.project.name.clone(),
        slug: member.project.slug.clone(),
        is_owner: member.is_owner(),
        clients: clients
            .into_iter()
            .map(|client| ClientLine::new(&client, keys_of.remove(&client.id), now))
            .collect(),
        members: names.map(|(_, user)| user.username.clone()).collect(),
        more_members: people.len().saturating_sub(SHORT),
    };
    Ok(member.show(StatusCode::OK, &template))
}

impl ClientLine {
    fn new(client: &Client, keys: Option<Vec<TokenLine>>, now: UnixTime) -> Self {
        let keys = keys.unwrap_or_default();
        Self {
            id: client.id.clone(),
            name: client.name.clone(),
            created: Moment::new(client.created_at, now),
            last_used: client.last_used_at.map(|at| Moment::new(at, now)),
            is_disabled: client.disabled_at.is_some(),
            is_administrators: !is_kept_by_members(client),
            expire_soon: keys.iter().filter(|key| key.expires_soon).count(),
            long_unused: keys.iter().filter(|key| key.is_long_unused).count(),
            keys: keys.len(),
        }
    }
}
