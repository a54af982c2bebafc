//! What may be registered and may yet surprise whoever registers it.

use diesel::QueryResult;
use url::{Host, Url};

use crate::db::DbConnection;

use super::super::client::Client;
use super::scope;

/// What is allowed, and may surprise, a sentence each.
///
/// # Errors
/// The database's.
pub fn warnings(connection: &mut DbConnection, client: &Client) -> QueryResult<Vec<String>> {
    let mut warnings = Vec::new();
    let sensitive: Vec<String> = scope::list(connection)?
        .into_iter()
        .filter(|scope| scope.is_sensitive && client.scope.contains(&scope.name))
        .map(|scope| scope.name)
        .collect();
    if client.is_public() && !client.is_first_party && !sensitive.is_empty() {
        warnings.push(format!(
            "It will never get {}: sensitive scopes are not for public clients that are not \
             first-party.",
            sensitive.join(", ")
        ));
    }
    for uri in client
        .redirect_uris
        .iter()
        .filter(|uri| names_localhost(uri))
    {
        warnings.push(format!(
            "{uri} names localhost, which may lead elsewhere than to this device: prefer 127.0.0.1 \
             (RFC 8252 section 8.3)."
        ));
    }
    if client.scope.is_empty() && !client.grant_types.is_empty() {
        warnings.push(String::from(
            "It has no scope to ask for, so it gets no token.",
        ));
    }
    Ok(warnings)
}

fn names_localhost(uri: &str) -> bool {
    let url = Url::parse(uri).ok().filter(|url| url.scheme() == "http");
    url.is_some_and(|url| url.host() == Some(Host::Domain("localhost")))
}
