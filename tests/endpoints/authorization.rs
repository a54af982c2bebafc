//! The authorization endpoint (RFC 6749 §3.1, §4.1.1 and §4.1.2): what it answers to a request, before
//! and after a person decides. Redirect URIs are in `redirect_uris`, the pages in `pages`.

mod errors;
mod parameters;
mod pkce;
mod scope;
mod state_and_iss;

use std::collections::BTreeMap;

use crate::support::{Answer, Browser, ThirdPartyApp};

/// One change to a good request: a parameter's new value, or its absence.
type Change<'a> = (&'a str, Option<&'a str>);

/// What a browser that nobody has signed in with is answered.
fn ask(app: &ThirdPartyApp<'_>, request: &[(&str, &str)]) -> Answer {
    Browser::new().get_once(&app.address(request))
}

/// The parameters of the error redirect that a changed request gets at once.
#[track_caller]
fn refusal(app: &ThirdPartyApp<'_>, changes: &[Change<'_>]) -> BTreeMap<String, String> {
    refusal_of(app, &app.request_with(changes))
}

#[track_caller]
fn refusal_of(app: &ThirdPartyApp<'_>, request: &[(&str, &str)]) -> BTreeMap<String, String> {
    let answer = ask(app, request);
    assert_eq!(answer.status, 303, "{answer:?}");
    let location = answer.location();
    assert!(location.starts_with(&app.redirect_uri), "{location}");
    assert!(!location.contains('#'), "{location}");
    let params = answer.location_params();
    assert!(!params.contains_key("code"), "{location}");
    assert_eq!(params["iss"], app.server.url, "{location}");
    params
}

/// Fails the test unless a changed request is refused with this error, and with its own state.
#[track_caller]
fn assert_refused(app: &ThirdPartyApp<'_>, error: &str, changes: &[Change<'_>]) {
    let params = refusal(app, changes);
    assert_eq!(params["error"], error, "{changes:?}");
    let names: Vec<&str> = params.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["error", "error_description", "iss", "state"],
        "{changes:?}"
    );
    assert_eq!(params["state"], "a state", "{changes:?}");
}

/// Fails the test unless the request waits for somebody to sign in.
#[track_caller]
fn assert_accepted(app: &ThirdPartyApp<'_>, request: &[(&str, &str)]) {
    let (at, page) = Browser::new().get(&app.address(request));
    assert!(
        at.contains("/login?continue=") && page.status == 200,
        "{at}: {page:?}"
    );
    assert!(page.body.contains("name=\"password\""), "{page:?}");
}
