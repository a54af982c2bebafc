//! The browsers in which somebody is signed in, and signing one of them out.

use actix_web::HttpResponse;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::clock::UnixTime;
use crate::models::session::{self, Session};
use crate::oauth::SecretId;
use crate::web::error_page::PageError;
use crate::web::form::Body;
use crate::web::page::Moment;
use crate::web::visitor::{PageResult, SignedIn, Visitor};

use super::{check_form, done, field};

/// One of them.
pub(super) struct SessionLine {
    pub id: String,
    pub device: String,
    pub address: String,
    pub signed_in: Moment,
    pub last_seen: Moment,
    pub current: bool,
}

impl SessionLine {
    pub(super) fn new(own: Session, signed_in: &SignedIn, now: UnixTime) -> Self {
        Self {
            id: URL_SAFE_NO_PAD.encode(own.id.as_bytes()),
            device: device(&own.user_agent),
            current: own.id == signed_in.session.id,
            address: own.address,
            signed_in: Moment::new(own.created_at, now),
            last_seen: Moment::new(own.last_seen_at, now),
        }
    }
}

/// `POST /account/sessions`: ends one.
pub async fn post(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(end(&visitor, &body).await)
}

async fn end(visitor: &Visitor, body: &Body) -> PageResult {
    let (signed_in, fields) = check_form(visitor, body).await?;
    let id = URL_SAFE_NO_PAD
        .decode(field(&fields, "session")?)
        .unwrap_or_default();
    let id = SecretId::from_bytes(&id).ok_or_else(PageError::not_found)?;
    let user_id = signed_in.user.id;
    if !visitor
        .app
        .db
        .write(move |connection| Ok(session::end(connection, &id, &user_id)?))
        .await?
    {
        return Err(PageError::not_found());
    }
    Ok(done(visitor, "session"))
}

/// What a browser calls itself, as people call it. Others first pretend to be Chrome and Safari.
pub(in crate::pages) fn device(user_agent: &str) -> String {
    const BROWSERS: [(&str, &str); 5] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| {
        known
            .iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => String::from("Unknown browser"),
    }
}
