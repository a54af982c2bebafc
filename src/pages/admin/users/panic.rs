//! The panic button of a user: ends every session and token at once, after saying which.

use actix_web::HttpResponse;

use crate::models::ending::Ending;
use crate::models::held;
use crate::web::form::Body;
use crate::web::page::Field;
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::super::question::Question;
use super::{crumbs_to, event, named, path_of};
use crate::pages::held_words::{ends, sentence};

/// `GET /admin/users/{id}/panic`.
pub async fn get(admin: Administrator) -> HttpResponse {
    let confirmation = admin.confirmation();
    admin.answer(ask(&admin, confirmation).await)
}

/// `POST /admin/users/{id}/panic`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(end(&admin, &body).await)
}

async fn ask(admin: &Administrator, confirmation: Option<Field>) -> PageResult {
    let user = named(admin).await?;
    let (id, now) = (user.id.clone(), admin.now);
    let held = admin
        .app
        .db
        .read_aside(move |connection| Ok(held::held_by_user(connection, &id, now)?));
    let ends = ends(&held.await?);
    let consequences = [
        ends.as_str(),
        "Scripts that use a personal access token stop until this person makes new ones. Projects shared with \
         others stay as they are. Their API keys and client secrets go on working: End all keys and tokens, on a \
         project's page, ends those.",
        "The password stays. If others may know it too, reset it or disable the account: both are on this \
         person's page.",
    ];
    let asked = format!("End all access of {}?", user.username);
    Ok(
        Question::new(admin, "users", crumbs_to(&user), asked, "End all access")
            .saying(consequences)
            .confirmed_by(confirmation)
            .ask(admin),
    )
}

async fn end(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let user = named(admin).await?;
    if let Some(mistake) = admin.confirm(&fields).await? {
        return ask(admin, Some(mistake)).await;
    }
    let event = event(admin, "user.tokens_revoked", &user);
    let (id, own, now) = (user.id.clone(), admin.signed_in.user.id.clone(), admin.now);
    let end = admin.write_on_users(move |connection| {
        let ending = Ending {
            by: Some(&own),
            because: "all access of the user was ended",
            at: now,
        };
        let ended = held::end_everything_of_user(connection, &id, &ending)?;
        event.about(&sentence(&ended)).insert(connection)?;
        Ok(ended)
    });
    let said = format!(
        "All access of {} was ended: {}",
        user.username,
        sentence(&end.await?)
    );
    Ok(admin.done(&path_of(&user), &said))
}
