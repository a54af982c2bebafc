//! The browsers in which somebody is signed in, and signing one of them out.

use actix_web::HttpResponse;

use crate::clock::UnixTime;
use crate::models::session::{self, Session};
use crate::oauth::SecretId;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::Moment;
use crate::web::person::Person;
use crate::web::visitor::{PageResult, SignedIn};
use crate::web::{device, paths};

/// One of them.
pub(in crate::pages) struct SessionLine {
    pub id: String,
    pub device: String,
    /// From where it was last used.
    pub address: String,
    /// From where the person signed in, where that is another.
    pub first_address: Option<String>,
    pub signed_in: Moment,
    pub last_seen: Moment,
    pub current: bool,
}

impl SessionLine {
    pub(in crate::pages) fn new(own: Session, signed_in: &SignedIn, now: UnixTime) -> Self {
        let last = own.last_address.unwrap_or_else(|| own.address.clone());
        let moved = last != own.address;
        Self {
            id: own.id.to_text(),
            device: device::name(&own.user_agent),
            current: own.id == signed_in.session.id,
            address: last,
            first_address: moved.then_some(own.address),
            signed_in: Moment::new(own.created_at, now),
            last_seen: Moment::new(own.last_seen_at, now),
        }
    }
}

/// `POST /account/sessions`: ends one.
pub async fn post(person: Person, body: Body) -> HttpResponse {
    person.answer(end(&person, &body).await)
}

async fn end(person: &Person, body: &Body) -> PageResult {
    let fields = person.fields(body)?;
    let id = SecretId::from_text(field(&fields, "session")?).ok_or_else(PageError::not_found)?;
    let user_id = person.signed_in.user.id.clone();
    let mut event = person.event("session.ended");
    event.user_id = Some(user_id.clone());
    let now = person.now;
    let end = person.write(move |connection| {
        let live = session::find_live(connection, &id, now)?;
        if session::end(connection, &id, &user_id)? {
            event.insert(connection)?;
            return Ok(Some(live.map_or_else(
                || String::from("The session was signed out."),
                |(own, _)| format!("{} was signed out.", device::name(&own.user_agent)),
            )));
        }
        // Somebody else's is not there for this person.
        let gone = "There is no such session any more: look at the list again.";
        Ok(live.is_none().then(|| String::from(gone)))
    });
    let sentence = end.await?.ok_or_else(PageError::not_found)?;
    Ok(person.done(paths::ACCOUNT, &sentence))
}
