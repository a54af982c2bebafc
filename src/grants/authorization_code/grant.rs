//! A person has decided: the authorization request is claimed once, and an allowed one becomes an
//! authorization and a code (RFC 6749 §4.1.2).

use std::net::IpAddr;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::audit_event::AuditEvent;
use crate::models::authorization::{self, Authorization};
use crate::models::authorization_code::{self, AuthorizationCode};
use crate::models::authorization_request::{self, AuthorizationRequest};
use crate::models::locks;
use crate::oauth::{GrantType, PlainSecret, Scope, SecretKind};

/// Allows a request: writes everything and returns the code; none where it had been decided before, or went with its
/// client.
///
/// # Errors
/// The database's.
pub fn allow(
    connection: &mut DbConnection,
    request: &AuthorizationRequest,
    user_id: &str,
    scope: &Scope,
    code_ttl: i64,
    address: IpAddr,
    now: UnixTime,
) -> Result<Option<PlainSecret>> {
    locks::hold_client(connection, &request.client_id)?;
    if !authorization_request::claim(connection, &request.id, now)? {
        return Ok(None);
    }
    let code = PlainSecret::generate(SecretKind::AuthorizationCode, now);
    let end = now.plus(code_ttl);
    let granted = Authorization::new(
        &request.client_id,
        user_id,
        GrantType::AuthorizationCode,
        scope.clone(),
        now,
        end,
    );
    authorization::insert(connection, granted.clone())?;
    authorization_code::insert(
        connection,
        AuthorizationCode {
            id: code.id(),
            authorization_id: granted.id.clone(),
            client_id: request.client_id.clone(),
            user_id: user_id.to_owned(),
            redirect_uri: request.redirect_uri.clone(),
            redirect_uri_sent: request.redirect_uri_sent,
            code_challenge: request.code_challenge.clone(),
            created_at: now,
            expires_at: end,
            claimed_at: None,
        },
    )?;
    AuditEvent {
        actor: Some(user_id.to_owned()),
        user_id: Some(user_id.to_owned()),
        client_id: Some(request.client_id.clone()),
        authorization_id: Some(granted.id),
        address: Some(address.to_string()),
        detail: Some(scope.to_string()),
        ..AuditEvent::new("authorization.granted", now)
    }
    .insert(connection)?;
    Ok(Some(code))
}

/// Denies a request; says whether this was the decision.
///
/// # Errors
/// The database's.
pub fn deny(
    connection: &mut DbConnection,
    request: &AuthorizationRequest,
    user_id: &str,
    address: IpAddr,
    now: UnixTime,
) -> Result<bool> {
    let decided = authorization_request::claim(connection, &request.id, now)?;
    if decided {
        AuditEvent {
            actor: Some(user_id.to_owned()),
            user_id: Some(user_id.to_owned()),
            client_id: Some(request.client_id.clone()),
            address: Some(address.to_string()),
            ..AuditEvent::new("authorization.denied", now)
        }
        .insert(connection)?;
    }
    Ok(decided)
}
