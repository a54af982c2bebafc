//! `latchkey user add`.

use clap::Args;

use crate::clock::UnixTime;
use crate::config::Config;
use crate::db::DbConnection;
use crate::error::{Error, Result};
use crate::models::role;
use crate::models::user::{self, User};

use super::super::installation::{Installation, audit, now};
use super::super::output::Output;
use super::super::{Failure, role as role_command};
use super::{hash_new_password, record};

#[derive(Debug, Args)]
pub(in crate::cli) struct AddUser {
    /// The name to sign in with
    username: String,
    /// Where to reach the person
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// A role besides `user`, which everybody has; repeat for more
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// Read the password from standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

impl AddUser {
    pub(super) async fn run(self, config: Config) -> std::result::Result<Output, Failure> {
        user::check_username(&self.username)?;
        user::check_email(&self.email)?;
        let Installation { config, db } = Installation::open(config)?;
        let now = now();
        let mut user = User::new(&self.username, &self.email, now);
        for name in self.roles {
            if name != role::USER && !user.roles.contains(&name) {
                user.roles.0.push(name);
            }
        }
        // Before a password is asked for, which would be in vain; the write checks again.
        let wanted = user.clone();
        db.read(move |connection| check_free(connection, &wanted))
            .await?;
        user.password_hash = Some(hash_new_password(&config, &user, self.password_stdin).await?);
        user.password_changed_at = Some(now);
        let user = db
            .write(move |connection| insert(connection, user, now))
            .await?;
        Ok(Output::one(record(&user)))
    }
}

fn check_free(connection: &mut DbConnection, user: &User) -> Result<()> {
    role_command::check_exist(connection, &user.roles)?;
    match user::find_by_username(connection, &user.username)? {
        None => Ok(()),
        Some(other) => Err(Error::Failed(format!(
            "There is a user {:?} already: names are unique, however they are written.",
            other.username
        ))),
    }
}

fn insert(connection: &mut DbConnection, user: User, now: UnixTime) -> Result<User> {
    check_free(connection, &user)?;
    user::insert(connection, user.clone())?;
    let mut event = audit("user.added", now);
    event.user_id = Some(user.id.clone());
    event.detail = Some(user.roles.join(" "));
    event.insert(connection)?;
    Ok(user)
}
