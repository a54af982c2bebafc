//! Token revocation (RFC 7009), for public clients too.

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::authentication::bearer::{is_access_token, may_be_signed, recognise};
use crate::authentication::throttle::Key;
use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::audit_event::AuditEvent;
use crate::models::ending::Ending;
use crate::models::{access_token, authorization, refresh_token};
use crate::oauth::{ErrorCode, OAuthError, SecretId, SecretKind};
use crate::web::client_address;
use crate::web::form::{self, Body};

use super::{authenticate, uncacheable_json};

/// What a client wants to end.
struct Revocation {
    kind: SecretKind,
    id: SecretId,
    client_id: String,
    address: IpAddr,
    now: UnixTime,
}

/// `POST /oauth/revoke`. 200 also for an unknown, expired or revoked token (§2.2); the 200 is sent only
/// once the revocation is durable and every later introspection sees it.
///
/// # Errors
/// `invalid_client`; `invalid_request` without a token; `invalid_grant` for another client's token.
pub async fn post(app: web::Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse> {
    let params = form::params(&request, &body)?;
    let caller = authenticate(&app, &request, &params).await?;
    params.each_once(&["token_type_hint"])?;
    let (now, address) = (app.now(), client_address::client(&app.config, &request));
    let (directory, issuer) = (&app.directory, app.issuer.as_str());
    let text = params.required("token")?;
    let known = match recognise(directory, issuer, text).await? {
        Some((kind, id)) => {
            let revocation = Revocation {
                kind,
                id,
                client_id: caller.client.id.clone(),
                address,
                now,
            };
            let had_row = app.db.write(move |connection| revocation.run(connection));
            // A signed one without a row was ours, and has been purged.
            had_row.await? || may_be_signed(text)
        }
        None => false,
    };
    if !known {
        app.misses
            .count(Key::Address(address), now)
            .map_err(OAuthError::throttled)?;
    }
    Ok(uncacheable_json(String::from("{}")))
}

impl Revocation {
    /// Ends the token; says whether it has a row. An access token ends alone; a refresh token takes its
    /// authorization along (§2.1).
    fn run(&self, connection: &mut DbConnection) -> Result<bool> {
        let id = self.id;
        let ending = Ending {
            because: "revoked by its client",
            by: Some(&self.client_id),
            at: self.now,
        };
        let (user_id, authorization_id, ended) = if is_access_token(self.kind) {
            let Some((token, _)) = access_token::find_with_user(connection, &id)? else {
                return Ok(false);
            };
            self.check_owner(&token.client_id)?;
            (
                token.user_id,
                token.authorization_id,
                access_token::revoke(connection, &id, &ending)?,
            )
        } else if self.kind == SecretKind::RefreshToken {
            let Some(token) = refresh_token::find(connection, &id)? else {
                return Ok(false);
            };
            self.check_owner(&token.client_id)?;
            let granted = token.authorization_id;
            let ended = authorization::revoke(connection, &granted, &ending)?;
            (Some(token.user_id), Some(granted), ended)
        } else {
            return Ok(false);
        };
        if ended {
            AuditEvent {
                actor: Some(self.client_id.clone()),
                user_id,
                client_id: Some(self.client_id.clone()),
                authorization_id,
                address: Some(self.address.to_string()),
                ..AuditEvent::new("token.revoked", self.now)
            }
            .insert(connection)?;
        }
        Ok(true)
    }

    fn check_owner(&self, owner: &str) -> Result<()> {
        if owner == self.client_id {
            return Ok(());
        }
        let description = "The token was issued to another client and stays as it is.";
        Err(OAuthError::new(ErrorCode::InvalidGrant, description).into())
    }
}
