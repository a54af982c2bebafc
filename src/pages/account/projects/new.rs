//! Making a project. Its slug is made from the name, or typed; it stays, since APIs look at it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::db::DbConnection;
use crate::error::Result;
use crate::models::project::{self, Project};
use crate::oauth::id::{IdKind, new_id};
use crate::web::form::{Body, field};
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Person;
use crate::web::visitor::PageResult;

use super::PATH;

#[derive(Template)]
#[template(path = "account/projects/new.html")]
struct New {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    name: Field,
    slug: Field,
}

/// Why a project is not made.
enum Refusal {
    SlugTaken,
    TooMany,
}

/// `GET /account/projects/new`.
pub async fn get(person: Person) -> HttpResponse {
    show(&person, StatusCode::OK, Field::default(), Field::default())
}

/// `POST /account/projects/new`.
pub async fn post(person: Person, body: Body) -> HttpResponse {
    person.answer(create(&person, &body).await)
}

async fn create(person: &Person, body: &Body) -> PageResult {
    let fields = person.fields(body)?;
    let (name, slug) = (
        field(&fields, "name")?.trim(),
        field(&fields, "slug")?.trim(),
    );
    let mut name = Field::new(name, project::check_name(name).err());
    let mut slug = Field::new(slug, None);
    if !slug.value.is_empty() {
        slug.error = project::check_slug(&slug.value).err();
    }
    if name.error.is_some() || slug.error.is_some() {
        return Ok(show(person, StatusCode::UNPROCESSABLE_ENTITY, name, slug));
    }
    let project = Project {
        id: new_id(IdKind::Project, person.now),
        slug: slug.value.clone(),
        name: name.value.clone(),
        personal_user_id: None,
        created_at: person.now,
    };
    let (user_id, event) = (
        person.signed_in.user.id.clone(),
        person.event("project.created"),
    );
    let create = person.write(move |connection| {
        let made = insert(connection, project, &user_id)?;
        if let Ok(slug) = &made {
            event.about(slug).insert(connection)?;
        }
        Ok(made)
    });
    match create.await? {
        Ok(slug) => {
            let sentence = format!("The project {} was created.", name.value);
            return Ok(person.done(&format!("{PATH}/{slug}"), &sentence));
        }
        Err(Refusal::SlugTaken) => {
            slug.error = Some(String::from(
                "Another project has this slug, or had it. Choose another.",
            ));
        }
        Err(Refusal::TooMany) => {
            name.error = Some(format!(
                "You belong to {} projects, which is the most. Leave or delete one first.",
                project::LIMIT
            ));
        }
    }
    Ok(show(person, StatusCode::UNPROCESSABLE_ENTITY, name, slug))
}

/// Adds it with the slug that it has, or with the first free one that reads like its name.
fn insert(
    connection: &mut DbConnection,
    mut project: Project,
    user_id: &str,
) -> Result<std::result::Result<String, Refusal>> {
    if project::of_user(connection, user_id)?.len() >= project::LIMIT {
        return Ok(Err(Refusal::TooMany));
    }
    if !project.slug.is_empty() {
        let slug = project.slug.clone();
        let added = project::insert_unless_taken(connection, project, user_id)?;
        return Ok(if added {
            Ok(slug)
        } else {
            Err(Refusal::SlugTaken)
        });
    }
    let wanted = project::slug_of_name(&project.name);
    while let Some(free) = project::free_slug(connection, &wanted)? {
        project.slug.clone_from(&free);
        if project::insert_unless_taken(connection, project.clone(), user_id)? {
            return Ok(Ok(free));
        }
        // Somebody was faster by a moment; the next free one is looked for.
    }
    Ok(Err(Refusal::SlugTaken))
}

fn show(person: &Person, status: StatusCode, name: Field, slug: Field) -> HttpResponse {
    let template = New {
        page: person.page("New project"),
        area: person.area("projects"),
        crumbs: vec![Crumb::new(PATH, "Projects")],
        name,
        slug,
    };
    person.show(status, &template)
}
