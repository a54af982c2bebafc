//! `latchkey user`: people and their passwords. Taking access away is in `access`; what a user is, in
//! `models::user`.

mod access;
mod add;

use clap::{Args, Subcommand};

use crate::authentication::{PasswordHasher, check_choice};
use crate::config::Config;
use crate::db::DbConnection;
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::models::user::{self, User};
use crate::models::{authorization, role, session};

use super::installation::now;
use super::output::Output;
use super::record::Record;
use super::{Failure, Installation, secret_input};

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Add a user with a lasting password, asked for or from standard input
    Add(add::AddUser),
    /// List all users
    List,
    /// Show a user, with what is signed in and connected
    Show(Who),
    /// Disable a user: ends sessions and connected apps, and no token works until enabled again
    Disable(Who),
    /// Enable a user again
    Enable(Who),
    /// Set a user's password: ends sessions and connected apps
    SetPassword {
        #[command(flatten)]
        who: Who,
        /// Read the password from standard input instead of asking for it
        #[arg(long)]
        password_stdin: bool,
    },
    /// End a user's sessions, connected apps and personal access tokens
    RevokeTokens(Who),
}

#[derive(Debug, Args)]
pub(super) struct Who {
    /// The user's name or id
    username: String,
}

impl UserCommand {
    pub(super) async fn run(self, config: Config) -> std::result::Result<Output, Failure> {
        match self {
            Self::Add(user) => user.run(config).await,
            Self::List => list(config).await,
            Self::Show(who) => show(config, who.username).await,
            Self::Disable(who) => access::disable(config, who.username).await,
            Self::Enable(who) => access::enable(config, who.username).await,
            Self::SetPassword {
                who,
                password_stdin,
            } => access::set_password(config, who.username, password_stdin).await,
            Self::RevokeTokens(who) => access::revoke_tokens(config, who.username).await,
        }
    }
}

async fn list(config: Config) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let users = installation
        .db
        .read(|connection| Ok(user::list(connection)?))
        .await?;
    Ok(Output::many(
        &["username", "id", "email", "roles", "disabled_at"],
        users.iter().map(record).collect(),
        "There are no users yet: add one with `latchkey user add`, or the first administrator with \
         `latchkey setup-link`.",
    ))
}

async fn show(config: Config, who: String) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let permissions = Directory::new(installation.db.clone())
        .permissions()
        .await?;
    let record = installation.db.read(move |connection| {
        let (user, now) = (load(connection, &who)?, now());
        let sessions = session::of_user(connection, &user, now)?.len();
        let apps = authorization::of_user(connection, &user, now)?;
        let apps = apps.into_iter().map(|(authorization, client)| {
            Record::default()
                .with("client_name", client)
                .with("client_id", authorization.client_id)
                .with("scope", authorization.scope.as_str())
                .with("created_at", authorization.created_at)
                .with("last_used_at", authorization.last_used_at)
        });
        Ok(record(&user)
            .with("scope", permissions.scope_of_user(&user.roles).as_str())
            .with("sessions", sessions)
            .with("connected_apps", apps.collect::<Vec<_>>()))
    });
    Ok(Output::one(record.await?))
}

/// The user that an operator means. An id comes first: nobody may pass for somebody else by taking that
/// person's id as a name.
fn load(connection: &mut DbConnection, who: &str) -> Result<User> {
    let found = match user::find(connection, who)? {
        None => user::find_by_username(connection, who)?,
        found => found,
    };
    found.ok_or_else(|| {
        Error::Failed(format!(
            "There is no user {who:?}: `latchkey user list` names all."
        ))
    })
}

/// Asks for a password that this person may have, and hashes it.
async fn hash_new_password(
    config: &Config,
    user: &User,
    from_standard_input: bool,
) -> std::result::Result<String, Failure> {
    let password = secret_input::new_password(from_standard_input)?;
    check_choice(&password, config, &user.username, &user.email)?;
    Ok(PasswordHasher::start(&config.password)?
        .hash(password)
        .await?)
}

fn record(user: &User) -> Record {
    let roles = role::with_everybodys(&user.roles);
    let roles: Vec<String> = roles.into_iter().map(str::to_owned).collect();
    Record::default()
        .with("username", user.username.as_str())
        .with("id", user.id.as_str())
        .with("email", user.email.as_str())
        .with("roles", roles)
        .with("has_password", user.password_hash.is_some())
        .with("created_at", user.created_at)
        .with("password_changed_at", user.password_changed_at)
        .with("disabled_at", user.disabled_at)
}
