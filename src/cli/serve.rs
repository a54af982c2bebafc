//! `latchkey serve`: the server, from its start to its end. What it serves is in `crate::routes`.

use crate::clock::Clock;
use crate::config::Loaded;
use crate::error::Error;
use crate::oauth::Issuer;
use crate::{log, server};

use super::output::note;
use super::{Failure, setup_link};

pub(super) async fn serve(loaded: Loaded) -> Result<(), Failure> {
    let _log = log::start(&loaded.config.log);
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    if let Some(wrong) = loaded.config.cheap_hashes() {
        tracing::warn!("passwords are cheap to guess from their hashes: {wrong}");
    }
    let clock = Clock::System;
    let running = server::start(loaded.config, clock.clone()).await?;
    running.keep_house();
    running.stop_on_signals()?;
    note(&format!(
        "Latchkey serves {} on {}.",
        running.issuer(),
        running.address()
    ));
    let issuer = Issuer::parse(running.issuer()).map_err(Error::failed)?;
    let link = setup_link::for_first_start(&running.app().db, &issuer, clock.now()).await?;
    // Not through the log, which others may collect and read: the link is a secret.
    if let Some(link) = link {
        note(
            "There are no users yet. This link creates the first administrator; it works once, for an hour:",
        );
        note(&format!("  {link}"));
    }
    Ok(running.until_stopped().await?)
}
