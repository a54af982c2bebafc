//! Adding a role, and changing which scopes it brings and which roles it includes.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::db::unless_taken;
use crate::models::role::{self, Role};
use crate::models::scope;
use crate::oauth::{List, Params, Scope};
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::super::scope_choice::{self, ScopeChoice};
use super::{PATH, crumbs, named};

#[derive(Template)]
#[template(path = "admin/roles/edit.html")]
struct Edit {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    /// The role that is changed; none for a new one.
    changes: Option<Role>,
    form: RoleForm,
    scopes: Vec<ScopeChoice>,
    /// The names of the roles that it could include.
    others: Vec<String>,
}

#[derive(Default)]
struct RoleForm {
    name: Field,
    scope: Scope,
    scopes_error: Field,
    includes: Vec<String>,
    includes_error: Field,
    /// The own password, where it has to be typed.
    confirmation: Option<Field>,
}

/// `GET /admin/roles/new`.
pub async fn get_new(admin: Administrator) -> HttpResponse {
    admin.answer(show(&admin, StatusCode::OK, None, RoleForm::default()).await)
}

/// `POST /admin/roles/new`.
pub async fn post_new(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(add(&admin, &body).await)
}

/// `GET /admin/roles/edit?name=…`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(show_one(&admin).await)
}

/// `POST /admin/roles/edit?name=…`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(change(&admin, &body).await)
}

async fn show_one(admin: &Administrator) -> PageResult {
    let role = named(admin).await?;
    let mut form = RoleForm::of(&role);
    form.confirmation = admin.confirmation();
    show(admin, StatusCode::OK, Some(&role), form).await
}

async fn add(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let name = field(&fields, "name")?.trim();
    let mut form = RoleForm::read(&fields);
    form.name = Field::new(name, role::check_name(name).err());
    if form.name.error.is_none() {
        let role = Role {
            name: name.to_owned(),
            scope: form.scope.clone(),
            includes: List(form.includes.clone()),
            created_at: admin.now,
        };
        match save(admin, role, None).await? {
            Saved::Yes => return Ok(admin.done(PATH, &format!("The role {name} was added."))),
            refusal => form.take(refusal),
        }
    }
    show(admin, StatusCode::UNPROCESSABLE_ENTITY, None, form).await
}

async fn change(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let old = named(admin).await?;
    let mut form = RoleForm::read(&fields);
    form.name = Field::new(&old.name, None);
    form.confirmation = admin.confirm(&fields).await?;
    if form.confirmation.is_some() {
        return show(admin, StatusCode::UNPROCESSABLE_ENTITY, Some(&old), form).await;
    }
    let role = Role {
        scope: form.scope.clone(),
        includes: List(form.includes.clone()),
        ..old.clone()
    };
    match save(admin, role, Some(old.name.clone())).await? {
        Saved::Yes => Ok(admin.done(PATH, &format!("The role {} was changed.", old.name))),
        Saved::Gone => Err(PageError::not_found()),
        refusal => {
            form.take(refusal);
            show(admin, StatusCode::UNPROCESSABLE_ENTITY, Some(&old), form).await
        }
    }
}

/// What became of a role that was to be written.
enum Saved {
    Yes,
    Gone,
    Taken,
    UnknownScope(String),
    WrongIncludes(String),
}

/// Writes a role, after checking against what is there at that moment; `changes` names it where it must
/// be there already.
async fn save(
    admin: &Administrator,
    role: Role,
    changes: Option<String>,
) -> Result<Saved, PageError> {
    let action = match changes {
        None => "role.added",
        Some(_) => "role.changed",
    };
    let event = admin.event(action);
    let save = admin.write(move |connection| {
        let (scopes, roles) = (scope::list(connection)?, role::list(connection)?);
        let is_there = |name: &String| roles.iter().any(|role| role.name == *name);
        match (is_there(&role.name), changes.is_some()) {
            (true, false) => return Ok(Saved::Taken),
            (false, true) => return Ok(Saved::Gone),
            _ => {}
        }
        let unknown = role
            .scope
            .names()
            .find(|name| !scopes.iter().any(|scope| scope.name == *name));
        if let Some(name) = unknown {
            let name: String = name.chars().take(100).collect();
            return Ok(Saved::UnknownScope(format!(
                "There is no scope {name} any more."
            )));
        }
        if let Some(name) = role.includes.iter().find(|name| !is_there(name)) {
            let name: String = name.chars().take(64).collect();
            return Ok(Saved::WrongIncludes(format!(
                "There is no role {name} any more."
            )));
        }
        if let Err(cycle) = role::check_acyclic(&role, &roles) {
            return Ok(Saved::WrongIncludes(cycle));
        }
        let includes = role.includes.join(" ");
        let detail = format!("{}: {}; includes {includes}", role.name, role.scope);
        if changes.is_some() {
            if !role::update(connection, &role)? {
                return Ok(Saved::Gone);
            }
        } else if unless_taken(connection, |connection| role::insert(connection, role))?.is_none() {
            return Ok(Saved::Taken);
        }
        event.about(&detail).insert(connection)?;
        Ok(Saved::Yes)
    });
    save.await
}

async fn show(
    admin: &Administrator,
    status: StatusCode,
    changes: Option<&Role>,
    form: RoleForm,
) -> PageResult {
    let read = admin
        .app
        .db
        .read(|connection| Ok((scope::list(connection)?, role::list(connection)?)));
    let (scopes, roles) = read.await?;
    let mut scopes = scope_choice::all(scopes, |name| form.scope.contains(name));
    // What is ticked comes first: there may be hundreds.
    scopes.sort_by_key(|choice| !choice.is_ticked);
    let name = changes.map_or("New role", |role| role.name.as_str());
    let others = roles.into_iter().map(|role| role.name);
    let template = Edit {
        page: admin.page(name),
        area: admin.area("roles"),
        crumbs: crumbs(),
        changes: changes.cloned(),
        // Everybody has `user` anyway.
        others: others
            .filter(|other| *other != name && *other != role::USER)
            .collect(),
        scopes,
        form,
    };
    Ok(admin.show(status, &template))
}

impl Edit {
    /// Whether it changes the role of this name.
    fn changes(&self, name: &str) -> bool {
        self.changes.as_ref().is_some_and(|role| role.name == name)
    }

    fn can_delete(&self) -> bool {
        self.changes
            .as_ref()
            .is_some_and(|role| !role.is_built_in())
    }
}

impl RoleForm {
    fn of(role: &Role) -> Self {
        Self {
            name: Field::new(&role.name, None),
            scope: role.scope.clone(),
            includes: role.includes.0.clone(),
            ..Self::default()
        }
    }

    /// What was ticked.
    fn read(fields: &Params<'_>) -> Self {
        let mut includes: Vec<String> = fields.all("includes").map(str::to_owned).collect();
        includes.sort();
        includes.dedup();
        Self {
            scope: fields
                .all("scope")
                .flat_map(str::split_whitespace)
                .collect(),
            includes,
            ..Self::default()
        }
    }

    /// Puts a refusal beside the field that it is about.
    fn take(&mut self, refusal: Saved) {
        match refusal {
            Saved::Yes | Saved::Gone => {}
            Saved::Taken => {
                let taken = "There is a role of this name already.";
                self.name.error = Some(String::from(taken));
            }
            Saved::UnknownScope(sentence) => self.scopes_error.error = Some(sentence),
            Saved::WrongIncludes(sentence) => self.includes_error.error = Some(sentence),
        }
    }

    fn includes(&self, role: &str) -> bool {
        self.includes.iter().any(|name| name == role)
    }
}
