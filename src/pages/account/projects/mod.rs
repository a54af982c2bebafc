//! The projects that a user belongs to. Each page of a project takes a `Member` or an `Owner`.

pub mod clients;
pub mod delete;
pub mod end;
pub mod keys;
pub mod leave;
pub mod members;
pub mod new;
pub mod overview;
pub mod secrets;
pub mod settings;

mod act;
mod member;
mod overlap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::project::{self, Project};
use crate::models::project_member::{Membership, ProjectMember};
use crate::web::page::{Area, Moment, Page};
use crate::web::person::Person;
use crate::web::visitor::PageResult;

/// Where the list is.
const PATH: &str = "/account/projects";

#[derive(Template)]
#[template(path = "account/projects/list.html")]
struct List {
    page: Page,
    area: Area,
    /// What APIs see as `project` of the person's own access tokens.
    personal_slug: String,
    projects: Vec<Line>,
}

struct Line {
    project: Project,
    is_owner: bool,
    since: Moment,
}

/// `GET /account/projects`.
pub async fn get(person: Person) -> HttpResponse {
    person.answer(list(&person).await)
}

async fn list(person: &Person) -> PageResult {
    let (user_id, now) = (person.signed_in.user.id.clone(), person.now);
    let projects = person
        .app
        .db
        .read(move |connection| Ok(project::of_user(connection, &user_id)?));
    let line = |(project, member): (Project, ProjectMember)| Line {
        project,
        is_owner: member.membership == Membership::Owner,
        since: Moment::new(member.created_at, now),
    };
    let template = List {
        page: person.page("Projects"),
        area: person.area("projects"),
        // A personal project is named like its person.
        personal_slug: person.signed_in.user.id.clone(),
        projects: projects.await?.into_iter().map(line).collect(),
    };
    Ok(person.show(StatusCode::OK, &template))
}
