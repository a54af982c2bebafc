//! Giving and taking roles. Nobody takes `admin` from themselves: who takes it from others is an administrator until
//! that is written, so there is always somebody who can give it back.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::role::{self, Role};
use crate::models::user::{self, User};
use crate::oauth::{List, Params};
use crate::web::error_page::PageError;
use crate::web::form::Body;
use crate::web::page::{Area, Crumb, Field, Page, count};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::{crumbs_to, event, named, path_of};

#[derive(Template)]
#[template(path = "admin/users/roles.html")]
struct Roles {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    user: User,
    choices: Vec<RoleChoice>,
    mistake: Field,
    confirmation: Option<Field>,
}

/// A role to tick.
pub(super) struct RoleChoice {
    pub name: String,
    /// What it brings, in a few words.
    pub about: String,
    pub chosen: bool,
}

/// Why administrators do not take their own role or disable themselves.
pub(super) const NOT_ONESELF: &str = "You cannot do this to yourself: ask another administrator.";

/// `GET /admin/users/{id}/roles`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(ask(&admin).await)
}

/// `POST /admin/users/{id}/roles`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(change(&admin, &body).await)
}

async fn ask(admin: &Administrator) -> PageResult {
    let user = named(admin).await?;
    let confirmation = admin.confirmation();
    let chosen = user.roles.0.clone();
    show(admin, StatusCode::OK, user, &chosen, None, confirmation).await
}

async fn change(admin: &Administrator, body: &Body) -> PageResult {
    const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    let fields = admin.fields(body)?;
    let user = named(admin).await?;
    let (chosen, unknown) = chosen_roles(admin, &fields).await?;
    if unknown.is_some() {
        let confirmation = admin.confirmation();
        return show(admin, WRONG, user, &chosen, unknown, confirmation).await;
    }
    if let Some(mistake) = admin.confirm(&fields).await? {
        return show(admin, WRONG, user, &chosen, None, Some(mistake)).await;
    }
    let is_self = user.id == admin.signed_in.user.id;
    if is_self && !chosen.iter().any(|name| name == role::ADMIN) {
        let refusal = Some(String::from(NOT_ONESELF));
        return show(admin, WRONG, user, &chosen, refusal, None).await;
    }
    let event = event(admin, "user.roles_changed", &user);
    let id = user.id.clone();
    let change = admin.write_on_users(move |connection| {
        let Some(before) = user::find_and_lock(connection, &id)? else {
            return Ok(false);
        };
        let detail = format!("{} -> {}", before.roles.join(" "), chosen.join(" "));
        event.about(&detail).insert(connection)?;
        user::set_roles(connection, &id, List(chosen))?;
        Ok(true)
    });
    if !change.await? {
        return Err(PageError::not_found());
    }
    let sentence = format!("The roles of {} were changed.", user.username);
    Ok(admin.done(&path_of(&user), &sentence))
}

/// The roles that were ticked; and a sentence where one of them is none.
pub(super) async fn chosen_roles(
    admin: &Administrator,
    fields: &Params<'_>,
) -> Result<(Vec<String>, Option<String>), PageError> {
    let all = admin
        .app
        .db
        .read(|connection| Ok(role::list(connection)?))
        .await?;
    let (mut chosen, mut unknown) = (Vec::new(), None);
    for name in fields.all("role").filter(|name| *name != role::USER) {
        if !all.iter().any(|role| role.name == name) {
            let name: String = name.chars().take(64).collect();
            unknown = Some(format!("There is no role {name} any more."));
        } else if !chosen.iter().any(|own| own == name) {
            chosen.push(name.to_owned());
        }
    }
    Ok((chosen, unknown))
}

async fn show(
    admin: &Administrator,
    status: StatusCode,
    user: User,
    chosen: &[String],
    error: Option<String>,
    confirmation: Option<Field>,
) -> PageResult {
    let template = Roles {
        page: admin.page(&format!("Roles of {}", user.username)),
        area: admin.area("users"),
        crumbs: crumbs_to(&user),
        choices: RoleChoice::all(admin, chosen).await?,
        mistake: Field::secret(error),
        confirmation,
        user,
    };
    Ok(admin.show(status, &template))
}

impl RoleChoice {
    /// Every role but everybody's.
    pub(super) async fn all(
        admin: &Administrator,
        chosen: &[String],
    ) -> Result<Vec<Self>, PageError> {
        let all = admin
            .app
            .db
            .read(|connection| Ok(role::list(connection)?))
            .await?;
        let others = all.into_iter().filter(|role| role.name != role::USER);
        let choice = |role: Role| Self {
            about: about(&role),
            chosen: chosen.contains(&role.name),
            name: role.name,
        };
        Ok(others.map(choice).collect())
    }
}

/// What a role brings, in a few words.
fn about(role: &Role) -> String {
    let mut parts = Vec::new();
    if role.name == role::ADMIN {
        parts.push(String::from("Opens these pages"));
    }
    match role.scope.names().count() {
        0 => {}
        scopes => parts.push(count(scopes, "scope")),
    }
    if !role.includes.is_empty() {
        let word = if parts.is_empty() {
            "Includes"
        } else {
            "includes"
        };
        parts.push(format!("{word} {}", role.includes.join(", ")));
    }
    if parts.is_empty() {
        String::from("Brings nothing yet")
    } else {
        parts.join(" · ")
    }
}
