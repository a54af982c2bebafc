//! Tells why a request has no success answer: to the log, once, and, where an endpoint of OAuth or its
//! pages refused it, or a gateway was told so, to the record that administrators read.

use actix_web::{HttpMessage, HttpRequest};

use crate::app::App;
use crate::error::Error;
use crate::models::refusal::Refusal;

use super::request_log::{LoggedClient, RequestId};
use super::{client_address, paths};

/// The paths whose refusals are kept, besides those of gateways' questions.
const KEPT: [&str; 6] = [
    paths::AUTHORIZE,
    paths::CONSENT,
    paths::LOGIN,
    paths::TOKEN,
    paths::INTROSPECT,
    paths::REVOKE,
];

/// Notes it.
pub fn note(app: &App, request: &HttpRequest, error: &Error) {
    let extensions = request.extensions();
    let id = extensions
        .get::<RequestId>()
        .map(ToString::to_string)
        .unwrap_or_default();
    let client = extensions
        .get::<LoggedClient>()
        .map(|known| known.0.client.id.as_str());
    error.log(&id, client);
    let path = request.path();
    let path = path.strip_prefix(app.issuer.path()).unwrap_or(path);
    let (Error::Refused(refusal) | Error::Challenged(refusal, _)) = error else {
        return;
    };
    let below_verify = path.strip_prefix(paths::VERIFY);
    let (path, refusals) = if below_verify.is_some_and(|it| it.is_empty() || it.starts_with('/')) {
        // What follows is the path of somebody's own request.
        (paths::VERIFY, &app.records.refused_to_gateways)
    } else if KEPT.contains(&path) {
        (path, &app.records.refused)
    } else {
        return;
    };
    let address = client_address::client(&app.config, request);
    let mismatch = refusal.mismatch.as_deref();
    let row = Refusal {
        id,
        occurred_at: app.now(),
        path: path.to_owned(),
        client_id: client.map(str::to_owned),
        error: refusal.code.as_str().to_owned(),
        reason: refusal.why().to_owned(),
        expected: mismatch.and_then(|both| both.expected.clone()),
        presented: mismatch.and_then(|both| both.presented.clone()),
        address: Some(address.to_string()),
    };
    refusals.keep(row, address);
}
