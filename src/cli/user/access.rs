//! `latchkey user disable`, `enable`, `set-password` and `revoke-tokens`: what a user can still reach.

use crate::clock::UnixTime;
use crate::config::Config;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::user::{self, User};
use crate::models::{access_token, authorization, session};

use super::super::Failure;
use super::super::installation::{Installation, audit, ending, now};
use super::super::output::Output;
use super::{hash_new_password, load, record};

/// What was ended.
struct Ended {
    sessions: usize,
    authorizations: usize,
    personal_tokens: usize,
}

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
            end_sign_ins(connection, user, "user disabled", now)
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
    let user_id = installation
        .db
        .read(move |connection| Ok(load(connection, &who)?.id))
        .await?;
    let hash = hash_new_password(&installation.config, from_standard_input).await?;
    let changed = change(
        installation,
        user_id,
        "user.password_set",
        move |connection, user, now| {
            user::set_password(connection, &user.id, &hash, now)?;
            user.password_hash = Some(hash);
            user.password_changed_at = Some(now);
            end_sign_ins(connection, user, "password set", now)
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
            let ended = end_sign_ins(connection, user, BECAUSE, now)?;
            // The tokens of authorizations are ended by now; what is left has no authorization.
            let ending = ending(BECAUSE, now);
            let personal_tokens = access_token::revoke_of_user(connection, &user.id, &ending)?;
            Ok(Ended {
                personal_tokens,
                ..ended
            })
        },
    );
    let (user, ended) = changed.await?;
    Ok(said(&user, &ended, "has no live token any more"))
}

const BECAUSE: &str = "revoked on the command line";

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

/// Ends every signed-in browser, and every authorization with its codes and tokens.
fn end_sign_ins(
    connection: &mut DbConnection,
    user: &User,
    because: &str,
    now: UnixTime,
) -> Result<Ended> {
    let ending = ending(because, now);
    Ok(Ended {
        sessions: session::end_all_but(connection, &user.id, None)?,
        authorizations: authorization::revoke_of_user(connection, &user.id, None, &ending)?,
        personal_tokens: 0,
    })
}

fn said(user: &User, ended: &Ended, what: &str) -> Output {
    let Ended {
        sessions,
        authorizations,
        personal_tokens,
    } = *ended;
    let sentence = format!(
        "{} {what}. Ended: {sessions} sessions, {authorizations} authorizations of apps, \
         {personal_tokens} personal access tokens.",
        user.username
    );
    let record = record(user)
        .with("ended_sessions", sessions)
        .with("ended_authorizations", authorizations)
        .with("ended_personal_tokens", personal_tokens);
    Output::said(sentence, record)
}
