//! `latchkey setup-link`: the one-time link that creates the first administrator. The page behind it is
//! `pages::setup`.

use crate::clock::UnixTime;
use crate::config::Config;
use crate::db::{Db, DbConnection};
use crate::error::{Error, Result};
use crate::models::one_time_link::{self, LinkPurpose};
use crate::models::user;
use crate::oauth::{Issuer, PlainSecret};

use super::installation::{audit, now};
use super::output::{Output, note};
use super::record::Record;
use super::{Failure, Installation};

pub(super) async fn print(config: Config) -> std::result::Result<Output, Failure> {
    let installation = Installation::open(config)?;
    let issuer = installation.issuer()?;
    let now = now();
    let token = installation.db.write(move |connection| {
        if user::any_admin(connection)? {
            return Err(Error::failed(
                "There is an administrator already, who can sign in and make others administrators.",
            ));
        }
        make(connection, now)
    });
    let url = url(&issuer, &token.await?);
    note("This link creates the first administrator. It works once, for an hour:");
    let record = Record::default()
        .with("url", url.as_str())
        .with("expires_at", now.plus(LinkPurpose::Setup.lifetime()));
    Ok(Output::said(url, record))
}

/// The link for a server that has just started on an empty database. Where there are users, an operator
/// has been here and knows the command.
pub(super) async fn for_first_start(
    db: &Db,
    issuer: &Issuer,
    now: UnixTime,
) -> Result<Option<String>> {
    let token = db.write(move |connection| {
        if user::any(connection)? {
            Ok(None)
        } else {
            make(connection, now).map(Some)
        }
    });
    Ok(token.await?.map(|token| url(issuer, &token)))
}

fn make(connection: &mut DbConnection, now: UnixTime) -> Result<PlainSecret> {
    audit("setup_link.made", now).insert(connection)?;
    Ok(one_time_link::insert_setup(connection, now)?)
}

fn url(issuer: &Issuer, token: &PlainSecret) -> String {
    issuer.url(&format!("/setup?token={}", token.expose()))
}
