//! HTTP for programs: one file an endpoint, with the RFC's name. Every answer is JSON, refusals too.

pub mod authorization;
pub mod health;
pub mod introspection;
pub mod jwks;
pub mod leaked;
pub mod metadata;
pub mod metrics;
pub mod revocation;
pub mod token;
pub mod verify;

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::authentication::{Credentials, authenticate_client};
use crate::directory::KnownClient;
use crate::error::Result;
use crate::oauth::{OAuthError, Params};
use crate::web::client_address;
use crate::web::request_log::LoggedClient;

/// The client of a request to the token, introspection or revocation endpoint.
async fn authenticate(
    app: &App,
    request: &HttpRequest,
    params: &Params<'_>,
) -> Result<Arc<KnownClient>> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let header = headers.next().map(header::HeaderValue::as_bytes);
    if headers.next().is_some() {
        return Err(
            OAuthError::invalid_request("There is more than one Authorization header.").into(),
        );
    }
    let credentials = Credentials::read(header, params)?;
    let known = app.directory.client(credentials.client_id()).await?;
    if let Some(known) = &known {
        LoggedClient::note(request, known);
    }
    let address = || client_address::client(&app.config, request);
    let now = app.now();
    let known = authenticate_client(known, &app.secret_failures, &credentials, address, now)?;
    if let Some(secret) = credentials.proof(&known) {
        app.last_uses.secret(secret, now);
    }
    Ok(known)
}

/// JSON that nobody may keep: tokens, or what is known of them (RFC 6749 §5.1).
fn uncacheable_json(body: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::PRAGMA, "no-cache"))
        .body(body)
}

/// 405 with the methods that there are.
pub async fn only_post() -> HttpResponse {
    wrong_method("POST")
}

/// 405 with the methods that there are.
pub async fn only_get() -> HttpResponse {
    wrong_method("GET")
}

fn wrong_method(allowed: &'static str) -> HttpResponse {
    let description = format!("This endpoint takes {allowed} alone.");
    HttpResponse::MethodNotAllowed()
        .insert_header((header::ALLOW, allowed))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(serde_json::json!({"error": "invalid_request", "error_description": description}))
}
