//! `latchkey token`: one access or refresh token, found by its `jti` or by itself. Why it is active or
//! not is told in `state`.

mod report_leaked;
mod state;

use clap::{Args, Subcommand};

use crate::authentication::bearer::{self, from_jti, jti};
use crate::config::Config;
use crate::db::DbConnection;
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::models::{access_token, authorization, refresh_token};
use crate::oauth::{PlainSecret, SecretId, SecretKind};

use super::installation::{audit, ending, now};
use super::output::Output;
use super::record::Record;
use super::{Failure, Installation, secret_input};

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Tell whether a token is active, and why not
    Show(Which),
    /// Revoke a token; a refresh token ends its authorization, with all its tokens
    Revoke(Which),
    /// Revoke every live one of the tokens on standard input, one a line, that were found somewhere
    ReportLeaked,
}

#[derive(Debug, Args)]
pub(super) struct Which {
    /// The token's jti, or - to read the token from standard input
    id: String,
}

impl TokenCommand {
    pub(super) async fn run(self, config: Config) -> std::result::Result<Output, Failure> {
        match self {
            Self::Show(which) => show(config, which.read()?).await,
            Self::Revoke(which) => revoke(config, which.read()?).await,
            Self::ReportLeaked => report_leaked::report_leaked(config).await,
        }
    }
}

/// What was typed or read.
enum Named {
    /// The key of a token of ours.
    Known(SecretId),
    /// Perhaps a signed token, which the keys in the database tell.
    Text(String),
}

impl Which {
    fn read(self) -> std::result::Result<Named, Failure> {
        if self.id != "-" {
            return from_jti(&self.id).map(Named::Known).ok_or_else(|| {
                // Not repeating it: it may be a token, and this may end up in a log.
                Failure::usage(
                    "ID must be the token's jti, of 48 characters, or - to read the token itself from \
                     standard input: an argument is seen by other users and kept in the shell's history.",
                )
            });
        }
        let text = secret_input::token()?;
        match PlainSecret::recognise(&text) {
            None => Ok(Named::Text(text)),
            Some((SecretKind::ClientSecret, _)) => Err(not_a_token("a client's secret")),
            Some((SecretKind::AuthorizationCode, _)) => Err(not_a_token("an authorization code")),
            Some((SecretKind::Browser, _)) => Err(not_a_token("of a cookie or a one-time link")),
            Some((_, token)) => Ok(Named::Known(token.id())),
        }
    }
}

impl Named {
    /// The key of the token that is meant; none for a text that no token of this issuer is.
    async fn find(
        self,
        installation: &Installation,
    ) -> std::result::Result<Option<SecretId>, Failure> {
        let text = match self {
            Self::Known(id) => return Ok(Some(id)),
            Self::Text(text) if bearer::may_be_signed(&text) => text,
            Self::Text(_) => return Ok(None),
        };
        let issuer = installation.issuer()?;
        let directory = Directory::new(installation.db.clone());
        let found = bearer::recognise(&directory, issuer.as_str(), &text).await?;
        Ok(found.map(|(_, id)| id))
    }
}

fn not_a_token(what: &str) -> Failure {
    Failure::Failed(format!("That is {what}, not an access or refresh token."))
}

async fn show(config: Config, named: Named) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let Some(id) = named.find(&installation).await? else {
        return Ok(Output::one(state::unknown(
            "it is mistyped, cut, of another server or another issuer, or signed by a key that is retired",
        )));
    };
    let permissions = Directory::new(installation.db.clone())
        .permissions()
        .await?;
    let record = installation
        .db
        .read(move |connection| state::tell(connection, &permissions, &id, now()))
        .await?;
    Ok(Output::one(record))
}

async fn revoke(config: Config, named: Named) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let Some(id) = named.find(&installation).await? else {
        return Err(unknown().into());
    };
    let outcome = installation
        .db
        .write(move |connection| end(connection, &id))
        .await?;
    installation.seen_everywhere().await;
    let record = Record::default()
        .with("jti", jti(&id))
        .with("revoked", matches!(outcome, Outcome::Ended(_)));
    Ok(match outcome {
        Outcome::Ended(what) => Output::said(format!("{what} is revoked."), record),
        Outcome::EndedBefore(what) => Output::said(format!("{what} was revoked before."), record),
    })
}

enum Outcome {
    Ended(&'static str),
    EndedBefore(&'static str),
}

/// Like revocation by a client (RFC 7009 §2.1): an access token ends alone, a refresh token ends its
/// authorization.
fn end(connection: &mut DbConnection, id: &SecretId) -> Result<Outcome> {
    const BECAUSE: &str = "revoked on the command line";
    let now = now();
    let ending = ending(BECAUSE, now);
    let (action, what, client_id, user_id, authorization_id, ended);
    if let Some((token, _)) = access_token::find_with_user(connection, id)? {
        ended = access_token::revoke(connection, id, &ending)?;
        (action, what) = ("access_token.revoked", "The access token");
        (client_id, user_id) = (token.client_id, token.user_id);
        authorization_id = token.authorization_id;
    } else if let Some(token) = refresh_token::find(connection, id)? {
        ended = authorization::revoke(connection, &token.authorization_id, &ending)?;
        (action, what) = (
            "authorization.revoked",
            "The refresh token, with all of its authorization,",
        );
        (client_id, user_id) = (token.client_id, Some(token.user_id));
        authorization_id = Some(token.authorization_id);
    } else {
        return Err(unknown());
    }
    if !ended {
        return Ok(Outcome::EndedBefore(what));
    }
    let mut event = audit(action, now);
    (event.client_id, event.user_id) = (Some(client_id), user_id);
    event.authorization_id = authorization_id;
    event.insert(connection)?;
    Ok(Outcome::Ended(what))
}

fn unknown() -> Error {
    Error::failed("There is no such token: it was never issued, or has ended and been purged.")
}
