//! Introspection (RFC 7662), the hottest path: resource servers ask on every request of theirs. What a
//! token is worth is decided in `authentication::bearer`.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::app::App;
use crate::authentication::bearer::{self, Finding};
use crate::authentication::throttle::Key;
use crate::clock::UnixTime;
use crate::directory::{KnownClient, KnownToken};
use crate::error::{Error, Result};
use crate::models::role;
use crate::oauth::{OAuthError, SecretId, SecretKind};
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
    app.last_uses.client(&caller, app.now());
    let answer = introspect(&app, &caller, params.required("token")?).await?;
    app.metrics.introspections.count(answer.is_some());
    Ok(uncacheable_json(
        answer.unwrap_or_else(|| INACTIVE.to_owned()),
    ))
}

/// The answer for an active token that the caller may know; the hint does not matter, since the token
/// tells its kind.
async fn introspect(app: &App, caller: &Arc<KnownClient>, text: &str) -> Result<Option<String>> {
    let now = app.now();
    let (directory, issuer) = (&app.directory, app.issuer.as_str());
    let Some((kind, id)) = bearer::recognise(directory, issuer, text).await? else {
        return missed(app, caller, now);
    };
    if bearer::is_access_token(kind) {
        return match bearer::find(directory, text, id, now).await? {
            Finding::Live(live) => known_answer(app, caller, &live),
            Finding::Dead => Ok(None),
            Finding::Unknown => missed(app, caller, now),
        };
    }
    if kind == SecretKind::RefreshToken {
        return refresh_answer(app, caller, id, now).await;
    }
    Ok(None)
}

/// Resource servers may know every token, everybody else its own.
fn may_know(caller: &KnownClient, client_id: &str) -> bool {
    caller.client.is_resource_server || caller.client.id == client_id
}

/// The answer about a live access token, if the caller may know it.
fn known_answer(app: &App, caller: &KnownClient, live: &KnownToken) -> Result<Option<String>> {
    if !may_know(caller, &live.token.client_id) {
        return Ok(None);
    }
    app.last_uses.token(live, app.now());
    access_answer(app, live).map(Some)
}

/// A token of which nothing is left to allow is active with an empty `scope`. RFC 7662 §2.2 lets the member
/// be left out, but somebody would read its absence as no limit.
fn access_answer(app: &App, live: &KnownToken) -> Result<String> {
    let token = &live.token;
    let user = live.user.as_ref();
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
    id: SecretId,
    now: UnixTime,
) -> Result<Option<String>> {
    let (token, granted, user) = match bearer::find_refresh(&app.db, id, caller, now).await? {
        Finding::Live(found) => found,
        Finding::Dead => return Ok(None),
        Finding::Unknown => return missed(app, caller, now),
    };
    let permissions = app.directory.permissions().await?;
    let scope = permissions.still_allowed(granted.scope, &caller.client, Some(&user.roles));
    to_json(&Answer {
        active: true,
        scope: scope.as_str(),
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
