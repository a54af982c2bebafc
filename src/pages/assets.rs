//! The stylesheet, the script and the icon, built into the program. Their addresses carry the version, so
//! that browsers may keep them for ever.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

const CSS: &str = include_str!("../../static/latchkey.css");
const SCRIPT: &str = include_str!("../../static/latchkey.js");
const ICON: &str = include_str!("../../static/favicon.svg");

/// `GET /static/{name}`.
pub async fn get(name: web::Path<String>) -> HttpResponse {
    let (content_type, text) = match name.as_str() {
        "latchkey.css" => ("text/css; charset=utf-8", CSS),
        "latchkey.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "favicon.svg" => ("image/svg+xml", ICON),
        _ => return HttpResponse::NotFound().finish(),
    };
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(text)
}
