//! A client as it is printed, with the names of client metadata (RFC 7591 §2) where there are any.

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::client::Client;
use crate::models::client_secret::ClientSecret;
use crate::models::project;
use crate::oauth::{GrantType, PlainSecret};

use super::super::record::Record;

/// Said wherever a secret is shown.
pub(super) const KEEP_THE_SECRET: &str = "Keep the client_secret now: it is not shown again.";

/// A client with the slug of its project.
pub(super) struct Printed {
    pub(super) client: Client,
    project: Option<String>,
}

impl Printed {
    pub(super) fn load(connection: &mut DbConnection, client: Client) -> Result<Self> {
        let project = project::slug_of(connection, client.project_id.as_deref())?;
        Ok(Self { client, project })
    }

    pub(super) fn record(&self) -> Record {
        self.record_with_secret(None)
    }

    /// The secret is in clear only here and now; without one there is not even its name.
    pub(super) fn record_with_secret(&self, secret: Option<&PlainSecret>) -> Record {
        let client = &self.client;
        let mut record = Record::default().with("client_id", client.id.as_str());
        if let Some(secret) = secret {
            record = record.with("client_secret", secret.expose());
        }
        let method = if client.is_public() {
            "none"
        } else {
            "client_secret_basic"
        };
        let grant_types = client.grant_types.iter().copied().map(GrantType::as_str);
        record
            .with("client_name", client.name.as_str())
            .with(
                "grant_types",
                grant_types.map(str::to_owned).collect::<Vec<_>>(),
            )
            .with("redirect_uris", client.redirect_uris.to_vec())
            .with("scope", client.scope.as_str())
            .with("token_endpoint_auth_method", method)
            .with("first_party", client.is_first_party)
            .with("resource_server", client.is_resource_server)
            .with("allowed_origins", client.allowed_origins.to_vec())
            .with("token_format", client.token_format.as_str())
            .with("access_ttl", client.access_ttl)
            .with("refresh_ttl", client.refresh_ttl)
            .with("project", self.project.clone())
            .with("client_id_issued_at", client.created_at)
            .with("disabled_at", client.disabled_at)
    }
}

/// What people may know of a client's secrets.
pub(super) fn secrets(secrets: &[ClientSecret], now: UnixTime) -> Vec<Record> {
    let record = |secret: &ClientSecret| {
        Record::default()
            .with("name", secret.name.as_str())
            .with("last_four", secret.last_four.as_str())
            .with("live", secret.is_live(now))
            .with("created_at", secret.created_at)
            .with("expires_at", secret.expires_at)
            .with("last_used_at", secret.last_used_at)
    };
    secrets.iter().map(record).collect()
}
