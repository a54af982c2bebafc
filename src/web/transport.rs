//! Refuses plain http where the issuer is https (RFC 6749 §3.1, §3.2): TLS is the proxy's, so what comes
//! must say that it came over TLS, from a proxy that is trusted, or from a peer that may do without.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use askama::Template;

use crate::app::App;
use crate::oauth::ErrorCode;

use super::client_address::{contains, forwarded_https, peer};
use super::visitor::Visitor;
use super::{not_found, paths};

const SENTENCE: &str = "This server is https only. Behind a proxy, list it in trusted_proxies and let it send \
                        X-Forwarded-Proto: https; list peers that may speak plain http in plain_http_from.";

/// The refusal for a person.
#[derive(Template)]
#[template(path = "https_only.html")]
struct HttpsOnly {
    sentence: &'static str,
}

/// The refusal, if this request is to be refused. Liveness and readiness are asked for by the platform,
/// beside the proxy.
pub fn refuse(app: &Data<App>, request: &ServiceRequest) -> Option<HttpResponse> {
    if !app.issuer.is_https() {
        return None;
    }
    let own = request
        .path()
        .strip_prefix(app.issuer.path())
        .unwrap_or(request.path());
    let peer = peer(request.request());
    let proxied = contains(&app.config.trusted_proxies, peer) && forwarded_https(request.headers());
    if proxied
        || contains(&app.config.plain_http_from, peer)
        || own == paths::HEALTHZ
        || own == paths::READYZ
    {
        return None;
    }
    if not_found::is_browser(request.headers()) {
        let page = HttpsOnly { sentence: SENTENCE };
        let visitor = Visitor::of(app, request.request());
        return Some(visitor.html(StatusCode::BAD_REQUEST, &page, None));
    }
    Some(
        HttpResponse::BadRequest()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .json(serde_json::json!({
                "error": ErrorCode::InvalidRequest.as_str(),
                "error_description": SENTENCE,
            })),
    )
}
