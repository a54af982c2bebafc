//! A person proves who they are with a password: on the sign-in page and by the password grant alike,
//! with one throttle for both.

use std::net::IpAddr;

use crate::clock::UnixTime;
use crate::db::Db;
use crate::error::Result;
use crate::models::user::{self, User};

use super::PasswordHasher;
use super::sign_in_throttle::SignInThrottle;

/// What came of a try to sign in.
pub enum SignIn {
    /// Name and password are right, and the account is enabled.
    Right(Box<User>),
    /// No such user, a disabled or passwordless one, or a wrong password: they look and cost the same.
    /// The id of the user whose account it is, if anybody's, for their sign-in history alone.
    Wrong(Option<String>),
    /// Too many failures; seconds until another try.
    Throttled(i64),
}

/// Checks a name and a password.
///
/// # Errors
/// The database's; `Overloaded` where too many hashes wait. Neither counts as a failure.
pub async fn verify_user(
    db: &Db,
    hasher: &PasswordHasher,
    throttle: &SignInThrottle,
    (username, password): (&str, &str),
    address: IpAddr,
    now: UnixTime,
) -> Result<SignIn> {
    // A name that nobody can have is one name, however it is written: the throttle keeps no text of a
    // stranger's choosing.
    let account = if user::check_username(username).is_ok() {
        user::key_of(username)
    } else {
        String::new()
    };
    let attempt = match throttle.attempt(&account, address, now).await {
        Err(_) if lift_if_password_is_new(db, throttle, &account, address).await? => {
            throttle.attempt(&account, address, now).await
        }
        attempt => attempt,
    };
    let attempt = match attempt {
        Ok(attempt) => attempt,
        Err(seconds) => return Ok(SignIn::Throttled(seconds)),
    };
    let outcome = find_and_verify(db, hasher, username.to_owned(), password.to_owned()).await;
    match &outcome {
        Ok(SignIn::Right(_)) => attempt.succeeded(),
        Ok(_) => drop(attempt),
        Err(_) => attempt.undecided(),
    }
    outcome
}

/// Lifts the locks of an account whose password was set since: guesses at the old one say nothing of the new
/// one. Which process set it does not matter, since the database knows when.
async fn lift_if_password_is_new(
    db: &Db,
    throttle: &SignInThrottle,
    account: &str,
    address: IpAddr,
) -> Result<bool> {
    let name = account.to_owned();
    let user = db
        .read(move |connection| Ok(user::find_by_username(connection, &name)?))
        .await?;
    let set_at = user.and_then(|user| user.password_changed_at);
    Ok(set_at.is_some_and(|at| throttle.lift(account, address, at)))
}

async fn find_and_verify(
    db: &Db,
    hasher: &PasswordHasher,
    username: String,
    password: String,
) -> Result<SignIn> {
    let user = db
        .read(move |connection| Ok(user::find_by_username(connection, &username)?))
        .await?;
    let stored = user.as_ref().and_then(|user| user.password_hash.clone());
    let right = hasher.verify(password, stored).await?;
    Ok(match user {
        Some(user) if right && user.disabled_at.is_none() => SignIn::Right(Box::new(user)),
        other => SignIn::Wrong(other.map(|user| user.id)),
    })
}
