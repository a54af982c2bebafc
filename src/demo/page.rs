//! How every sample answers with a page: the headers, the shared stylesheet and icon.

use actix_web::http::header::ContentType;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

/// A page under a content security policy, which `policy` completes with what this page alone may do.
pub(super) fn answer(
    mut response: HttpResponseBuilder,
    page: &impl Template,
    policy: &str,
) -> HttpResponse {
    let Ok(html) = page.render() else {
        return HttpResponse::InternalServerError().body("This page could not be written.");
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
         frame-ancestors 'none'; {policy}"
    );
    response
        .insert_header(("Content-Security-Policy", policy))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Cache-Control", "no-store"))
        .content_type(ContentType::html())
        .body(html)
}

/// A file that never changes while the demo runs.
pub(super) fn file(content_type: &'static str, content: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("Cache-Control", "no-cache"))
        .content_type(content_type)
        .body(content)
}

/// The routes of what all pages share.
pub(super) fn shared_files(routes: &mut ServiceConfig) {
    routes
        .route("/sample.css", web::get().to(stylesheet))
        .route("/favicon.ico", web::get().to(icon));
}

async fn stylesheet() -> HttpResponse {
    file("text/css; charset=utf-8", include_str!("pages/sample.css"))
}

async fn icon() -> HttpResponse {
    file("image/svg+xml", include_str!("pages/icon.svg"))
}
