//! Redirect URIs: what matches at the authorization endpoint (RFC 6749 §3.1.2.3, RFC 8252 §7, RFC 9700
//! §4.1.3) and what may be registered.

mod loopback;
mod matching;
mod registration;

use crate::support::{Answer, Browser, NewClient, TestServer, ThirdPartyApp};

/// An application with these redirect URIs.
fn app_with<'a>(server: &'a TestServer, client: NewClient, uris: &[&str]) -> ThirdPartyApp<'a> {
    let redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
    ThirdPartyApp::new(
        server,
        NewClient {
            redirect_uris,
            ..client
        },
    )
}

fn ask(app: &ThirdPartyApp<'_>, uri: Option<&str>) -> Answer {
    Browser::new().get_once(&app.address(&app.request_with(&[("redirect_uri", uri)])))
}

#[track_caller]
fn assert_matches(app: &ThirdPartyApp<'_>, uri: &str) {
    let answer = ask(app, Some(uri));
    assert_eq!(answer.status, 303, "{uri}: {answer:?}");
    // An error redirect shows where an answer would go, to the byte.
    let request = app.request_with(&[("redirect_uri", Some(uri)), ("scope", Some("unknown"))]);
    let refused = Browser::new().get_once(&app.address(&request));
    assert!(
        refused
            .location()
            .starts_with(&format!("{uri}?error=invalid_scope&")),
        "{uri}: {refused:?}"
    );
}

/// Neither a redirect nor a page that repeats or links the address.
#[track_caller]
fn assert_no_match(app: &ThirdPartyApp<'_>, uri: &str) {
    for scope in ["read", "unknown"] {
        let request = app.request_with(&[("redirect_uri", Some(uri)), ("scope", Some(scope))]);
        let answer = Browser::new().get_once(&app.address(&request));
        assert_eq!(
            (answer.status, answer.header("location")),
            (400, None),
            "{uri}: {answer:?}"
        );
        assert!(
            !answer.body.contains("evil.test") && !answer.body.contains("<a "),
            "{uri}: {answer:?}"
        );
    }
}
