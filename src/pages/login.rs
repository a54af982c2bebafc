//! The sign-in page. Checking the password and the throttle are in `authentication::user`.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;

use crate::authentication::SignIn;
use crate::models::audit_event::{self, AuditEvent};
use crate::models::authorization_request;
use crate::models::locks;
use crate::models::session::{self, Session};
use crate::models::user::{self, User};
use crate::oauth::{PlainSecret, SecretKind};
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::Page;
use crate::web::visitor::{PageResult, Visitor};
use crate::web::{cookies, csrf, paths};

use super::waiting_request::{WaitingRequest, gone};

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    page: Page,
    csrf: String,
    continue_id: Option<String>,
    return_to: String,
    client_name: Option<String>,
    username: String,
    error: Option<&'static str>,
    throttled_minutes: Option<i64>,
}

/// The same for a wrong name, a wrong password and a disabled account.
const WRONG: &str = "The username or password is wrong. Check both and try again.";

/// Why the form is shown again.
enum Failure {
    Wrong,
    Throttled(i64),
}

/// `GET /login`.
pub async fn get(visitor: Visitor) -> HttpResponse {
    visitor.answer(show(&visitor).await)
}

/// `POST /login`.
pub async fn post(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(sign_in(&visitor, &body).await)
}

async fn show(visitor: &Visitor) -> PageResult {
    let query = visitor.query()?;
    let id = query.one("continue").map_err(crate::error::Error::from)?;
    let waiting = match id {
        Some(id) => Some(WaitingRequest::find(visitor, id).await?),
        None => None,
    };
    let return_to = own_page(field(&query, "return_to")?);
    if visitor.signed_in().await?.is_some() {
        return Ok(visitor.go_to(&next(waiting.as_ref(), return_to)));
    }
    Ok(form(visitor, waiting.as_ref(), return_to, "", None))
}

/// The checks, in this order: origin, form, waiting request, token, throttle and password.
async fn sign_in(visitor: &Visitor, body: &Body) -> PageResult {
    let fields = visitor.form(body)?;
    let waiting = match field(&fields, "continue")? {
        "" => None,
        id => Some(WaitingRequest::find(visitor, id).await?),
    };
    let browser = visitor.known_browser().ok_or_else(PageError::forged)?;
    if !csrf::is_valid(&visitor.app, browser.expose(), "", field(&fields, "csrf")?) {
        return Err(PageError::forged());
    }
    // No name has a space at its end, and the keyboards of phones add one.
    let username = field(&fields, "username")?.trim();
    let password = field(&fields, "password")?;
    let return_to = own_page(field(&fields, "return_to")?);
    let outcome = visitor.verify(username, password).await?;
    visitor
        .app
        .metrics
        .sign_ins
        .count(matches!(outcome, SignIn::Right(_)));
    let failure = match outcome {
        SignIn::Right(user) => {
            let begun = begin_session(visitor, waiting.as_ref(), return_to, *user, "password");
            match begun.await? {
                Some(response) => return Ok(response),
                None => Failure::Wrong,
            }
        }
        SignIn::Wrong(_) => Failure::Wrong,
        SignIn::Throttled(seconds) => Failure::Throttled(seconds),
    };
    Ok(form(
        visitor,
        waiting.as_ref(),
        return_to,
        username,
        Some(&failure),
    ))
}

