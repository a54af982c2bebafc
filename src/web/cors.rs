//! Cross-origin reading (Fetch standard): the metadata for everybody; tokens and revocation for the
//! origins registered on any enabled client. Never with credentials: no cookie opens anything here. The
//! authorization endpoint and the pages allow none (RFC 9700 §2.6).

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};

use crate::app::App;

/// Seconds a browser may remember a preflight's answer.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Answers of which every origin may read.
///
/// # Errors
/// Those of the service inside.
pub async fn anybody<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = answer(request, next).await?;
    allow(response.headers_mut(), HeaderValue::from_static("*"), "GET");
    Ok(response)
}

/// Answers, refusals included, that registered origins may read.
///
/// # Errors
/// Those of the service inside.
pub async fn registered<B: MessageBody + 'static>(
    app: web::Data<App>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let allowed = match origin.as_ref().and_then(|origin| origin.to_str().ok()) {
        Some(origin) => app
            .directory
            .browser_facts()
            .await
            .is_ok_and(|facts| facts.origins.contains(origin)),
        None => false,
    };
    let mut response = answer(request, next).await?;
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin.filter(|_| allowed) {
        allow(response.headers_mut(), origin, "POST");
    }
    Ok(response)
}

/// A preflight is answered here: it carries no credentials, so it would fail inside.
async fn answer<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if preflight {
        Ok(request
            .into_response(HttpResponse::NoContent().finish())
            .map_into_right_body())
    } else {
        Ok(next.call(request).await?.map_into_left_body())
    }
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue, method: &'static str) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static(method),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("Authorization, Content-Type"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("Retry-After, WWW-Authenticate"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
}
