//! Mirrors `src/grants`, with what every grant shares: client authentication, lifetimes, the form of
//! tokens.

mod authorization_code;
mod client_authentication;
mod client_credentials;
mod client_secrets;
mod code_races;
mod code_replay;
mod lifetimes;
mod password;
mod password_throttle;
mod pkce;
mod refresh_races;
mod refresh_retry;
mod refresh_scope;
mod refresh_token;
mod request_form;
mod signed_tokens;
mod storage;
mod token_form;

use crate::support::ThirdPartyApp;

/// A secret with one character changed.
fn altered(secret: &str, at: usize) -> String {
    let mut bytes = secret.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
    String::from_utf8(bytes).unwrap()
}

/// A code for both scopes.
#[track_caller]
fn code_for_both(app: &ThirdPartyApp<'_>, username: &str) -> String {
    app.code_for(
        username,
        &app.request_with(&[("scope", Some("read write"))]),
    )
}
