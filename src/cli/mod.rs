//! The command line (SURFACE "Commands"): one file a command or group of commands. Here is the way from
//! what was typed to an exit status; `docs/commands.md` is the text for operators.

mod client;
mod config;
mod database;
mod demo;
mod failure;
mod installation;
mod key;
mod output;
mod record;
mod role;
mod scope;
mod secret_input;
mod serve;
mod setup_link;
mod token;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use actix_web::rt::System;
use clap::{Parser, Subcommand};

use crate::config::{Config, Loaded};
use failure::Failure;
use installation::Installation;
use output::{Output, warn};

/// Everything that can be typed.
#[derive(Debug, Parser)]
#[command(name = "latchkey", version, about = "An OAuth 2 authorization server")]
pub struct CommandLine {
    /// Read the settings from this TOML file
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Apply pending migrations, then serve until SIGTERM or SIGINT (the default)
    Serve,
    /// Serve on a throw-away database beside three sample applications
    Demo,
    /// Apply pending migrations
    Migrate,
    /// Print a fresh one-time link that creates the first administrator
    SetupLink,
    /// Add, show, disable and enable users
    #[command(subcommand)]
    User(user::UserCommand),
    /// Register, show, disable, enable and delete clients
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// Add, list and delete scopes
    #[command(subcommand)]
    Scope(scope::ScopeCommand),
    /// Add, list and delete roles
    #[command(subcommand)]
    Role(role::RoleCommand),
    /// Show or revoke one token
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// List, rotate and retire the keys that sign access tokens
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Delete expired rows now; the server also does it by itself
    Purge,
    /// Copy an embedded database, also while the server runs
    Backup {
        /// The new file
        file: PathBuf,
    },
    /// Print the settings in force, secrets masked, and where each came from
    Config,
}

/// Does what was typed. The exit status is 0, 1 for a failure or 2 for wrong usage.
#[must_use]
pub fn run(typed: clap::error::Result<CommandLine>) -> ExitCode {
    let done = match typed {
        Ok(line) => System::new().block_on(line.execute()),
        Err(error) => failure::mistyped(&error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

impl CommandLine {
    async fn execute(self) -> Result<(), Failure> {
        let loaded = Config::load(self.config.as_deref())?;
        match self.command.unwrap_or(Command::Serve) {
            Command::Serve if self.json => Err(Failure::usage(
                "`latchkey serve` prints no data: leave --json out.",
            )),
            Command::Serve => serve::serve(loaded).await,
            command => {
                for warning in &loaded.warnings {
                    warn(warning);
                }
                match command {
                    Command::Demo => demo::demo(loaded.config, self.json).await,
                    command => command.output(loaded).await?.print(self.json),
                }
            }
        }
    }
}

impl Command {
    /// A command that ends by itself. Each opens the database once its arguments are known to be good.
    async fn output(self, loaded: Loaded) -> Result<Output, Failure> {
        let config = loaded.config;
        match self {
            Self::Serve | Self::Demo => {
                Err(Failure::usage("this command runs until it is stopped"))
            }
            Self::Config => Ok(config::settings(loaded.settings)),
            Self::Migrate => database::migrate(config),
            Self::Purge => database::purge(config).await,
            Self::Backup { file } => database::backup(config, &file),
            Self::SetupLink => setup_link::print(config).await,
            Self::User(command) => command.run(config).await,
            Self::Client(command) => command.run(config).await,
            Self::Scope(command) => command.run(config).await,
            Self::Role(command) => command.run(config).await,
            Self::Token(command) => command.run(config).await,
            Self::Key(command) => command.run(config).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::CommandLine;

    #[test]
    fn no_option_takes_a_secret() {
        let mut waiting = vec![CommandLine::command()];
        while let Some(command) = waiting.pop() {
            for argument in command
                .get_arguments()
                .filter(|argument| argument.get_action().takes_values())
            {
                let name = argument.get_id().as_str();
                let secret = ["password", "secret", "token"].contains(&name);
                assert!(!secret, "{} takes {name}", command.get_name());
            }
            waiting.extend(command.get_subcommands().cloned());
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        CommandLine::command().debug_assert();
    }
}
