//! `latchkey role`: named sets of scopes, which users have. Giving a user a role is in `cli::user`.

use clap::Subcommand;

use crate::config::Config;
use crate::db::DbConnection;
use crate::error::{Error, Result};
use crate::models::role::{self, Role};
use crate::oauth::{List, Scope};

use super::installation::{audit, now};
use super::output::Output;
use super::record::Record;
use super::{Failure, Installation, scope};

#[derive(Debug, Subcommand)]
pub(super) enum RoleCommand {
    /// Add a role; `user` and `admin` are built in, and adding them adds to what they grant
    Add {
        /// The name
        name: String,
        /// A scope that it grants; repeat for more
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// A role whose scopes it grants too; repeat for more
        #[arg(long, value_name = "ROLE")]
        includes: Vec<String>,
    },
    /// List all roles
    List,
    /// Delete a role and take it from everybody
    Delete {
        /// The name
        name: String,
    },
}

impl RoleCommand {
    pub(super) async fn run(self, config: Config) -> std::result::Result<Output, Failure> {
        match self {
            Self::Add {
                name,
                scopes,
                includes,
            } => add(config, name, scopes, includes).await,
            Self::List => list(config).await,
            Self::Delete { name } => delete(config, name).await,
        }
    }
}

async fn add(
    config: Config,
    name: String,
    scopes: Vec<String>,
    includes: Vec<String>,
) -> std::result::Result<Output, Failure> {
    role::check_name(&name)?;
    let installation = Installation::open(config)?;
    let role = installation.db.write(move |connection| {
        let scope = scope::existing(connection, &scopes)?;
        check_exist(connection, &includes)?;
        let role = insert_or_extend(connection, name, &scope, includes)?;
        let mut event = audit("role.added", now());
        event.detail = Some(format!("{}: {}", role.name, role.scope));
        event.insert(connection)?;
        Ok(role)
    });
    let role = role.await?;
    installation.seen_everywhere().await;
    Ok(Output::one(record(&role)))
}

/// The built-in roles are always there, so adding one can only mean adding to it. Any other is made
/// once: a slip must not widen what somebody else made.
fn insert_or_extend(
    connection: &mut DbConnection,
    name: String,
    scope: &Scope,
    includes: Vec<String>,
) -> Result<Role> {
    match role::find(connection, &name)? {
        None => {
            let mut role = Role {
                name,
                scope: scope.clone(),
                includes: List::default(),
                created_at: now(),
            };
            role.include(includes);
            check_acyclic(connection, &role)?;
            role::insert(connection, role.clone())?;
            Ok(role)
        }
        Some(mut role) if role.is_built_in() => {
            role.scope = role.scope.union(scope);
            role.include(includes);
            check_acyclic(connection, &role)?;
            role::update(connection, &role)?;
            Ok(role)
        }
        Some(_) => Err(Error::Failed(format!("There is a role {name} already."))),
    }
}

async fn list(config: Config) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let roles = installation
        .db
        .read(|connection| Ok(role::list(connection)?))
        .await?;
    let records = roles.iter().map(record).collect();
    Ok(Output::many(
        &["name", "scope", "includes", "built_in"],
        records,
        "There are no roles.",
    ))
}

async fn delete(config: Config, name: String) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let deleted = installation.db.write(move |connection| {
        let role = role::find(connection, &name)?.ok_or_else(|| unknown(&name))?;
        if role.is_built_in() {
            return Err(Error::Failed(format!(
                "The role {name} is built in and cannot be deleted."
            )));
        }
        role::delete(connection, &name)?;
        let mut event = audit("role.deleted", now());
        event.detail = Some(name.clone());
        event.insert(connection)?;
        Ok(name)
    });
    let name = deleted.await?;
    installation.seen_everywhere().await;
    Ok(Output::said(
        format!("The role {name} is deleted."),
        Record::default().with("name", name),
    ))
}

/// Refuses the first of `names` that is no role.
pub(super) fn check_exist(connection: &mut DbConnection, names: &[String]) -> Result<()> {
    for name in names {
        role::find(connection, name)?.ok_or_else(|| unknown(name))?;
    }
    Ok(())
}

fn check_acyclic(connection: &mut DbConnection, role: &Role) -> Result<()> {
    let all = role::list(connection)?;
    role::check_acyclic(role, &all).map_err(Error::Failed)
}

fn unknown(name: &str) -> Error {
    Error::Failed(format!(
        "There is no role {name:?}: `latchkey role list` names all, `latchkey role add` adds one."
    ))
}

fn record(role: &Role) -> Record {
    Record::default()
        .with("name", role.name.as_str())
        .with("scope", role.scope.as_str())
        .with("includes", role.includes.to_vec())
        .with("built_in", role.is_built_in())
}
