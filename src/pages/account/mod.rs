//! A user's own pages. This one has profile, password, sessions, connected apps and appearance, each form
//! in a file of its own; sign-in history, access tokens and projects have pages of their own.

pub mod apps;
pub mod history;
pub mod password;
pub mod projects;
pub mod sessions;
pub mod theme;
pub mod tokens;

pub(in crate::pages) mod token_line;

mod expiry;
mod leak_line;
mod once;
mod scope_choice;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::project::{self, Project};
use crate::models::{authorization, consent, leak, named_token, session};
use crate::web::page::{Area, Page};
use crate::web::paths;
use crate::web::person::Person;
use crate::web::visitor::{PageResult, Visitor};

use apps::AppLine;
use leak_line::{Leaks, told_since};
use password::PasswordForm;
use sessions::SessionLine;
use token_line::TokenLine;

/// Tokens and projects that this page names; the others are on their own pages.
const SHORT: usize = 3;

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    page: Page,
    area: Area,
    leaks: Leaks,
    email: String,
    user_id: String,
    password: PasswordForm,
    sessions: Vec<SessionLine>,
    apps: Vec<AppLine>,
    tokens: Vec<TokenLine>,
    more_tokens: usize,
    projects: Vec<Project>,
    more_projects: usize,
}

/// `GET /account`.
pub async fn get(person: Person) -> HttpResponse {
    person.answer(show(&person, StatusCode::OK, PasswordForm::empty(&person)).await)
}

/// `GET` of a form's address: somebody reloads an answer to the form.
pub async fn back(visitor: Visitor) -> HttpResponse {
    visitor.go_to(paths::ACCOUNT)
}

/// The whole page; `password` is the form as it was sent, where that had a mistake.
async fn show(person: &Person, status: StatusCode, password: PasswordForm) -> PageResult {
    let (user, now) = (person.signed_in.user.clone(), person.now);
    let permissions = person.app.directory.permissions().await?;
    let read = person.app.db.read(move |connection| {
        let client_id = project::personal_client(connection, &user.id)?;
        Ok((
            session::of_user(connection, &user, now)?,
            authorization::of_user(connection, &user, now)?,
            consent::of_user(connection, &user)?,
            named_token::of_client(connection, &client_id, now)?,
            project::of_user(connection, &user.id)?,
            leak::of_user(connection, &user.id, told_since(now), leak_line::READ)?,
        ))
    });
    let (sessions, authorizations, consents, mut tokens, mut projects, leaks) = read.await?;
    tokens.retain(|used| used.token.is_live(now));
    let (all_tokens, all_projects) = (tokens.len(), projects.len());
    tokens.truncate(SHORT);
    projects.truncate(SHORT);
    let template = Account {
        page: person.page("Account"),
        area: person.area("account"),
        leaks: Leaks::new(leaks.into_iter(), now),
        email: person.signed_in.user.email.clone(),
        user_id: person.signed_in.user.id.clone(),
        password,
        sessions: sessions
            .into_iter()
            .map(|own| SessionLine::new(own, &person.signed_in, now))
            .collect(),
        apps: apps::lines(authorizations, consents, &permissions, now),
        more_tokens: all_tokens - tokens.len(),
        tokens: tokens
            .into_iter()
            .map(|used| TokenLine::new(used, &permissions, now))
            .collect(),
        more_projects: all_projects - projects.len(),
        projects: projects.into_iter().map(|(project, _)| project).collect(),
    };
    Ok(person.show(status, &template))
}
