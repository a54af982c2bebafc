//! Adding a scope, and changing what the consent page says of it and who may get it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::scope::{self, RegisteredScope};
use crate::oauth::Params;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page, first_error};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::{PATH, crumbs, encoded, named};

#[derive(Template)]
#[template(path = "admin/scopes/edit.html")]
struct Edit {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    /// The scope that is changed, as addresses name it; none for a new one.
    changes: Option<String>,
    form: ScopeForm,
}

#[derive(Default)]
struct ScopeForm {
    name: Field,
    description: Field,
    is_default: bool,
    is_sensitive: bool,
}

/// `GET /admin/scopes/new`.
pub async fn get_new(admin: Administrator) -> HttpResponse {
    show(&admin, StatusCode::OK, None, ScopeForm::default())
}

/// `POST /admin/scopes/new`.
pub async fn post_new(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(add(&admin, &body).await)
}

/// `GET /admin/scopes/edit?name=…`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let scope = named(&admin).await;
    let page = |scope: RegisteredScope| {
        let form = ScopeForm::of(&scope);
        show(&admin, StatusCode::OK, Some(&scope), form)
    };
    admin.answer(scope.map(page))
}

/// `POST /admin/scopes/edit?name=…`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(change(&admin, &body).await)
}

async fn add(admin: &Administrator, body: &Body) -> PageResult {
    let mut form = ScopeForm::read(&admin.fields(body)?)?;
    form.name.error = scope::check_name(&form.name.value).err();
    if form.focus().is_none() {
        let scope = form.scope(admin);
        let event = admin.event("scope.added");
        let add = admin.app.db.write(move |connection| {
            if scope::find(connection, &scope.name)?.is_some() {
                return Ok(false);
            }
            event.about(&scope.name).insert(connection)?;
            scope::insert(connection, scope)?;
            Ok(true)
        });
        if add.await? {
            let sentence = format!("The scope {} was added.", form.name.value);
            return Ok(admin.done(PATH, &sentence));
        }
        form.name.error = Some(String::from("There is a scope of this name already."));
    }
    Ok(show(admin, StatusCode::UNPROCESSABLE_ENTITY, None, form))
}

async fn change(admin: &Administrator, body: &Body) -> PageResult {
    let old = named(admin).await?;
    let mut form = ScopeForm::read(&admin.fields(body)?)?;
    form.name = Field::new(&old.name, None);
    if form.focus().is_some() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(show(admin, status, Some(&old), form));
    }
    let scope = form.scope(admin);
    let event = admin.event("scope.changed").about(&scope.name);
    let change = admin.app.db.write(move |connection| {
        event.insert(connection)?;
        Ok(scope::update(connection, &scope)?)
    });
    if !change.await? {
        return Err(PageError::not_found());
    }
    Ok(admin.done(PATH, &format!("The scope {} was changed.", old.name)))
}

fn show(
    admin: &Administrator,
    status: StatusCode,
    changes: Option<&RegisteredScope>,
    form: ScopeForm,
) -> HttpResponse {
    let title = changes.map_or("New scope", |scope| scope.name.as_str());
    let template = Edit {
        page: admin.page(title),
        area: admin.area("scopes"),
        crumbs: crumbs(),
        changes: changes.map(|scope| encoded(&scope.name)),
        form,
    };
    admin.show(status, &template)
}

impl ScopeForm {
    fn of(scope: &RegisteredScope) -> Self {
        Self {
            name: Field::new(&scope.name, None),
            description: Field::new(&scope.description, None),
            is_default: scope.is_default,
            is_sensitive: scope.is_sensitive,
        }
    }

    /// What was typed, each mistake beside its field.
    fn read(fields: &Params<'_>) -> Result<Self, PageError> {
        let description = field(fields, "description")?.trim();
        Ok(Self {
            name: Field::new(field(fields, "name")?.trim(), None),
            description: Field::new(description, scope::check_description(description).err()),
            is_default: field(fields, "default")? == "yes",
            is_sensitive: field(fields, "sensitive")? == "yes",
        })
    }

    fn scope(&self, admin: &Administrator) -> RegisteredScope {
        RegisteredScope {
            name: self.name.value.clone(),
            description: self.description.value.clone(),
            is_default: self.is_default,
            is_sensitive: self.is_sensitive,
            created_at: admin.now,
        }
    }

    /// The first field with an error.
    fn focus(&self) -> Option<&'static str> {
        first_error(&[("name", &self.name), ("description", &self.description)])
    }

    /// Whether the cursor begins in a field.
    fn begins_in(&self, name: &str) -> bool {
        self.focus().unwrap_or("name") == name
    }
}
