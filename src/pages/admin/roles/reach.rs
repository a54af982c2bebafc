//! Which scopes a user can give, each with the role that brings it, or why the user cannot.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::directory::{Reach, reach};
use crate::models::user::{self, User};
use crate::models::{role, scope};
use crate::web::error_page::PageError;
use crate::web::form::field;
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::crumbs;

#[derive(Template)]
#[template(path = "admin/roles/reach.html")]
struct Scopes {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    /// Whom the page is asked about.
    wanted: Field,
    user: Option<User>,
    parts: Vec<Part>,
}

/// The scopes that the user can give, or those that the user cannot.
struct Part {
    title: &'static str,
    lines: Vec<Line>,
    /// What it says where there are none.
    empty: (&'static str, &'static str),
}

struct Line {
    name: String,
    description: String,
    is_sensitive: bool,
    why: Vec<String>,
}

/// `GET /admin/roles/scopes?user=…`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(show(&admin).await)
}

async fn show(admin: &Administrator) -> PageResult {
    let query = admin.query()?;
    let wanted = field(&query, "user")?.trim();
    let user = find(admin, wanted).await?;
    let is_unknown = user.is_none() && !wanted.is_empty();
    let read = admin
        .app
        .db
        .read(|connection| Ok((scope::list(connection)?, role::list(connection)?)));
    let (scopes, roles) = read.await?;
    let reach = match &user {
        Some(user) => reach(&user.roles, &scopes, &roles),
        None => Vec::new(),
    };
    let error = is_unknown.then(|| String::from("There is no user of this name or id."));
    let template = Scopes {
        page: admin.page("Which scopes can a user give?"),
        area: admin.area("roles"),
        crumbs: crumbs(),
        wanted: match &user {
            Some(user) => Field::new(&user.username, None),
            None => Field::new(wanted, error),
        },
        parts: parts(&reach),
        user: user.clone(),
    };
    let status = if is_unknown {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    Ok(admin.show(status, &template))
}

/// The user that is meant; an id comes first, since nobody may pass for somebody else by taking that
/// person's id as a name.
async fn find(admin: &Administrator, wanted: &str) -> Result<Option<User>, PageError> {
    if wanted.is_empty() {
        return Ok(None);
    }
    let wanted = wanted.to_owned();
    let find = admin.app.db.read(move |connection| {
        Ok(match user::find(connection, &wanted)? {
            None => user::find_by_username(connection, &wanted)?,
            found => found,
        })
    });
    Ok(find.await?)
}

fn parts(reach: &[Reach<'_>]) -> Vec<Part> {
    let lines = |given: bool| {
        let of_part = reach.iter().filter(|reach| reach.is_given() == given);
        of_part.map(Line::new).collect()
    };
    vec![
        Part {
            title: "Can give",
            lines: lines(true),
            empty: (
                "Nothing",
                "There is no default scope, and none of the roles brings any.",
            ),
        },
        Part {
            title: "Cannot give",
            lines: lines(false),
            empty: (
                "Nothing is missing",
                "This person can give every scope that there is.",
            ),
        },
    ]
}

impl Line {
    fn new(reach: &Reach<'_>) -> Self {
        Self {
            name: reach.scope.name.clone(),
            description: reach.scope.description.clone(),
            is_sensitive: reach.scope.is_sensitive,
            why: why(reach),
        }
    }
}

/// How somebody comes by a scope, or what is wanting.
fn why(reach: &Reach<'_>) -> Vec<String> {
    let mut why = Vec::new();
    if reach.scope.is_default {
        why.push(String::from("Default scope: everybody can give it."));
    }
    for way in &reach.ways {
        why.push(match way.as_slice() {
            [role] => format!("By the role {role}."),
            [role, between @ ..] => {
                format!(
                    "By the role {role}, which includes {}.",
                    between.join(", which includes ")
                )
            }
            [] => continue,
        });
    }
    if !reach.is_given() {
        why.push(match reach.wanting.as_slice() {
            [] => String::from("No role brings it."),
            [role] => format!("Only the role {role} brings it."),
            roles => format!("Any of these roles brings it: {}.", roles.join(", ")),
        });
    }
    why
}
