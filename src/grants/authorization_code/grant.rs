//! A person has decided: the authorization request is claimed once, and an allowed one becomes an
//! authorization and a code (RFC 6749 §4.1.2). Who presses Allow twice gets another code, and the first one ends.

use std::net::IpAddr;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::audit_event::AuditEvent;
use crate::models::authorization::{self, Authorization};
use crate::models::authorization_code::{self, AuthorizationCode};
use crate::models::authorization_request::{self, AuthorizationRequest};
use crate::models::ending::Ending;
use crate::oauth::{GrantType, PlainSecret, Scope, SecretKind};

/// Allows a request: writes everything and returns the code; none where it had been decided before, unless it
/// was allowed moments ago and nobody has redeemed the code.
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
    let is_first = authorization_request::claim(connection, &request.id, now)?;
    if !is_first && !take_back(connection, request, user_id, now)? {
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

/// Ends the code that a request was answered with moments ago, so that there are never two live ones of one
/// request; says whether it did. A redeemed one stays: the client is connected.
fn take_back(
    connection: &mut DbConnection,
    request: &AuthorizationRequest,
    user_id: &str,
    now: UnixTime,
) -> Result<bool> {
    let decided = authorization_request::find(connection, &request.id)?;
    let decided = decided.filter(|request| request.was_just_decided(now));
    let Some(at) = decided.and_then(|request| request.claimed_at) else {
        return Ok(false);
    };
    let (client_id, challenge) = (&request.client_id, &request.code_challenge);
    let codes = authorization_code::of_challenge(connection, user_id, client_id, challenge, at)?;
    if codes.iter().any(|code| code.claimed_at.is_some()) {
        return Ok(false);
    }
    let ending = Ending {
        because: "allowed once more",
        by: Some(user_id),
        at: now,
    };
    let mut ended = false;
    for code in codes {
        ended |= authorization::revoke(connection, &code.authorization_id, &ending)?;
    }
    Ok(ended)
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
