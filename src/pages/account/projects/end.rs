//! Ending every key, secret and token of a project at once, for whoever fears that one has leaked.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::ending::Ending;
use crate::models::held;
use crate::pages::held_words::sentence;
use crate::web::form::Body;
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::visitor::PageResult;

use super::member::Owner;

#[derive(Template)]
#[template(path = "account/projects/end.html")]
struct End {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    slug: String,
    confirmation: Option<Field>,
}

/// `GET /account/projects/{slug}/end`.
pub async fn get(owner: Owner) -> HttpResponse {
    let confirmation = owner.confirmation();
    ask(&owner, StatusCode::OK, confirmation)
}

/// `POST /account/projects/{slug}/end`.
pub async fn post(owner: Owner, body: Body) -> HttpResponse {
    owner.answer(end(&owner, &body).await)
}

fn ask(owner: &Owner, status: StatusCode, confirmation: Option<Field>) -> HttpResponse {
    let template = End {
        page: owner.page("End all keys and tokens"),
        area: owner.area("projects"),
        crumbs: owner.crumbs(),
        slug: owner.project.slug.clone(),
        confirmation,
    };
    owner.show(status, &template)
}

async fn end(owner: &Owner, body: &Body) -> PageResult {
    let fields = owner.fields(body)?;
    if let Some(mistake) = owner.confirm(&fields).await? {
        return Ok(ask(owner, StatusCode::UNPROCESSABLE_ENTITY, Some(mistake)));
    }
    let (project_id, now) = (owner.project.id.clone(), owner.now);
    let by = owner.signed_in.user.id.clone();
    let event = owner.project_event("project.tokens_revoked", "");
    let end = owner.write(move |connection| {
        event.insert(connection)?;
        let ending = Ending {
            because: "all keys and tokens of the project were ended",
            by: Some(&by),
            at: now,
        };
        Ok(held::end_everything_of_project(
            connection,
            &project_id,
            &ending,
        )?)
    });
    let told = format!(
        "All keys, secrets and tokens of this project were ended: {} None works any more.",
        sentence(&end.await?)
    );
    Ok(owner.done(&owner.path(""), &told))
}
