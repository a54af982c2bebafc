//! Token revocation (RFC 7009), for public clients too.

use std::net::IpAddr;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::authentication::bearer::{is_access_token, may_be_signed, recognise};
use crate::authentication::throttle::Key;
use crate::clock::UnixTime;
use crate::db::{Db, DbConnection};
use crate::error::Result;
use crate::models::access_token::{self, AccessToken};
use crate::models::audit_event::AuditEvent;
use crate::models::authorization;
use crate::models::ending::Ending;
use crate::models::refresh_token::{self, RefreshToken};
use crate::oauth::{ErrorCode, OAuthError, SecretId, SecretKind};
use crate::web::client_address;
use crate::web::form::{self, Body};

use super::{authenticate, uncacheable_json};

/// Who wants to end something, from where and when.
struct Revocation {
    client_id: String,
    address: IpAddr,
    now: UnixTime,
}

/// What it is.
enum Presented {
    Access(AccessToken),
    Refresh(RefreshToken),
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
                client_id: caller.client.id.clone(),
                address,
                now,
            };
            let had_row = revocation.run(&app.db, kind, id).await?;
            // A signed one without a row was ours, and has been purged.
            had_row || may_be_signed(text)
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
    /// Ends the token; says whether it has a row. Reads first: whoever sends what has ended must not keep the
    /// writer busy.
    async fn run(self, db: &Db, kind: SecretKind, id: SecretId) -> Result<bool> {
        let find = db.read(move |connection| Presented::find(connection, kind, &id));
        let Some(presented) = find.await? else {
            return Ok(false);
        };
        if presented.owner() != self.client_id {
            let description = "The token was issued to another client and stays as it is.";
            return Err(OAuthError::new(ErrorCode::InvalidGrant, description).into());
        }
        if presented.has_ended() {
            // Perhaps this instant: this server's copies must know before the 200.
            db.look_for_changes().await?;
        } else {
            let end = db.write(move |connection| self.end(connection, presented));
            end.await?;
        }
        Ok(true)
    }

    /// An access token ends alone; a refresh token takes its authorization along (§2.1).
    fn end(self, connection: &mut DbConnection, presented: Presented) -> Result<()> {
        let ending = Ending {
            because: "revoked by its client",
            by: Some(&self.client_id),
            at: self.now,
        };
        let (user_id, authorization_id, ended) = match presented {
            Presented::Access(token) => {
                let ended = access_token::revoke(connection, &token.id, &ending)?;
                (token.user_id, token.authorization_id, ended)
            }
            Presented::Refresh(token) => {
                let ended = authorization::revoke(connection, &token.authorization_id, &ending)?;
                (Some(token.user_id), Some(token.authorization_id), ended)
            }
        };
        let event = AuditEvent {
            actor: Some(self.client_id.clone()),
            user_id,
            client_id: Some(self.client_id),
            authorization_id,
            address: Some(self.address.to_string()),
            ..AuditEvent::new("token.revoked", self.now)
        };
        event.insert_if(connection, ended)?;
        Ok(())
    }
}

impl Presented {
    fn find(
        connection: &mut DbConnection,
        kind: SecretKind,
        id: &SecretId,
    ) -> Result<Option<Self>> {
        Ok(if is_access_token(kind) {
            let found = access_token::find_with_user(connection, id)?;
            found.map(|(token, _)| Self::Access(token))
        } else if kind == SecretKind::RefreshToken {
            refresh_token::find(connection, id)?.map(Self::Refresh)
        } else {
            None
        })
    }

    fn owner(&self) -> &str {
        match self {
            Self::Access(token) => &token.client_id,
            Self::Refresh(token) => &token.client_id,
        }
    }

    /// A used or expired refresh token has not ended yet: who signs out with it means its authorization.
    fn has_ended(&self) -> bool {
        match self {
            Self::Access(token) => token.revoked_at.is_some(),
            Self::Refresh(token) => token.revoked_at.is_some(),
        }
    }
}
