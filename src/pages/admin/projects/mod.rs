//! A project as administrators see it: its members and its clients. People make and run their projects
//! themselves, on the account page.

pub mod panic;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::client::{self, Client};
use crate::models::project::{self, Project};
use crate::models::project_member::{self, Membership, ProjectMember};
use crate::models::user::User;
use crate::web::error_page::PageError;
use crate::web::page::{Area, Crumb, Moment, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

#[derive(Template)]
#[template(path = "admin/projects/show.html")]
struct Show {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    project: Project,
    created: Moment,
    members: Vec<(ProjectMember, User)>,
    clients: Vec<Client>,
}

/// `GET /admin/projects/{slug}`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(show(&admin).await)
}

async fn show(admin: &Administrator) -> PageResult {
    let project = named(admin).await?;
    let id = project.id.clone();
    let read = admin.app.db.read(move |connection| {
        Ok((
            project_member::of_project(connection, &id)?,
            client::of_project(connection, &id)?,
        ))
    });
    let (members, clients) = read.await?;
    let template = Show {
        page: admin.page(&project.name),
        area: admin.area("users"),
        crumbs: vec![Crumb::new("/admin/users", "Users")],
        created: Moment::new(project.created_at, admin.now),
        project,
        members,
        clients,
    };
    Ok(admin.show(StatusCode::OK, &template))
}

/// The project that the path names.
async fn named(admin: &Administrator) -> Result<Project, PageError> {
    let slug = admin.path_part("slug")?;
    let find = admin
        .app
        .db
        .read(move |connection| Ok(project::find_by_slug(connection, &slug)?));
    find.await?.ok_or_else(PageError::not_found)
}
