//! Ends one thing that a user holds: a session or all of them, a connected app, a personal access token.

use actix_web::HttpResponse;

use crate::db::DbConnection;
use crate::error::Result;
use crate::models::audit_event::AuditEvent;
use crate::models::ending::Ending;
use crate::models::user::User;
use crate::models::{access_token, authorization, consent, named_token, project, session};
use crate::oauth::SecretId;
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::{event, named, path_of};

const BECAUSE: &str = "ended by an administrator";

/// `GET` of a form's address: somebody reloads an answer to the form.
pub async fn back(admin: Administrator) -> HttpResponse {
    let user = named(&admin).await;
    admin.answer(user.map(|user| admin.go_to(&path_of(&user))))
}

/// `POST /admin/users/{id}/sessions`.
pub async fn post_session(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(end_session(&admin, &body).await)
}

/// `POST /admin/users/{id}/apps`.
pub async fn post_app(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(disconnect(&admin, &body).await)
}

/// `POST /admin/users/{id}/tokens`.
pub async fn post_token(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(revoke_token(&admin, &body).await)
}

async fn end_session(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let user = named(admin).await?;
    let (event, id) = (event(admin, "session.ended", &user), user.id.clone());
    if field(&fields, "all")? == "yes" {
        let event = event.about("all sessions");
        let end = move |connection: &mut DbConnection| {
            let count = session::end_all_but(connection, &id, None)?;
            Ok(if count > 0 { Ended::Now } else { Ended::Before })
        };
        let sentence = format!("{} was signed out everywhere.", user.username);
        return ended(admin, &user, event, end, &sentence).await;
    }
    let session = secret_id(field(&fields, "session")?)?;
    let now = admin.now;
    let end = move |connection: &mut DbConnection| {
        if session::end(connection, &session, &id)? {
            return Ok(Ended::Now);
        }
        Ok(match session::find_live(connection, &session, now)? {
            Some(_) => Ended::NotTheirs,
            None => Ended::Before,
        })
    };
    let sentence = format!("A session of {} was signed out.", user.username);
    ended(admin, &user, event, end, &sentence).await
}

async fn disconnect(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let user = named(admin).await?;
    let client_id = field(&fields, "client_id")?.to_owned();
    let event = AuditEvent {
        client_id: Some(client_id.clone()),
        ..event(admin, "app.disconnected", &user)
    };
    let (id, by, at) = (user.id.clone(), admin.signed_in.user.id.clone(), admin.now);
    let end = move |connection: &mut DbConnection| {
        let app = Some(client_id.as_str());
        let ending = Ending {
            because: BECAUSE,
            by: Some(&by),
            at,
        };
        let ended = authorization::revoke_of_user(connection, &id, app, &ending)?;
        let forgotten = consent::withdraw(connection, &id, &client_id)?;
        Ok(if ended + forgotten > 0 {
            Ended::Now
        } else {
            Ended::Before
        })
    };
    let sentence = format!(
        "An app of {} was disconnected. Its access has ended.",
        user.username
    );
    ended(admin, &user, event, end, &sentence).await
}

async fn revoke_token(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let user = named(admin).await?;
    let token = secret_id(field(&fields, "token")?)?;
    let event = event(admin, "token.revoked", &user).about("a personal access token");
    let (owner, by, at) = (user.clone(), admin.signed_in.user.id.clone(), admin.now);
    let end = move |connection: &mut DbConnection| {
        // Whatever id is sent, only this user's own can be meant.
        let own = access_token::personal_of_user(connection, &owner, at)?;
        let ending = Ending {
            because: BECAUSE,
            by: Some(&by),
            at,
        };
        if own.iter().any(|own| own.token.id == token)
            && access_token::revoke(connection, &token, &ending)?
        {
            return Ok(Ended::Now);
        }
        let client_id = project::personal_client(connection, &owner.id)?;
        Ok(match named_token::find(connection, &client_id, &token)? {
            Some(_) => Ended::Before,
            None => Ended::NotTheirs,
        })
    };
    let sentence = format!("A token of {} was revoked.", user.username);
    ended(admin, &user, event, end, &sentence).await
}

/// What became of something of a user that was to end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Now,
    Before,
    /// It is somebody else's, or nothing.
    NotTheirs,
}

/// Does it and writes it down, or says that there was nothing to end.
async fn ended(
    admin: &Administrator,
    user: &User,
    event: AuditEvent,
    end: impl FnOnce(&mut DbConnection) -> Result<Ended> + Send + 'static,
    sentence: &str,
) -> PageResult {
    let done = admin.write_on_users(move |connection| {
        let done = end(connection)?;
        if done == Ended::Now {
            event.insert(connection)?;
        }
        Ok(done)
    });
    let sentence = match done.await? {
        Ended::Now => sentence,
        Ended::Before => "It had ended before.",
        Ended::NotTheirs => return Err(PageError::not_found()),
    };
    Ok(admin.done(&path_of(user), sentence))
}

fn secret_id(text: &str) -> std::result::Result<SecretId, PageError> {
    SecretId::from_text(text).ok_or_else(PageError::not_found)
}
