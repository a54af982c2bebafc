//! The stylesheets, the script and the icon, built into the program. Their addresses carry the version, so
//! that browsers may keep them for ever.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::{HttpResponse, web};

static CSS: LazyLock<String> =
    LazyLock::new(|| without_layout(include_str!("../../static/latchkey.css")));
static DASHBOARD_CSS: LazyLock<String> =
    LazyLock::new(|| without_layout(include_str!("../../static/dashboard.css")));
const SCRIPT: &str = include_str!("../../static/latchkey.js");
const ICON: &str = include_str!("../../static/favicon.svg");

/// `GET /static/{name}`.
pub async fn get(name: web::Path<String>) -> HttpResponse {
    let (content_type, text) = match name.as_str() {
        "latchkey.css" => ("text/css; charset=utf-8", CSS.as_str()),
        "dashboard.css" => ("text/css; charset=utf-8", DASHBOARD_CSS.as_str()),
        "latchkey.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "favicon.svg" => ("image/svg+xml", ICON),
        _ => return HttpResponse::NotFound().finish(),
    };
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(text)
}

/// A stylesheet without its comments and without the spaces that only eyes need: every page waits for it.
/// Within quotes several spaces would become one; ours have none.
fn without_layout(css: &str) -> String {
    let mut sent = String::with_capacity(css.len());
    let parts = css.split("/*");
    let rules = parts.map(|part| part.split_once("*/").map_or(part, |(_, rules)| rules));
    for word in rules.flat_map(str::split_whitespace) {
        if word.starts_with('}') && sent.ends_with(';') {
            sent.pop();
        }
        // Not before a colon: `a :not(b)` is another thing than `a:not(b)`.
        let joins = sent.is_empty()
            || sent.ends_with(['{', '}', ';', ',', '>', ':'])
            || word.starts_with(['{', '}', '>']);
        if !joins {
            sent.push(' ');
        }
        sent.push_str(word);
    }
    sent
}
