//! `latchkey client`: the clients (RFC 6749 §2) that somebody registered. Registering one is in `add`,
//! how one is printed in `printed`.

mod add;
mod printed;

use clap::{Args, Subcommand};

use crate::clock::UnixTime;
use crate::config::Config;
use crate::db::DbConnection;
use crate::error::{Error, Result};
use crate::models::client::{self, Client};
use crate::models::client_secret;

use super::Failure;
use super::installation::{Installation, audit, now};
use super::output::{Output, note as say};
use printed::{KEEP_THE_SECRET, Printed};

#[derive(Debug, Subcommand)]
pub(super) enum ClientCommand {
    /// Register a client and print its id and, once, its secret
    Add(add::AddClient),
    /// List all clients
    List,
    /// Show a client
    Show(Which),
    /// Make a new secret and end the old ones
    RotateSecret {
        #[command(flatten)]
        which: Which,
        /// Let the old secrets go on for so long, so that the new one can be rolled out
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        #[arg(value_parser = clap::value_parser!(i64).range(0..=YEAR), allow_negative_numbers = true)]
        overlap: i64,
    },
    /// Disable a client: it gets no tokens, and those it has do not work until enabled again
    Disable(Which),
    /// Enable a client again
    Enable(Which),
    /// Delete a client with its tokens; its id is never used again
    Delete(Which),
}

const YEAR: i64 = 365 * 86400;

#[derive(Debug, Args)]
pub(super) struct Which {
    /// The client's id
    client_id: String,
}

impl ClientCommand {
    pub(super) async fn run(self, config: Config) -> std::result::Result<Output, Failure> {
        match self {
            Self::Add(client) => client.run(config).await,
            Self::List => list(config).await,
            Self::Show(which) => show(config, which.client_id).await,
            Self::RotateSecret { which, overlap } => {
                rotate_secret(config, which.client_id, overlap).await
            }
            Self::Disable(which) => set_disabled(config, which.client_id, Some(now())).await,
            Self::Enable(which) => set_disabled(config, which.client_id, None).await,
            Self::Delete(which) => delete(config, which.client_id).await,
        }
    }
}

async fn list(config: Config) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let clients = installation.db.read(|connection| {
        let clients = client::list_registered(connection)?;
        clients
            .into_iter()
            .map(|client| Printed::load(connection, client))
            .collect::<Result<Vec<_>>>()
    });
    Ok(Output::many(
        &[
            "client_id",
            "client_name",
            "grant_types",
            "scope",
            "disabled_at",
        ],
        clients.await?.iter().map(Printed::record).collect(),
        "There are no clients yet: register one with `latchkey client add`.",
    ))
}

async fn show(config: Config, id: String) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let record = installation.db.read(move |connection| {
        let client = load(connection, &id)?;
        let secrets = client_secret::of_client(connection, &client)?;
        let printed = Printed::load(connection, client)?;
        Ok(printed
            .record()
            .with("secrets", printed::secrets(&secrets, now())))
    });
    Ok(Output::one(record.await?))
}

async fn rotate_secret(
    config: Config,
    id: String,
    overlap: i64,
) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let made = installation.db.write(move |connection| {
        let now = now();
        let client = load(connection, &id)?;
        if client.is_public() {
            return Err(Error::Failed(format!(
                "{id} is a public client, which never has a secret."
            )));
        }
        check_not_personal(&client)?;
        client_secret::end_all_at(connection, &client.id, now.plus(overlap))?;
        let secret = client_secret::insert(connection, &client.id, "rotated", now)?;
        note(connection, "client_secret.rotated", &client, now)?;
        Ok((Printed::load(connection, client)?, secret))
    });
    let (printed, secret) = made.await?;
    installation.seen_everywhere().await;
    say(KEEP_THE_SECRET);
    Ok(Output::one(printed.record_with_secret(Some(&secret))))
}

async fn set_disabled(
    config: Config,
    id: String,
    at: Option<UnixTime>,
) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let changed = installation.db.write(move |connection| {
        let mut client = load(connection, &id)?;
        // A second disabling does not move the time of the first.
        client.disabled_at = at.map(|now| client.disabled_at.unwrap_or(now));
        client::set_disabled(connection, &client.id, client.disabled_at)?;
        let action = if at.is_some() {
            "client.disabled"
        } else {
            "client.enabled"
        };
        note(connection, action, &client, now())?;
        Printed::load(connection, client)
    });
    let printed = changed.await?;
    installation.seen_everywhere().await;
    let state = if at.is_some() { "disabled" } else { "enabled" };
    let Client { id, name, .. } = &printed.client;
    Ok(Output::said(
        format!("{id} ({name}) is {state}."),
        printed.record(),
    ))
}

async fn delete(config: Config, id: String) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let deleted = installation.db.write(move |connection| {
        let client = load(connection, &id)?;
        check_not_personal(&client)?;
        let printed = Printed::load(connection, client)?;
        client::delete(connection, &id)?;
        note(connection, "client.deleted", &printed.client, now())?;
        Ok(printed)
    });
    let printed = deleted.await?;
    installation.seen_everywhere().await;
    let Client { id, name, .. } = &printed.client;
    let sentence = format!("{id} ({name}) is deleted with all its tokens.");
    Ok(Output::said(sentence, printed.record()))
}

fn load(connection: &mut DbConnection, id: &str) -> Result<Client> {
    client::find(connection, id)?.ok_or_else(|| {
        Error::Failed(format!(
            "There is no client {id:?}: `latchkey client list` names all."
        ))
    })
}

/// The client that holds a person's own tokens has no secret, and lives as long as the person.
fn check_not_personal(client: &Client) -> Result<()> {
    if client.is_personal() {
        return Err(Error::Failed(format!(
            "{} holds the personal access tokens of a user: it has no secret and cannot be deleted; \
             `latchkey user revoke-tokens` ends its tokens.",
            client.id
        )));
    }
    Ok(())
}

/// Writes a line about a client into the audit log.
fn note(connection: &mut DbConnection, action: &str, client: &Client, now: UnixTime) -> Result<()> {
    let mut event = audit(action, now);
    event.client_id = Some(client.id.clone());
    event.detail = Some(client.name.clone());
    Ok(event.insert(connection)?)
}
