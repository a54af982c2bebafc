//! The stylesheets, the script and the icon. Their addresses change with them, so that browsers may keep them for
//! ever.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use crate::web::static_files;

/// `GET /static/{name}`.
pub async fn get(name: web::Path<String>) -> HttpResponse {
    let Some((content_type, text)) = static_files::find(&name) else {
        return HttpResponse::NotFound().finish();
    };
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(text)
}
