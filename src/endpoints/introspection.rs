//! Introspection (RFC 7662), the hottest path: resource servers ask on every request of theirs. What a
//! token is worth is decided in `authentication::bearer`.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::app::App;
use crate::authentication::bearer::{self, Finding, LiveToken};
use crate::authentication::throttle::Key;
use crate::clock::UnixTime;
use crate::directory::KnownClient;
use crate::error::{Error, Result};
use crate::models::role;
use crate::oauth::{OAuthError, PlainSecret, SecretKind};
use crate::web::form::{self, Body};

use super::{authenticate, uncacheable_json};

/// RFC 7662 §2.2, and three members of ours: `kind`, `project`, `roles`.
#[derive(Serialize)]
struct Answer<'a> {
    active: bool,
    scope: &'a str,
    client_id: &'a str,
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<UnixTime>,
    iat: UnixTime,
    nbf: UnixTime,
    iss: &'a str,
    aud: &'a str,
    jti: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<&'a str>>,
}

/// §2.2: an inactive answer says nothing more.
const INACTIVE: &str = r#"{"active":false}"#;

/// `POST /oauth/introspect`.
///
/// # Errors
/// `invalid_client` for who may not ask; 429 for who asks for too many unknown tokens.
pub async fn post(app: web::Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse> {
    let params = form::params(&request, &body)?;
    let caller = authenticate(&app, &request, &params).await?;
    // RFC 7662 §2.1: whoever asks must prove who it is; a public client cannot.
    if caller.client.is_public() {
        return Err(OAuthError::invalid_client("a public client introspects").into());
    }
    params.each_once(&["token_type_hint"])?;
    let answer = introspect(&app, &caller, params.required("token")?).await?;
    app.metrics.introspections.count(answer.is_some());
    Ok(uncacheable_json(
        answer.unwrap_or_else(|| INACTIVE.to_owned()),
    ))
}

/// The answer for an active token that the caller may know; the hint does not matter, since the prefix
/// tells the kind.
async fn introspect(app: &App, caller: &Arc<KnownClient>, text: &str) -> Result<Option<String>> {
    let now = app.now();
    let Some((kind, secret)) = PlainSecret::recognise(text) else {
        let (directory, issuer) = (&app.directory, app.issuer.as_str());
        let Some(id) = bearer::recognise_signed(directory, issuer, text).await? else {
            return missed(app, caller, now);
        };
        return match bearer::find_by_id(directory, id, now).await? {
            Finding::Live(live) => known_answer(app, caller, &live),
            // Nobody can guess a signature: this one was ours, and has been purged.
            Finding::Dead | Finding::Unknown => Ok(None),
        };
    };
    if bearer::is_access_token(kind) {
        return match bearer::find(&app.directory, &secret, now).await? {
            Finding::Live(live) => known_answer(app, caller, &live),
            Finding::Dead => Ok(None),
            Finding::Unknown => missed(app, caller, now),
        };
    }
    if kind == SecretKind::RefreshToken {
        return refresh_answer(app, caller, &secret, now).await;
    }
    Ok(None)
}

/// Resource servers may know every token, everybody else its own.
fn may_know(caller: &KnownClient, client_id: &str) -> bool {
    caller.client.is_resource_server || caller.client.id == client_id
}

/// The answer about a live access token, if the caller may know it.
fn known_answer(app: &App, caller: &KnownClient, live: &LiveToken) -> Result<Option<String>> {
    if !may_know(caller, &live.known.token.client_id) {
        return Ok(None);
    }
    access_answer(app, live).map(Some)
}

fn access_answer(app: &App, live: &LiveToken) -> Result<String> {
    let token = &live.known.token;
    let user = live.known.user.as_ref();
    to_json(&Answer {
        active: true,
        scope: token.scope.as_str(),
        client_id: &token.client_id,
        sub: token.user_id.as_deref().unwrap_or(&token.client_id),
        username: user.map(|user| user.username.as_str()),
        token_type: Some("Bearer"),
        exp: token.expires_at,
        iat: token.created_at,
        nbf: token.created_at,
        iss: app.issuer.as_str(),
        aud: app.audience(),
        jti: bearer::jti(&token.id),
        kind: token.kind.as_str(),
        project: live.client.project.as_deref(),
        roles: user.map(|user| role::with_everybodys(&user.roles)),
    })
}

/// A refresh token is active for its own client alone, and is of no token type: it opens nothing.
async fn refresh_answer(
    app: &App,
    caller: &Arc<KnownClient>,
    secret: &PlainSecret,
    now: UnixTime,
) -> Result<Option<String>> {
    let (token, granted, user) = match bearer::find_refresh(&app.db, secret, caller, now).await? {
        Finding::Live(found) => found,
        Finding::Dead => return Ok(None),
        Finding::Unknown => return missed(app, caller, now),
    };
    to_json(&Answer {
        active: true,
        scope: granted.scope.as_str(),
        client_id: &token.client_id,
        sub: &token.user_id,
        username: Some(&user.username),
        token_type: None,
        exp: Some(token.expires_at),
        iat: token.created_at,
        nbf: token.created_at,
        iss: app.issuer.as_str(),
        aud: app.audience(),
        jti: bearer::jti(&token.id),
        kind: "refresh",
        project: caller.project.as_deref(),
        roles: Some(role::with_everybodys(&user.roles)),
    })
    .map(Some)
}

fn to_json(answer: &Answer<'_>) -> Result<String> {
    serde_json::to_string(answer).map_err(Error::failed)
}

/// A token that nobody was given: counted by the caller, and past the limit 429 (RFC 7662 §4).
fn missed(app: &App, caller: &KnownClient, now: UnixTime) -> Result<Option<String>> {
    let key = Key::Client(caller.client.id.clone());
    app.misses.count(key, now).map_err(OAuthError::throttled)?;
    Ok(None)
}
