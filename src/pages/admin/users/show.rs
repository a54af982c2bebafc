//! A user's page: who it is, what is signed in, what has access, and the way to every act.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::UnixTime;
use crate::models::project::{self, Project};
use crate::models::project_member::{Membership, ProjectMember};
use crate::models::user::User;
use crate::models::{access_token, audit_event, authorization, consent, one_time_link, session};
use crate::pages::account::apps::{self, AppLine};
use crate::pages::account::history::SignInLine;
use crate::pages::account::sessions::SessionLine;
use crate::pages::account::token_line::TokenLine;
use crate::web::page::{Area, Crumb, Moment, Page, ScopeLine, scope_lines};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::{crumbs, named};

/// Sign-ins that the page shows.
const SIGN_INS: i64 = 20;

#[derive(Template)]
#[template(path = "admin/users/show.html")]
struct Show {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    user: User,
    is_self: bool,
    created: Moment,
    last_sign_in: Option<Moment>,
    disabled: Option<Moment>,
    password_changed: Option<Moment>,
    /// Until when a link to choose a password works.
    link_until: Option<Moment>,
    scopes: Vec<ScopeLine>,
    sessions: Vec<SessionLine>,
    apps: Vec<AppLine>,
    tokens: Vec<TokenLine>,
    projects: Vec<(Project, ProjectMember)>,
    sign_ins: Vec<SignInLine>,
}

/// `GET /admin/users/{id}`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(show(&admin).await)
}

async fn show(admin: &Administrator) -> PageResult {
    let user = named(admin).await?;
    let permissions = admin.app.directory.permissions().await?;
    let (wanted, now) = (user.clone(), admin.now);
    let held = admin.app.db.read(move |connection| {
        Ok((
            session::of_user(connection, &wanted, now)?,
            authorization::of_user(connection, &wanted, now)?,
            consent::of_user(connection, &wanted)?,
            access_token::personal_of_user(connection, &wanted, now)?,
            project::all_of_user(connection, &wanted)?,
            audit_event::sign_ins_of_user(connection, &wanted.id, SIGN_INS)?,
            one_time_link::live_of_user(connection, &wanted.id, now)?,
        ))
    });
    let (sessions, authorizations, consents, tokens, projects, sign_ins, link) = held.await?;
    let past = |at: UnixTime| Moment::new(at, now);
    let template = Show {
        page: admin.page(&user.username),
        area: admin.area("users"),
        crumbs: crumbs(),
        is_self: user.id == admin.signed_in.user.id,
        created: past(user.created_at),
        last_sign_in: sign_ins.first().map(|event| past(event.occurred_at)),
        disabled: user.disabled_at.map(past),
        password_changed: user.password_changed_at.map(past),
        link_until: link.map(|link| Moment::ahead(link.expires_at, now)),
        scopes: scope_lines(&permissions, &permissions.scope_of_user(&user.roles)),
        sessions: sessions
            .into_iter()
            .map(|session| SessionLine::new(session, &admin.signed_in, now))
            .collect(),
        apps: apps::lines(authorizations, consents, &permissions, now),
        tokens: tokens
            .into_iter()
            .map(|token| TokenLine::new(token, &permissions, now))
            .collect(),
        projects,
        sign_ins: sign_ins
            .into_iter()
            .map(|event| SignInLine::new(event, now))
            .collect(),
        user,
    };
    Ok(admin.show(StatusCode::OK, &template))
}
