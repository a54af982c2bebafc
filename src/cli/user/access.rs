//! `latchkey user disable`, `enable`, `set-password` and `revoke-tokens`: what a user can still reach.

use crate::clock::UnixTime;
use crate::config::Config;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::held::{self, Held};
use crate::models::user::{self, User};

use super::super::Failure;
use super::super::installation::{Installation, audit, ending, now};
use super::super::output::Output;
use super::{hash_new_password, load, record};

/// Personal access tokens stay: they are inactive as long as their user is, and of use again afterwards.
pub(super) async fn disable(config: Config, who: String) -> std::result::Result<Output, Failure> {
    let changed = change(
        Installation::open(config)?,
        who,
        "user.disabled",
        |connection, user, now| {
            let disabled_at = user.disabled_at.unwrap_or(now);
            user.disabled_at = Some(disabled_at);
            user::set_disabled(connection, &user.id, user.disabled_at)?;
            Ok(held::end_sign_ins_of_user(
                connection,
                &user.id,
                &ending("user disabled", now),
            )?)
        },
    );
    let (user, ended) = changed.await?;
    Ok(said(&user, &ended, "is disabled"))
}

pub(super) async fn enable(config: Config, who: String) -> std::result::Result<Output, Failure> {
    let changed = change(
        Installation::open(config)?,
        who,
        "user.enabled",
        |connection, user, _| {
            user.disabled_at = None;
            user::set_disabled(connection, &user.id, None)?;
            Ok(())
        },
    );
    let (user, ()) = changed.await?;
    Ok(Output::said(
        format!("{} is enabled.", user.username),
        record(&user),
    ))
}

/// Whoever knew the old password may have signed in with it: all that came of it ends.
pub(super) async fn set_password(
    config: Config,
    who: String,
    from_standard_input: bool,
) -> std::result::Result<Output, Failure> {
    // The user first: nobody should think of a password for a name that is mistyped.
    let installation = Installation::open(config)?;
    let user = installation
        .db
        .read(move |connection| load(connection, &who))
        .await?;
    let hash = hash_new_password(&installation.config, &user, from_standard_input).await?;
    let changed = change(
        installation,
        user.id,
        "user.password_set",
        move |connection, user, now| {
            user::set_password(connection, &user.id, &hash, now)?;
            user.password_hash = Some(hash);
            user.password_changed_at = Some(now);
            Ok(held::end_sign_ins_of_user(
                connection,
                &user.id,
                &ending("password set", now),
            )?)
        },
    );
    let (user, ended) = changed.await?;
    Ok(said(&user, &ended, "has a new password"))
}

pub(super) async fn revoke_tokens(
    config: Config,
    who: String,
) -> std::result::Result<Output, Failure> {
    let changed = change(
        Installation::open(config)?,
        who,
        "user.tokens_revoked",
        |connection, user, now| {
            let ending = ending("revoked on the command line", now);
            Ok(held::end_everything_of_user(connection, &user.id, &ending)?)
        },
    );
    let (user, ended) = changed.await?;
    Ok(said(&user, &ended, "has no live token any more"))
}

/// One change to a user, with its line in the audit log; returns once every server has seen it.
async fn change<T: Send + 'static>(
    installation: Installation,
    who: String,
    action: &'static str,
    work: impl FnOnce(&mut DbConnection, &mut User, UnixTime) -> Result<T> + Send + 'static,
) -> std::result::Result<(User, T), Failure> {
    let changed = installation.db.write(move |connection| {
        let now = now();
        let mut user = load(connection, &who)?;
        let outcome = work(connection, &mut user, now)?;
        let mut event = audit(action, now);
        event.user_id = Some(user.id.clone());
        event.insert(connection)?;
        Ok((user, outcome))
    });
    let changed = changed.await?;
    installation.seen_everywhere().await;
    Ok(changed)
}

fn said(user: &User, ended: &Held, what: &str) -> Output {
    let Held {
        sessions,
        authorizations,
        personal_tokens,
        api_keys,
        client_tokens,
        client_secrets,
    } = *ended;
    let sentence = format!(
        "{} {what}. Ended: {sessions} sessions, {authorizations} authorizations of apps, \
         {personal_tokens} personal access tokens.",
        user.username
    );
    let record = record(user)
        .with("ended_sessions", sessions)
        .with("ended_authorizations", authorizations)
        .with("ended_personal_tokens", personal_tokens)
        .with("ended_api_keys", api_keys)
        .with("ended_client_secrets", client_secrets)
        .with("ended_client_tokens", client_tokens);
    Output::said(sentence, record)
}
