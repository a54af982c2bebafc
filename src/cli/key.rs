//! `latchkey key`: the keys that sign access tokens. The server rotates them by itself; this is for looking,
//! for a rotation out of turn, and for a key that has leaked.

use clap::{Args, Subcommand};

use crate::clock::UnixTime;
use crate::config::Config;
use crate::db::DbConnection;
use crate::master_key;
use crate::models::ending::COMMAND_LINE;
use crate::models::signing_key::{self, SigningKey};
use crate::signing::{KeySeal, Rotation, state};

use super::installation::now;
use super::output::Output;
use super::record::Record;
use super::{Failure, Installation};

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// List all signing keys, retired ones too
    List,
    /// Make a key that signs after `tokens.signing_key_prepublish`, once everybody can know it
    Rotate(Rotate),
    /// Take a key out at once, with every token that it has signed
    Retire(Retire),
}

#[derive(Debug, Args)]
pub(super) struct Rotate {
    /// Let it sign at once; a resource server that does not know it must read the key set again
    #[arg(long)]
    now: bool,
}

#[derive(Debug, Args)]
pub(super) struct Retire {
    /// Its id, as `key list` tells it
    kid: String,
    /// The master key under which it was encrypted is gone: take out every key of that one, and make one
    /// under the master key that there is now
    #[arg(long)]
    master_key_lost: bool,
}

impl KeyCommand {
    pub(super) async fn run(self, config: Config) -> Result<Output, Failure> {
        match self {
            Self::List => list(config).await,
            Self::Rotate(rotate) => {
                let seal = master_key::load_existing(&config)?.key_seal();
                let (installation, rotation) = open(config, seal)?;
                let key = rotation.rotate(rotate.now).await?;
                let published = published(&installation).await?;
                installation.seen_everywhere().await;
                let sentence = if rotate.now {
                    format!("The key {} signs from now on.", key.id)
                } else {
                    format!("The key {} signs from {}.", key.id, key.signs_from)
                };
                Ok(Output::said(
                    sentence,
                    record(&key, &published, rotation.now),
                ))
            }
            Self::Retire(Retire {
                kid,
                master_key_lost,
            }) => {
                let master_key = if master_key_lost {
                    master_key::load(&config)?
                } else {
                    master_key::load_existing(&config)?
                };
                let (installation, rotation) = open(config, master_key.key_seal())?;
                let signing = rotation.retire(&kid, master_key_lost).await?;
                installation.seen_everywhere().await;
                let sentence = format!(
                    "The key {kid} is retired; {} signs. Resource servers that keep a copy of the key \
                     set accept its tokens until they read it again.",
                    signing.id
                );
                let facts = Record::default()
                    .with("kid", kid)
                    .with("retired_at", rotation.now)
                    .with("signing_kid", signing.id);
                Ok(Output::said(sentence, facts))
            }
        }
    }
}

fn open(config: Config, seal: KeySeal) -> Result<(Installation, Rotation), Failure> {
    let installation = Installation::open(config)?;
    let rotation = Rotation {
        db: installation.db.clone(),
        seal,
        tokens: installation.config.tokens.clone(),
        actor: Some(COMMAND_LINE),
        now: now(),
    };
    Ok((installation, rotation))
}

async fn published(installation: &Installation) -> Result<Vec<SigningKey>, Failure> {
    let read = |connection: &mut DbConnection| Ok(signing_key::published(connection)?);
    Ok(installation.db.read(read).await?)
}

async fn list(config: Config) -> Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let keys = installation
        .db
        .read(|connection| Ok(signing_key::list(connection)?))
        .await?;
    let published = published(&installation).await?;
    let records = keys.iter().map(|key| record(key, &published, now()));
    Ok(Output::many(
        &[
            "kid",
            "algorithm",
            "state",
            "signs_from",
            "retires_at",
            "retired_at",
        ],
        records.collect(),
        "There are no signing keys: the first start of the server makes one.",
    ))
}

fn record(key: &SigningKey, published: &[SigningKey], now: UnixTime) -> Record {
    let (state, retires_at) = state(key, published, now);
    Record::default()
        .with("kid", key.id.as_str())
        .with("algorithm", key.algorithm.as_str())
        .with("state", state.as_str())
        .with("created_at", key.created_at)
        .with("signs_from", key.signs_from)
        .with("retires_at", retires_at)
        .with("retired_at", key.retired_at)
}
