//! `/auth/verify` and any path below it: a gateway asks, for every request that it is to pass on, whether
//! that request may pass (refusals: RFC 6750 §3). Which `credential` it brought and which `demands` the
//! gateway makes are read below; `caller` is who was recognised. The body is never read.

mod caller;
mod credential;
mod demands;

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::authentication::bearer::{self, Finding};
use crate::authentication::throttle::Key;
use crate::authentication::{Credentials, authenticate_client};
use crate::directory::KnownToken;
use crate::error::{BARE_CHALLENGE, Error, Result};
use crate::oauth::{ErrorCode, OAuthError, Params, SecretKind};
use crate::web::client_address;
use crate::web::request_log::LoggedClient;

use caller::Caller;
use credential::{Credential, Place};
use demands::Demands;

/// Any method: gateways keep that of the original request.
///
/// # Errors
/// 401 and 403 of RFC 6750 §3.1; 400 for the gateway's own mistakes; 429 for who guesses.
pub async fn any(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    let outcome = verify(&app, &request).await;
    let passed = |response: &HttpResponse| response.status().is_success();
    app.metrics
        .verifications
        .count(outcome.as_ref().is_ok_and(passed));
    outcome
}

/// In this order, and the first that fails answers: what the gateway demands is well-formed, there is one
/// credential, it is live, it meets the demands.
async fn verify(app: &App, request: &HttpRequest) -> Result<HttpResponse> {
    // Below, the query is the original request's: whoever sent it must not choose what is demanded.
    let is_below = request.match_info().get("original").is_some();
    let query = if is_below { "" } else { request.query_string() };
    let options = Params::parse(query.as_bytes()).map_err(OAuthError::from)?;
    let demands = Demands::read(&options)?;
    let Some(credential) = Credential::find(&app.config, request)? else {
        return Ok(who_is_it());
    };
    let caller = recognise(app, request, &credential).await?;
    demands.check(&caller, app.audience())?;
    Ok(caller.answer())
}

/// No credential came, so nothing is wrong with it (RFC 6750 §3.1).
fn who_is_it() -> HttpResponse {
    HttpResponse::Unauthorized()
        .insert_header((header::WWW_AUTHENTICATE, BARE_CHALLENGE))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

async fn recognise(
    app: &App,
    request: &HttpRequest,
    credential: &Credential<'_>,
) -> Result<Caller> {
    match credential {
        Credential::Token(text, place) => {
            let known = live_token(app, request, text, *place).await?;
            LoggedClient::note(request, &known.client);
            app.last_uses.token(&known, app.now());
            Ok(Caller::Token(known))
        }
        Credential::Client(header) => client(app, request, header).await,
    }
}

async fn live_token(
    app: &App,
    request: &HttpRequest,
    text: &str,
    place: Place,
) -> Result<Arc<KnownToken>> {
    let now = app.now();
    let (directory, issuer) = (&app.directory, app.issuer.as_str());
    let Some((kind, id)) = bearer::recognise(directory, issuer, text).await? else {
        return Err(missed(app, request));
    };
    if !bearer::is_access_token(kind) {
        return Err(invalid_token("a secret of another kind"));
    }
    // Addresses end up in logs: what opens a person's account is not to be sent there.
    if place == Place::OriginalUri && kind != SecretKind::ApiKey {
        return Err(invalid_token("only an API key may stand in an address"));
    }
    match bearer::find(directory, text, id, now).await? {
        Finding::Live(known) => Ok(known),
        Finding::Dead => Err(invalid_token("it opens nothing any more")),
        Finding::Unknown => Err(missed(app, request)),
    }
}

/// A client with its secret acts as itself, with all of its scope. A public one has no secret, so its id
/// proves nothing.
async fn client(app: &App, request: &HttpRequest, header: &[u8]) -> Result<Caller> {
    let wrong = |reason| {
        let description = "The client id or secret is wrong.";
        let refusal = OAuthError::new(ErrorCode::InvalidToken, description).because(reason);
        Error::challenged(refusal, None)
    };
    let credentials = Credentials::read(Some(header), &Params::default())
        .map_err(|_| wrong("malformed Authorization header"))?;
    let known = app.directory.client(credentials.client_id()).await?;
    if let Some(known) = &known {
        LoggedClient::note(request, known);
    }
    let known = known.filter(|known| !known.client.is_public());
    let now = app.now();
    let address = || client_address::client(&app.config, request);
    let known = authenticate_client(known, &app.secret_failures, &credentials, address, now)
        .map_err(|error| match error {
            Error::Refused(refusal) if refusal.code == ErrorCode::InvalidClient => {
                wrong(refusal.reason.unwrap_or_default())
            }
            other => other,
        })?;
    app.last_uses.client(&known, now);
    if let Some(secret) = credentials.proof(&known) {
        app.last_uses.secret(secret, now);
    }
    let scope = app
        .directory
        .permissions()
        .await?
        .scope_of_client(&known.client);
    Ok(Caller::Client(known, scope))
}

fn invalid_token(reason: &'static str) -> Error {
    let description = "The token is unknown, expired or revoked.";
    let refusal = OAuthError::new(ErrorCode::InvalidToken, description).because(reason);
    Error::challenged(refusal, None)
}

/// A token that nobody was given: counted by address, and past the limit 429. Whoever brings a live one
/// from the same address is let in all the same.
fn missed(app: &App, request: &HttpRequest) -> Error {
    let address = client_address::client(&app.config, request);
    match app.misses.count(Key::Address(address), app.now()) {
        Ok(()) => invalid_token("unknown"),
        Err(seconds) => OAuthError::throttled(seconds).into(),
    }
}