/// A page of the signed-in areas that the person was going to; anything else reads as none, so that
/// nobody is led away from here.
fn own_page(return_to: &str) -> &str {
    let path = return_to.split('?').next().unwrap_or_default();
    let inside = [paths::ACCOUNT, paths::ADMIN].iter().any(|area| {
        path.strip_prefix(area)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    let plain = !return_to.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
    if inside && plain && !climbs(path) {
        return_to
    } else {
        ""
    }
}

/// Whether browsers would take a part of the path as the folder above, and so leave what the path begins with.
fn climbs(path: &str) -> bool {
    let is_dots = |part: &str| matches!(part.replace("%2e", ".").as_str(), "." | "..");
    path.to_ascii_lowercase()
        .replace("%5c", "/")
        .split('/')
        .any(is_dots)
}

/// Whether a session was begun.
enum Begun {
    Yes,
    /// The account was disabled or got another password since that was looked at.
    Changed,
    /// The waiting request is another session's.
    Gone,
}

/// Signs `user` in, in a session with a new secret (whoever planted the old cookie does not share it),
/// and goes on to where the person was going. None where the account has changed since it was looked at.
pub(super) async fn begin_session(
    visitor: &Visitor,
    waiting: Option<&WaitingRequest>,
    return_to: &str,
    user: User,
    how: &'static str,
) -> Result<Option<HttpResponse>, PageError> {
    let secret = PlainSecret::generate(SecretKind::Browser, visitor.now);
    let row = Session {
        id: secret.id(),
        user_id: user.id.clone(),
        user_agent: visitor.user_agent().chars().take(300).collect(),
        address: visitor.address.to_string(),
        created_at: visitor.now,
        last_seen_at: visitor.now,
        expires_at: visitor.session_end(visitor.now),
        confirmed_at: visitor.now,
        last_address: None,
    };
    let event = AuditEvent {
        actor: Some(user.id.clone()),
        user_id: Some(user.id.clone()),
        address: Some(visitor.address.to_string()),
        detail: Some(format!("{how}, {}", visitor.device())),
        ..AuditEvent::new(audit_event::SIGNED_IN, visitor.now)
    };
    match write_session(visitor, waiting, user, row, event).await? {
        Begun::Yes => {}
        Begun::Changed => return Ok(None),
        Begun::Gone => return Err(gone()),
    }
    let mut response = visitor.go_to(&next(waiting, return_to));
    cookies::set(&mut response, &visitor.session_cookie(&secret, visitor.now));
    Ok(Some(response))
}

/// Writes the session in place of this browser's old one, and binds the waiting request to it.
async fn write_session(
    visitor: &Visitor,
    waiting: Option<&WaitingRequest>,
    user: User,
    row: Session,
    event: AuditEvent,
) -> crate::error::Result<Begun> {
    let replaced = cookies::secret(&visitor.app.issuer, &visitor.request, cookies::SESSION)
        .map(|old| old.id());
    let request = waiting.map(|waiting| waiting.request.id);
    let write = visitor.app.db.write(move |connection| {
        if !user::is_unchanged(connection, &user)? {
            return Ok(Begun::Changed);
        }
        if let Some(old) = &replaced {
            locks::lock_session(connection, old)?;
        }
        // First, so that nobody is signed in where this is not the request's session.
        if let Some(request) = request
            && !authorization_request::bind(
                connection,
                &request,
                &row.id,
                &user.id,
                row.created_at,
            )?
        {
            return Ok(Begun::Gone);
        }
        match replaced {
            Some(old) => session::replace(connection, &old, row)?,
            None => session::insert(connection, row)?,
        }
        event.insert(connection)?;
        Ok(Begun::Yes)
    });
    write.await
}

fn next(waiting: Option<&WaitingRequest>, return_to: &str) -> String {
    match waiting {
        Some(waiting) => format!("{}?continue={}", paths::CONSENT, waiting.id.expose()),
        None if return_to.is_empty() => paths::ACCOUNT.to_owned(),
        None => return_to.to_owned(),
    }
}

fn form(
    visitor: &Visitor,
    waiting: Option<&WaitingRequest>,
    return_to: &str,
    username: &str,
    failure: Option<&Failure>,
) -> HttpResponse {
    let (browser, cookie) = visitor.browser();
    let (status, error, throttled_minutes) = match failure {
        None => (StatusCode::OK, None, None),
        Some(Failure::Wrong) => (StatusCode::UNPROCESSABLE_ENTITY, Some(WRONG), None),
        Some(Failure::Throttled(seconds)) => (
            StatusCode::TOO_MANY_REQUESTS,
            None,
            Some((seconds + 59) / 60),
        ),
    };
    let template = Login {
        page: visitor.page("Sign in"),
        csrf: csrf::token(&visitor.app, browser.expose(), ""),
        continue_id: waiting.map(|waiting| waiting.id.expose().to_owned()),
        return_to: return_to.to_owned(),
        client_name: waiting.map(|waiting| waiting.client.client.name.clone()),
        username: username.to_owned(),
        error,
        throttled_minutes,
    };
    let target = waiting.map(WaitingRequest::form_target);
    let mut response = visitor.html(status, &template, target.as_deref());
    if let Some(cookie) = cookie {
        cookies::set(&mut response, &cookie);
    }
    if let Some(minutes) = throttled_minutes {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, header::HeaderValue::from(minutes * 60));
    }
    response
}
