//! The public halves of the signing keys (RFC 7517 §5), by which everybody can verify a signed access token.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::error::Result;

/// `GET /oauth/jwks`.
///
/// # Errors
/// The database's.
pub async fn get(app: web::Data<App>) -> Result<HttpResponse> {
    let keys = app.directory.signing_keys().await?;
    Ok(match keys.jwks() {
        // Far shorter than a key is published before it signs; so soon is a retired one forgotten.
        Some(jwks) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
            .body(jwks.to_owned()),
        None => HttpResponse::NotFound()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .json(serde_json::json!({
                "error": "invalid_request",
                "error_description": "This server has no signing keys.",
            })),
    })
}
