//! Tells why a request has no success answer: to the log, once, and, where an endpoint of OAuth or its
//! pages refused it, to the record that administrators read.

use actix_web::{HttpMessage, HttpRequest};

use crate::app::App;
use crate::error::Error;
use crate::models::refusal::Refusal;

use super::request_log::{LoggedClient, RequestId};
use super::{client_address, paths};

/// The paths whose refusals are kept.
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
    let (Error::Refused(refusal), true) = (error, KEPT.contains(&path)) else {
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
    app.records.refused(row, address);
}
