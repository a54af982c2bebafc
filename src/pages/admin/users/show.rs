//! A user's page: who it is, what is signed in, what has access, and the way to every act.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::clock::UnixTime;
use crate::models::access_token::{self, UsedToken};
use crate::models::audit_event::{self, AuditEvent};
use crate::models::project::{self, Project};
use crate::models::project_member::ProjectMember;
use crate::models::session::{self, Session};
use crate::models::user::User;
use crate::models::{authorization, consent, one_time_link};
use crate::oauth::SecretId;
use crate::pages::account::apps::{self, AppLine};
use crate::web::device;
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

struct SessionLine {
    id: String,
    device: String,
    address: String,
    begun: Moment,
    last_seen: Moment,
    is_own: bool,
}

struct TokenLine {
    id: String,
    name: String,
    last_four: String,
    scope: String,
    created: Moment,
    expires: Option<Moment>,
    last_used: Option<Moment>,
}

struct SignInLine {
    at: Moment,
    how: String,
    address: String,
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
    let own = admin.signed_in.session.id;
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
            .map(|session| SessionLine::new(session, &own, now))
            .collect(),
        apps: apps::lines(authorizations, consents, &permissions, now),
        tokens: tokens
            .into_iter()
            .map(|token| TokenLine::new(token, now))
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

impl SessionLine {
    fn new(session: Session, own: &SecretId, now: UnixTime) -> Self {
        Self {
            id: URL_SAFE_NO_PAD.encode(session.id.as_bytes()),
            device: device::name(&session.user_agent),
            is_own: session.id == *own,
            address: session.address,
            begun: Moment::new(session.created_at, now),
            last_seen: Moment::new(session.last_seen_at, now),
        }
    }
}

impl TokenLine {
    fn new(used: UsedToken, now: UnixTime) -> Self {
        let UsedToken {
            token,
            last_used_at,
        } = used;
        Self {
            id: URL_SAFE_NO_PAD.encode(token.id.as_bytes()),
            name: token.name.unwrap_or_default(),
            last_four: token.last_four,
            scope: token.scope.to_string(),
            created: Moment::new(token.created_at, now),
            expires: token.expires_at.map(|end| Moment::ahead(end, now)),
            last_used: last_used_at.map(|at| Moment::new(at, now)),
        }
    }
}

impl SignInLine {
    fn new(event: AuditEvent, now: UnixTime) -> Self {
        let how = match event.detail.as_deref() {
            Some("password") => "Sign-in page",
            Some("password grant") => "First-party app, with the password",
            Some("setup link") => "Setup link",
            Some("one-time link") => "One-time link",
            other => other.unwrap_or("Unknown"),
        };
        Self {
            at: Moment::new(event.occurred_at, now),
            how: how.to_owned(),
            address: event.address.unwrap_or_default(),
        }
    }
}
