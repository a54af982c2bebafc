//! Around every request: its id, the refusal of plain http, the headers that every answer has, its count and
//! its line in the log. The line has the path without the query, which may hold codes and tokens of others'
//! making. A defect that panics costs its own request a 500, and nobody else anything.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use futures_util::FutureExt;

use crate::app::App;
use crate::directory::KnownClient;
use crate::error::Error;

use super::{client_address, paths, refusal_log, transport};
use crate::oauth::mismatch::{LEFT_OUT, holds_secret};

/// What we say an answer is, it is.
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
/// RFC 6797: browsers that have seen https once come by https.
const A_YEAR: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Names a request in the log, in the `X-Request-Id` of its answer and on error pages.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(u64);

/// The client that a request names, if there is such a one, for the log.
#[derive(Clone, Debug)]
pub struct LoggedClient(pub Arc<KnownClient>);

impl LoggedClient {
    /// Notes that the request names this client.
    pub fn note(request: &HttpRequest, client: &Arc<KnownClient>) {
        request.extensions_mut().insert(Self(Arc::clone(client)));
    }
}

impl RequestId {
    /// The next of this process; the moment of its first request keeps two runs apart.
    fn next(app: &App) -> Self {
        static FIRST: OnceLock<u64> = OnceLock::new();
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let first = FIRST.get_or_init(|| app.now().seconds().unsigned_abs() << 32);
        Self(first + COUNT.fetch_add(1, Ordering::Relaxed))
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The outermost layer.
///
/// # Errors
/// Those of the service inside.
pub async fn around<B: MessageBody + 'static>(
    app: web::Data<App>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let started = Instant::now();
    let id = RequestId::next(&app);
    request.extensions_mut().insert(id);
    if request.method() == Method::HEAD {
        // RFC 9110 §9.3.2: as GET, and the HTTP layer below leaves the body out.
        request.head_mut().method = Method::GET;
    }
    let response = if let Some(refusal) = transport::refuse(&app, &request) {
        request.into_response(refusal).map_into_right_body()
    } else {
        let called = AssertUnwindSafe(next.call(request)).catch_unwind();
        let response = called.await.map_err(|_| unexpected(&app, id))?;
        response?.map_into_left_body()
    };
    finish(&app, id, started, response)
}

/// What was panicked with is on standard error already. The request went with it, so its answer has none of the
/// headers below; it is counted all the same.
fn unexpected(app: &App, id: RequestId) -> Error {
    app.metrics.requests(500).add();
    tracing::error!(request_id = %id, "a request ended unexpectedly");
    Error::failed("a request ended unexpectedly")
}

/// A path as the log may have it: what follows `/auth/verify` is the path of somebody's own request, and what
/// people paste into addresses may be a token.
fn loggable(path: &str) -> &str {
    let own = path
        .find(paths::VERIFY)
        .map_or(path, |at| &path[..at + paths::VERIFY.len()]);
    if holds_secret(own) { LEFT_OUT } else { own }
}

fn finish<B>(
    app: &App,
    id: RequestId,
    started: Instant,
    mut response: ServiceResponse<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let status = response.status().as_u16();
    app.metrics.requests(status).add();
    // What runs once for every call of somebody's API is logged only when asked for.
    let path = response.request().path();
    let quiet = status < 400
        && (path.ends_with(paths::INTROSPECT)
            || path.ends_with(paths::HEALTHZ)
            || path.contains(paths::VERIFY));
    let failure = response
        .response()
        .error()
        .and_then(actix_web::Error::as_error::<Error>);
    if let Some(error) = failure {
        refusal_log::note(app, response.request(), error);
    }
    if !quiet || tracing::enabled!(tracing::Level::DEBUG) {
        let address = client_address::client(&app.config, response.request());
        let extensions = response.request().extensions();
        let client = extensions.get::<LoggedClient>();
        let client_id = client.map(|client| client.0.client.id.as_str());
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        tracing::info!(
            request_id = %id, method = %response.request().method(), path = loggable(path), status, %address, client_id,
            milliseconds = (milliseconds * 100.0).round() / 100.0, "request"
        );
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    if app.issuer.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, A_YEAR);
    }
    if status >= 400 || !quiet {
        let value = HeaderValue::try_from(id.to_string())?;
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}
