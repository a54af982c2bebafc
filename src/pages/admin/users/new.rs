//! Adding a user, who chooses the password by a one-time link.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::db::unless_taken;
use crate::models::one_time_link::{self, LinkPurpose};
use crate::models::user::{self, User};
use crate::oauth::List;
use crate::web::form::Body;
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::edit::{Profile, TAKEN};
use super::link::show_made;
use super::roles::{RoleChoice, chosen_roles};
use super::{crumbs, event};

#[derive(Template)]
#[template(path = "admin/users/new.html")]
struct New {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    form: Profile,
    choices: Vec<RoleChoice>,
    mistake: Field,
    confirmation: Option<Field>,
}

/// `GET /admin/users/new`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let confirmation = admin.confirmation();
    let page = show(
        &admin,
        StatusCode::OK,
        Profile::default(),
        &[],
        None,
        confirmation,
    );
    admin.answer(page.await)
}

/// `POST /admin/users/new`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(add(&admin, &body).await)
}

async fn add(admin: &Administrator, body: &Body) -> PageResult {
    const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    let fields = admin.fields(body)?;
    let mut form = Profile::read(&fields)?;
    form.mark_taken(admin, None).await?;
    let (roles, unknown) = chosen_roles(admin, &fields).await?;
    if form.is_wrong() || unknown.is_some() {
        let confirmation = admin.confirmation();
        return show(admin, WRONG, form, &roles, unknown, confirmation).await;
    }
    if let Some(mistake) = admin.confirm(&fields).await? {
        return show(admin, WRONG, form, &roles, None, Some(mistake)).await;
    }
    let user = User {
        roles: List(roles.clone()),
        ..User::new(&form.username.value, &form.email.value, admin.now)
    };
    let (row, now) = (user.clone(), admin.now);
    let event = event(admin, "user.invited", &user).about(&roles.join(" "));
    let invite = admin.write(move |connection| {
        let id = row.id.clone();
        if unless_taken(connection, |connection| user::insert(connection, row))?.is_none() {
            return Ok(None);
        }
        event.insert(connection)?;
        let invitation = LinkPurpose::Invitation;
        let token = one_time_link::insert_for_user(connection, invitation, &id, now)?;
        Ok(Some(token))
    });
    if let Some(token) = invite.await? {
        return Ok(show_made(admin, &user, LinkPurpose::Invitation, &token));
    }
    form.username.error = Some(String::from(TAKEN));
    show(admin, WRONG, form, &roles, None, None).await
}

async fn show(
    admin: &Administrator,
    status: StatusCode,
    form: Profile,
    chosen: &[String],
    mistake: Option<String>,
    confirmation: Option<Field>,
) -> PageResult {
    let template = New {
        page: admin.page("Add user"),
        area: admin.area("users"),
        crumbs: crumbs(),
        form,
        choices: RoleChoice::all(admin, chosen).await?,
        mistake: Field::secret(mistake),
        confirmation,
    };
    Ok(admin.show(status, &template))
}
