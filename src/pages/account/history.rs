//! The last sign-ins of a user, and the wrong passwords that somebody tried.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::UnixTime;
use crate::models::audit_event::{self, AuditEvent};
use crate::web::page::{Area, Moment, Page};
use crate::web::person::Person;
use crate::web::visitor::PageResult;

/// Lines that are shown.
const NEWEST: i64 = 50;

#[derive(Template)]
#[template(path = "account/history.html")]
struct History {
    page: Page,
    area: Area,
    lines: Vec<SignInLine>,
}

/// One of them.
pub(in crate::pages) struct SignInLine {
    pub right: bool,
    /// On which way and with what, as `password, Firefox on Linux`.
    pub how: String,
    pub address: String,
    pub at: Moment,
}

/// `GET /account/history`.
pub async fn get(person: Person) -> HttpResponse {
    person.answer(list(&person).await)
}

async fn list(person: &Person) -> PageResult {
    person.app.failed_sign_ins.write(&person.app.db).await?;
    let user_id = person.signed_in.user.id.clone();
    let events = person.app.db.read(move |connection| {
        let newest = audit_event::sign_in_history(connection, &user_id, NEWEST)?;
        Ok(newest)
    });
    let events = events.await?.into_iter();
    let template = History {
        page: person.page("Sign-in history"),
        area: person.area("history"),
        lines: events
            .map(|event| SignInLine::new(event, person.now))
            .collect(),
    };
    Ok(person.show(StatusCode::OK, &template))
}

impl SignInLine {
    pub(in crate::pages) fn new(event: AuditEvent, now: UnixTime) -> Self {
        // The log names the grant; people know where they typed their password.
        let detail = event.detail.unwrap_or_default();
        Self {
            how: detail.replacen("password grant of ", "password typed into ", 1),
            right: event.action == audit_event::SIGNED_IN,
            address: event.address.unwrap_or_default(),
            at: Moment::new(event.occurred_at, now),
        }
    }
}
