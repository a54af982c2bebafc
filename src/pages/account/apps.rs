//! The applications that somebody has connected, and disconnecting one: its tokens end at once, and it has
//! to ask again.

use actix_web::HttpResponse;

use crate::clock::UnixTime;
use crate::directory::Permissions;
use crate::models::audit_event::AuditEvent;
use crate::models::authorization::{self, Authorization};
use crate::models::consent;
use crate::web::error_page::PageError;
use crate::web::form::Body;
use crate::web::page::{Moment, ScopeLine, scope_lines};
use crate::web::visitor::{PageResult, Visitor};

use super::{check_form, done, field};

/// One of them.
pub(super) struct AppLine {
    pub client_id: String,
    pub name: String,
    pub scopes: Vec<ScopeLine>,
    pub since: Moment,
    pub last_used: Option<Moment>,
}

/// `POST /account/apps`: disconnects one.
pub async fn post(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(disconnect(&visitor, &body).await)
}

/// One line a client, however many devices it has: all of their scopes, since the first, last used by any.
pub(super) fn lines(
    authorizations: &[(Authorization, String)],
    permissions: &Permissions,
    now: UnixTime,
) -> Vec<AppLine> {
    let mut clients: Vec<&str> = Vec::new();
    for (authorization, _) in authorizations {
        if !clients.contains(&authorization.client_id.as_str()) {
            clients.push(&authorization.client_id);
        }
    }
    let line = |client_id: &str| {
        let own = || {
            authorizations
                .iter()
                .filter(|(authorization, _)| authorization.client_id == client_id)
        };
        let (first, name) = own().min_by_key(|(authorization, _)| authorization.created_at)?;
        let scope = own().fold(first.scope.clone(), |all, (authorization, _)| {
            all.union(&authorization.scope)
        });
        let last_used = own()
            .map(|(authorization, _)| authorization.last_used_at)
            .max();
        Some(AppLine {
            client_id: client_id.to_owned(),
            name: name.clone(),
            scopes: scope_lines(permissions, &scope),
            since: Moment::new(first.created_at, now),
            last_used: last_used.map(|at| Moment::new(at, now)),
        })
    };
    clients.into_iter().filter_map(line).collect()
}

async fn disconnect(visitor: &Visitor, body: &Body) -> PageResult {
    let (signed_in, fields) = check_form(visitor, body).await?;
    let client_id = field(&fields, "client_id")?.to_owned();
    let (user_id, now, address) = (signed_in.user.id, visitor.now, visitor.address.to_string());
    let disconnect = visitor.app.db.write(move |connection| {
        let because = "disconnected by the user";
        let ended =
            authorization::revoke_of_user(connection, &user_id, Some(&client_id), because, now)?;
        let forgotten = consent::withdraw(connection, &user_id, &client_id)?;
        if ended + forgotten > 0 {
            AuditEvent {
                actor: Some(user_id.clone()),
                user_id: Some(user_id),
                client_id: Some(client_id),
                address: Some(address),
                ..AuditEvent::new("app.disconnected", now)
            }
            .insert(connection)?;
        }
        Ok(ended + forgotten > 0)
    });
    if !disconnect.await? {
        return Err(PageError::not_found());
    }
    Ok(done(visitor, "app"))
}
