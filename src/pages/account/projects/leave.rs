//! Leaving a project: a step of its own that says what follows.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::project_member;
use crate::web::error_page::PageError;
use crate::web::form::Body;
use crate::web::page::{Area, Crumb, Page};
use crate::web::visitor::PageResult;

use super::PATH;
use super::member::Member;
use super::members::{self, Change};

#[derive(Template)]
#[template(path = "account/projects/leave.html")]
struct Leave {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    slug: String,
    name: String,
}

/// `GET /account/projects/{slug}/leave`.
pub async fn get(member: Member) -> HttpResponse {
    member.answer(ask(&member).await)
}

async fn ask(member: &Member) -> PageResult {
    let (project_id, user_id) = (member.project.id.clone(), member.signed_in.user.id.clone());
    let find = member.app.db.read(move |connection| {
        Ok(project_member::has_other_owner(
            connection,
            &project_id,
            &user_id,
        )?)
    });
    // Whoever follows an old link is told now, and not after the question.
    if member.is_owner() && !find.await? {
        return members::last_owner(member).await;
    }
    let template = Leave {
        page: member.page("Leave project"),
        area: member.area("projects"),
        crumbs: member.crumbs(),
        slug: member.project.slug.clone(),
        name: member.project.name.clone(),
    };
    Ok(member.show(StatusCode::OK, &template))
}

/// `POST /account/projects/{slug}/leave`.
pub async fn post(member: Member, body: Body) -> HttpResponse {
    member.answer(leave(&member, &body).await)
}

async fn leave(member: &Member, body: &Body) -> PageResult {
    member.fields(body)?;
    let (project_id, user_id) = (member.project.id.clone(), member.signed_in.user.id.clone());
    let mut event = member.project_event("project.member_left", "");
    event.user_id = Some(user_id.clone());
    let leave = member.write(move |connection| {
        let changed = members::set(connection, &project_id, &user_id, None)?;
        if changed == Change::Done {
            event.insert(connection)?;
        }
        Ok(changed)
    });
    match leave.await? {
        Change::Done => {
            let sentence = format!("You left the project {}.", member.project.name);
            Ok(member.done(PATH, &sentence))
        }
        Change::LastOwner => members::last_owner(member).await,
        Change::NobodyThere => Err(PageError::not_found()),
    }
}
