//! Where Latchkey's endpoints are: the authorization server metadata (RFC 8414), which is the
//! one address that a client has to know.

use std::sync::OnceLock;

use serde::Deserialize;
use url::Url;

use super::back_channel::BackChannel;

/// The members of the metadata that the samples use.
#[derive(Clone, Deserialize)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) introspection_endpoint: String,
    pub(super) revocation_endpoint: String,
}

/// An issuer whose metadata is fetched at the first use and then kept.
pub(super) struct Discovery {
    issuer: String,
    found: OnceLock<Metadata>,
}

impl Discovery {
    pub(super) fn new(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            found: OnceLock::new(),
        }
    }

    pub(super) fn metadata(&self, back_channel: &BackChannel) -> Result<&Metadata, String> {
        if let Some(metadata) = self.found.get() {
            return Ok(metadata);
        }
        let metadata = self.fetch(back_channel)?;
        Ok(self.found.get_or_init(|| metadata))
    }

    fn fetch(&self, back_channel: &BackChannel) -> Result<Metadata, String> {
        let answer = back_channel.get(&self.address()?, None)?.answer;
        let metadata: Metadata = serde_json::from_value(answer)
            .map_err(|error| format!("Latchkey's metadata cannot be used: {error}."))?;
        // RFC 8414 §3.3: metadata that names another issuer must not be used.
        if metadata.issuer == self.issuer {
            Ok(metadata)
        } else {
            Err(format!(
                "The metadata of {} are those of {}, so we do not use them.",
                self.issuer, metadata.issuer
            ))
        }
    }

    /// RFC 8414 §3.1: the well-known part stands between the host and the issuer's path.
    fn address(&self) -> Result<String, String> {
        let mut address = Url::parse(&self.issuer)
            .map_err(|error| format!("The issuer {} is no URL: {error}.", self.issuer))?;
        let path = address.path().trim_end_matches('/').to_owned();
        address.set_path(&format!("/.well-known/oauth-authorization-server{path}"));
        Ok(address.into())
    }
}
