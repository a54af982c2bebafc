//! `latchkey scope`: the scopes that this server knows (RFC 6749 §3.3). What a client or user may have
//! of them is in `cli::client` and `cli::role`.

use clap::Subcommand;

use crate::config::Config;
use crate::db::DbConnection;
use crate::error::{Error, Result};
use crate::models::scope::{self, RegisteredScope};
use crate::oauth::Scope;

use super::installation::{audit, now};
use super::output::Output;
use super::record::Record;
use super::{Failure, Installation};

#[derive(Debug, Subcommand)]
pub(super) enum ScopeCommand {
    /// Add a scope
    Add {
        /// The name on the wire, such as notes.read
        name: String,
        /// What the consent page says it allows
        #[arg(long, value_name = "TEXT")]
        description: String,
        /// Everybody may give it, and a request without `scope` asks for it
        #[arg(long)]
        default: bool,
        /// Public clients that are not first-party cannot get it
        #[arg(long)]
        sensitive: bool,
    },
    /// List all scopes
    List,
    /// Delete a scope; every client and role loses it
    Delete {
        /// The name
        name: String,
    },
}

impl ScopeCommand {
    pub(super) async fn run(self, config: Config) -> std::result::Result<Output, Failure> {
        match self {
            Self::Add {
                name,
                description,
                default,
                sensitive,
            } => {
                let scope = RegisteredScope {
                    name,
                    description,
                    is_default: default,
                    is_sensitive: sensitive,
                    created_at: now(),
                };
                add(config, scope).await
            }
            Self::List => list(config).await,
            Self::Delete { name } => delete(config, name).await,
        }
    }
}

async fn add(config: Config, scope: RegisteredScope) -> std::result::Result<Output, Failure> {
    scope::check_name(&scope.name)?;
    scope::check_description(&scope.description)?;
    let installation = Installation::open(config)?;
    let added = installation.db.write(move |connection| {
        if known(connection)?.contains(&scope.name) {
            return Err(Error::Failed(format!(
                "There is a scope {} already.",
                scope.name
            )));
        }
        scope::insert(connection, scope.clone())?;
        let mut event = audit("scope.added", scope.created_at);
        event.detail = Some(scope.name.clone());
        event.insert(connection)?;
        Ok(scope)
    });
    let scope = added.await?;
    installation.seen_everywhere().await;
    Ok(Output::one(record(&scope)))
}

async fn list(config: Config) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let scopes = installation
        .db
        .read(|connection| Ok(scope::list(connection)?))
        .await?;
    Ok(Output::many(
        &["name", "default", "sensitive", "description"],
        scopes.iter().map(record).collect(),
        "There are no scopes yet: add one with `latchkey scope add`.",
    ))
}

async fn delete(config: Config, name: String) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let deleted = installation.db.write(move |connection| {
        if !scope::delete(connection, &name)? {
            return Err(unknown(&name));
        }
        let mut event = audit("scope.deleted", now());
        event.detail = Some(name.clone());
        event.insert(connection)?;
        Ok(name)
    });
    let name = deleted.await?;
    installation.seen_everywhere().await;
    Ok(Output::said(
        format!("The scope {name} is deleted."),
        Record::default().with("name", name),
    ))
}

/// Every scope that there is.
fn known(connection: &mut DbConnection) -> Result<Scope> {
    Ok(scope::list(connection)?
        .iter()
        .map(|scope| scope.name.as_str())
        .collect())
}

/// The set of the named scopes, each of which must exist.
pub(super) fn existing(connection: &mut DbConnection, names: &[String]) -> Result<Scope> {
    let known = known(connection)?;
    // RFC 6749 §3.3 writes several in one text, and so may an operator.
    let scope: Scope = names
        .iter()
        .flat_map(|texts| texts.split_whitespace())
        .collect();
    if let Some(name) = scope.names().find(|name| !known.contains(name)) {
        return Err(unknown(name));
    }
    Ok(scope)
}

fn unknown(name: &str) -> Error {
    Error::Failed(format!(
        "There is no scope {name:?}: `latchkey scope list` names all, `latchkey scope add` adds one."
    ))
}

fn record(scope: &RegisteredScope) -> Record {
    Record::default()
        .with("name", scope.name.as_str())
        .with("description", scope.description.as_str())
        .with("default", scope.is_default)
        .with("sensitive", scope.is_sensitive)
        .with("created_at", scope.created_at)
}
