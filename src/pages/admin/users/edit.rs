//! Changing a user's name and e-mail address: what the person signs in with, and where mail for the person goes.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::db::unless_taken;
use crate::models::user::{self, User};
use crate::oauth::Params;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page, any_wrong};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::{crumbs_to, event, named, path_of};

#[derive(Template)]
#[template(path = "admin/users/edit.html")]
struct Edit {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    user: User,
    form: Profile,
    confirmation: Option<Field>,
}

/// What is typed about a person.
#[derive(Default)]
pub(super) struct Profile {
    pub username: Field,
    pub email: Field,
}

/// What is wrong with a name that is not free.
pub(super) const TAKEN: &str =
    "Somebody has this name already. Names are unique, however they are written.";

/// `GET /admin/users/{id}/edit`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let user = named(&admin).await;
    let confirmation = admin.confirmation();
    admin.answer(user.map(|user| {
        let form = Profile::of(&user);
        show(&admin, StatusCode::OK, user, form, confirmation)
    }))
}

/// `POST /admin/users/{id}/edit`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(change(&admin, &body).await)
}

async fn change(admin: &Administrator, body: &Body) -> PageResult {
    const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    let fields = admin.fields(body)?;
    let user = named(admin).await?;
    let mut form = Profile::read(&fields)?;
    form.mark_taken(admin, Some(&user.id)).await?;
    if form.is_wrong() {
        let confirmation = admin.confirmation();
        return Ok(show(admin, WRONG, user, form, confirmation));
    }
    if let Some(mistake) = admin.confirm(&fields).await? {
        return Ok(show(admin, WRONG, user, form, Some(mistake)));
    }
    let (id, old) = (user.id.clone(), user.clone());
    let (username, email) = (form.username.value.clone(), form.email.value.clone());
    let event = event(admin, "user.changed", &user);
    let change = admin.write_on_users(move |connection| {
        let set = unless_taken(connection, |connection| {
            user::set_profile(connection, &id, &username, &email)
        });
        if set?.is_none() {
            return Ok(false);
        }
        let mut changes = Vec::new();
        if username != old.username {
            changes.push(format!("name {} -> {username}", old.username));
        }
        if email != old.email {
            changes.push(format!("e-mail {} -> {email}", old.email));
        }
        event.about(&changes.join(", ")).insert(connection)?;
        Ok(true)
    });
    if change.await? {
        return Ok(admin.done(&path_of(&user), "The profile was changed."));
    }
    form.username.error = Some(String::from(TAKEN));
    Ok(show(admin, WRONG, user, form, None))
}

fn show(
    admin: &Administrator,
    status: StatusCode,
    user: User,
    form: Profile,
    confirmation: Option<Field>,
) -> HttpResponse {
    let template = Edit {
        page: admin.page(&format!("Profile of {}", user.username)),
        area: admin.area("users"),
        crumbs: crumbs_to(&user),
        user,
        form,
        confirmation,
    };
    admin.show(status, &template)
}

impl Profile {
    fn of(user: &User) -> Self {
        Self {
            username: Field::new(&user.username, None),
            email: Field::new(&user.email, None),
        }
    }

    /// What was typed, each mistake beside its field.
    pub(super) fn read(fields: &Params<'_>) -> Result<Self, PageError> {
        let username = field(fields, "username")?.trim();
        let email = field(fields, "email")?.trim();
        Ok(Self {
            username: Field::new(username, user::check_username(username).err()),
            email: Field::new(email, user::check_email(email).err()),
        })
    }

    /// Marks a name that somebody else has, so that it is told together with what else is wrong. Whoever is faster
    /// is still found where it is written.
    pub(super) async fn mark_taken(
        &mut self,
        admin: &Administrator,
        own_id: Option<&str>,
    ) -> Result<(), PageError> {
        let username = self.username.value.clone();
        let find = admin
            .app
            .db
            .read(move |connection| Ok(user::find_by_username(connection, &username)?));
        let is_other = |other: User| Some(other.id.as_str()) != own_id;
        if self.username.error.is_none() && find.await?.is_some_and(is_other) {
            self.username.error = Some(String::from(TAKEN));
        }
        Ok(())
    }

    pub(super) fn is_wrong(&self) -> bool {
        any_wrong([&self.username, &self.email])
    }
}
