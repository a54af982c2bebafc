//! Ready-to-paste settings for a client, made from what it is registered with. The secret is in them only
//! where it is being shown; elsewhere a word stands for it.

mod authlib;
mod curl;
mod nginx;
mod openid_client;
mod spring;

use crate::models::client::Client;
use crate::oauth::{GrantType, Issuer};

/// Code to paste, under a tab of its own.
pub(super) struct Sample {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) text: String,
}

/// What stands for a secret that nobody knows any more.
const UNKNOWN_SECRET: &str = "YOUR_CLIENT_SECRET";

/// How a client does its main work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// RFC 6749 §4.1 with RFC 7636.
    Code,
    /// RFC 6749 §4.3.
    Password,
    /// RFC 6749 §4.4.
    ClientCredentials,
    /// RFC 7662.
    Introspection,
}

/// What every sample is made from.
struct Facts<'a> {
    issuer: &'a Issuer,
    client_id: &'a str,
    /// None for a public client.
    secret: Option<&'a str>,
    redirect_uri: &'a str,
    scope: &'a str,
    flow: Flow,
}

/// The settings that fit what the client is.
pub(super) fn of(client: &Client, issuer: &Issuer, secret: Option<&str>) -> Vec<Sample> {
    let Some(flow) = Flow::of(client) else {
        return Vec::new();
    };
    let facts = Facts {
        issuer,
        client_id: &client.id,
        secret: (!client.is_public()).then(|| secret.unwrap_or(UNKNOWN_SECRET)),
        redirect_uri: client.redirect_uris.first().map_or("", String::as_str),
        scope: client.scope.as_str(),
        flow,
    };
    let mut samples = vec![
        sample("curl", "curl", curl::text(&facts)),
        sample(
            "openid-client",
            "openid-client",
            openid_client::text(&facts),
        ),
        sample("authlib", "Authlib", authlib::text(&facts)),
    ];
    // In a browser there is neither Python nor Spring.
    if client.is_public() && !client.is_native() {
        samples.truncate(2);
        samples.swap(0, 1);
    }
    if let Some(text) = spring::text(&facts) {
        samples.push(sample("spring", "Spring", text));
    }
    if flow == Flow::Introspection {
        samples.push(sample("nginx", "nginx", nginx::text(&facts)));
    }
    samples
}

fn sample(id: &'static str, label: &'static str, text: String) -> Sample {
    Sample { id, label, text }
}

impl Flow {
    fn of(client: &Client) -> Option<Self> {
        let may_use = |grant_type| client.may_use(grant_type);
        if may_use(GrantType::AuthorizationCode) {
            Some(Self::Code)
        } else if may_use(GrantType::Password) {
            Some(Self::Password)
        } else if client.is_resource_server {
            Some(Self::Introspection)
        } else if may_use(GrantType::ClientCredentials) {
            Some(Self::ClientCredentials)
        } else {
            None
        }
    }
}

impl Facts<'_> {
    /// The address of an endpoint.
    fn url(&self, path: &str) -> String {
        self.issuer.url(path)
    }
}

/// A string as JavaScript, Python and YAML all read it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
