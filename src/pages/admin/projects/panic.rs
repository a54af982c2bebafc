//! The panic button of a project: ends every token, key and secret of its clients at once, after saying
//! how many there are.

use actix_web::HttpResponse;

use crate::models::ending::Ending;
use crate::models::held;
use crate::models::project::Project;
use crate::web::form::Body;
use crate::web::page::{Crumb, Field};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::super::question::Question;
use super::named;
use crate::pages::held_words::{ends, sentence};

/// `GET /admin/projects/{slug}/panic`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let confirmation = admin.confirmation();
    admin.answer(ask(&admin, confirmation).await)
}

/// `POST /admin/projects/{slug}/panic`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(end(&admin, &body).await)
}

async fn ask(admin: &Administrator, confirmation: Option<Field>) -> PageResult {
    let project = named(admin).await?;
    let (id, now) = (project.id.clone(), admin.now);
    let held = admin
        .app
        .db
        .read_aside(move |connection| Ok(held::held_by_project(connection, &id, now)?));
    let crumbs = vec![
        Crumb::new("/admin/users", "Users"),
        Crumb::new(path_of(&project), project.name.as_str()),
    ];
    let ends = ends(&held.await?);
    let consequences = [
        ends.as_str(),
        if project.personal_user_id.is_some() {
            "Scripts that use a personal access token stop until the person makes new ones. A personal project \
             has nothing else. The person stays signed in."
        } else {
            "Services that use the project's keys and secrets stop until a member makes new ones. The members \
             stay signed in."
        },
    ];
    let asked = format!("End all keys and tokens of {}?", project.name);
    Ok(
        Question::new(admin, "users", crumbs, asked, "End all keys and tokens")
            .saying(consequences)
            .confirmed_by(confirmation)
            .ask(admin),
    )
}

async fn end(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let project = named(admin).await?;
    if let Some(mistake) = admin.confirm(&fields).await? {
        return ask(admin, Some(mistake)).await;
    }
    let event = admin.event("project.tokens_revoked");
    let (id, slug, now) = (project.id.clone(), project.slug.clone(), admin.now);
    let own = admin.signed_in.user.id.clone();
    let end = admin.write(move |connection| {
        let ending = Ending {
            by: Some(&own),
            because: "all keys and tokens of the project were ended",
            at: now,
        };
        let ended = held::end_everything_of_project(connection, &id, &ending)?;
        let detail = format!("{slug}: {}", sentence(&ended));
        event.about(&detail).insert(connection)?;
        Ok(ended)
    });
    let said = format!(
        "All keys and tokens of {} were ended: {}",
        project.name,
        sentence(&end.await?)
    );
    Ok(admin.done(&path_of(&project), &said))
}

fn path_of(project: &Project) -> String {
    format!("/admin/projects/{}", project.slug)
}
