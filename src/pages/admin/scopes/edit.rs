//! Adding a scope, and changing what the consent page says of it and who may get it. What gives it to more
//! people or clients asks for the password.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::db::unless_taken;
use crate::models::changes;
use crate::models::scope::{self, RegisteredScope};
use crate::oauth::Params;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page, any_wrong};
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
    /// The own password, where it may have to be typed.
    confirmation: Option<Field>,
}

/// `GET /admin/scopes/new`.
pub async fn get_new(admin: Administrator) -> HttpResponse {
    let form = ScopeForm {
        confirmation: admin.confirmation(),
        ..ScopeForm::default()
    };
    show(&admin, StatusCode::OK, None, form)
}

/// `POST /admin/scopes/new`.
pub async fn post_new(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(add(&admin, &body).await)
}

/// `GET /admin/scopes/edit?name=…`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let scope = named(&admin).await;
    let page = |scope: RegisteredScope| {
        let mut form = ScopeForm::of(&scope);
        form.confirmation = admin.confirmation();
        show(&admin, StatusCode::OK, Some(&scope), form)
    };
    admin.answer(scope.map(page))
}

/// `POST /admin/scopes/edit?name=…`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(change(&admin, &body).await)
}

async fn add(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let mut form = ScopeForm::read(&fields)?;
    form.name.error = scope::check_name(&form.name.value).err();
    form.ask(admin, &fields, form.is_default).await?;
    if !form.is_wrong() {
        let scope = form.scope(admin);
        let event = admin.event("scope.added");
        let add = admin.write(move |connection| {
            let event = event.about(&scope.name);
            let added = unless_taken(connection, |connection| scope::insert(connection, scope))?;
            Ok(event.insert_if(connection, added.is_some())?)
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
    let fields = admin.fields(body)?;
    let old = named(admin).await?;
    let mut form = ScopeForm::read(&fields)?;
    form.name = Field::new(&old.name, None);
    let gives_more =
        (form.is_default && !old.is_default) || (old.is_sensitive && !form.is_sensitive);
    form.ask(admin, &fields, gives_more).await?;
    if form.is_wrong() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(show(admin, status, Some(&old), form));
    }
    let scope = form.scope(admin);
    let event = admin.event("scope.changed");
    let was = old.clone();
    let change = admin.write(move |connection| {
        let event = event.about(&changes::of_scope(&was, &scope));
        let done = scope::update(connection, &scope)?;
        Ok(event.insert_if(connection, done)?)
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
            confirmation: None,
        }
    }

    /// What was typed, each mistake beside its field.
    fn read(fields: &Params<'_>) -> Result<Self, PageError> {
        // One sentence, of however many lines it was pasted.
        let lines = field(fields, "description")?.trim().lines();
        let description = lines.map(str::trim).collect::<Vec<_>>().join(" ");
        let mistake = scope::check_description(&description).err();
        Ok(Self {
            name: Field::new(field(fields, "name")?.trim(), None),
            description: Field::new(&description, mistake),
            is_default: field(fields, "default")? == "yes",
            is_sensitive: field(fields, "sensitive")? == "yes",
            confirmation: None,
        })
    }

    /// Asks for the password, where `gives_more` and nothing else is wrong: a mistake costs no try.
    async fn ask(
        &mut self,
        admin: &Administrator,
        fields: &Params<'_>,
        gives_more: bool,
    ) -> Result<(), PageError> {
        self.confirmation = if gives_more && !self.is_wrong() {
            admin.confirm(fields).await?
        } else {
            admin.confirmation()
        };
        Ok(())
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

    fn is_wrong(&self) -> bool {
        any_wrong(
            [&self.name, &self.description]
                .into_iter()
                .chain(&self.confirmation),
        )
    }
}
