//! What is not there, or not in that way: JSON below `/oauth` and `/auth`, where programs ask, and a page
//! elsewhere and for whoever has typed such an address into a browser.

use actix_web::HttpResponse;
use actix_web::http::header::HeaderMap;
use actix_web::http::{StatusCode, header};

use super::error_page::PageError;
use super::visitor::Visitor;

/// 404, whatever the method.
pub async fn answer(visitor: Visitor) -> HttpResponse {
    if is_for_programs(&visitor) {
        return json(StatusCode::NOT_FOUND, "There is nothing at this address.");
    }
    visitor.answer(Err(PageError::not_found()))
}

/// 405 for a page, or for the endpoint that sends people to one.
pub async fn wrong_method(visitor: Visitor) -> HttpResponse {
    let mut response = if is_for_programs(&visitor) {
        json(
            StatusCode::METHOD_NOT_ALLOWED,
            "This endpoint takes GET and POST alone.",
        )
    } else {
        visitor.answer(Err(PageError::wrong_method()))
    };
    let allowed = header::HeaderValue::from_static("GET, POST");
    response.headers_mut().insert(header::ALLOW, allowed);
    response
}

fn is_for_programs(visitor: &Visitor) -> bool {
    let own = visitor.own_path();
    let below = |start: &&str| own.starts_with(start);
    ["/oauth/", "/auth/", "/.well-known/"].iter().any(below)
        && !is_browser(visitor.request.headers())
}

/// Whether a page is wanted: browsers say so of every address they open, programs do not.
pub(super) fn is_browser(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT);
    accepted
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"))
}

fn json(status: StatusCode, description: &str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(serde_json::json!({"error": "invalid_request", "error_description": description}))
}
