//! What is not there: JSON below `/oauth` and `/auth`, where programs ask, and a page elsewhere.

use actix_web::HttpResponse;

use super::error_page::PageError;
use super::visitor::Visitor;

/// 404, whatever the method.
pub async fn answer(visitor: Visitor) -> HttpResponse {
    let path = visitor.request.path();
    let own = path.strip_prefix(visitor.app.issuer.path()).unwrap_or(path);
    if own.starts_with("/oauth/") || own.starts_with("/auth/") || own.starts_with("/.well-known/") {
        let answer = serde_json::json!({"error": "invalid_request", "error_description": "There is nothing at this address."});
        return HttpResponse::NotFound().json(answer);
    }
    visitor.answer(Err(PageError::not_found()))
}
