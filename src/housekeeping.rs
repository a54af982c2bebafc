//! What a server does by itself: notices the changes of other processes, wipes answers whose grace time
//! is over, deletes expired rows in small batches, writes down what was last used when and its records,
//! rotates the signing keys.

use std::time::Duration;

use actix_web::rt;
use actix_web::web::Data;

use crate::app::App;
use crate::directory::LAG;
use crate::error::Result;
use crate::models::{purge, refresh_token};

/// Between two looks for kept answers to wipe.
const WIPE_ROUND: Duration = Duration::from_secs(1);
/// Between two times that last uses are written.
const USE_ROUND: Duration = Duration::from_secs(5);
/// Between two looks for rows to delete.
const PURGE_ROUND: Duration = Duration::from_secs(10);
/// Between two looks at the signing keys.
const KEY_ROUND: Duration = Duration::from_mins(1);
/// Between two batches, so that other writes come first.
const PURGE_PAUSE: Duration = Duration::from_millis(100);
/// Between two writes of what happened.
const RECORD_ROUND: Duration = Duration::from_secs(5);

/// Begins; ends with the process or the runtime.
pub fn start(app: &Data<App>) {
    rt::spawn(wipe_answers(app.clone()));
    rt::spawn(write_last_uses(app.clone()));
    rt::spawn(purge_expired(app.clone()));
    rt::spawn(write_records(app.clone()));
    rt::spawn(rotate_keys(app.clone()));
}

/// Notices what other processes change, as long as the runtime lasts.
pub async fn look_for_changes(app: Data<App>) {
    loop {
        rt::time::sleep(LAG).await;
        if let Err(error) = app.db.look_for_changes().await {
            tracing::warn!(%error, "the database does not answer");
        }
    }
}

/// Wipes the answers to rotations that nobody may ask for again.
async fn wipe_answers(app: Data<App>) {
    loop {
        if let Err(error) = wipe_round(&app).await {
            tracing::warn!(%error, "kept answers could not be wiped");
        }
        rt::time::sleep(WIPE_ROUND).await;
    }
}

async fn wipe_round(app: &App) -> Result<()> {
    let over = app.now().plus(-app.config.tokens.refresh_reuse_grace);
    // Looked for first: an idle server does not write.
    let any = app
        .db
        .read(move |connection| Ok(refresh_token::any_answer(connection, over)?));
    if any.await? {
        app.db
            .write(move |connection| Ok(refresh_token::wipe_answers(connection, over)?))
            .await?;
    }
    Ok(())
}

async fn write_last_uses(app: Data<App>) {
    loop {
        rt::time::sleep(USE_ROUND).await;
        last_uses(&app).await;
    }
}

/// Writes when tokens and clients were last used; at the end too.
pub async fn last_uses(app: &App) {
    if let Err(error) = app.last_uses.write(&app.db).await {
        tracing::warn!(%error, "last uses could not be written");
    }
}

async fn write_records(app: Data<App>) {
    loop {
        rt::time::sleep(RECORD_ROUND).await;
        last_records(&app).await;
    }
}

/// Writes down what has happened since the last time; at the end too.
pub async fn last_records(app: &App) {
    let (records, failed_sign_ins) = (
        app.records.write(app).await,
        app.failed_sign_ins.write(&app.db).await,
    );
    if let Err(error) = records.and(failed_sign_ins) {
        tracing::warn!(%error, "what happened could not be written down");
    }
}

async fn purge_expired(app: Data<App>) {
    loop {
        if let Err(error) = purge_round(&app).await {
            tracing::warn!(%error, "the purge failed");
        }
        rt::time::sleep(PURGE_ROUND).await;
    }
}

/// One round: everything that is due now.
async fn purge_round(app: &App) -> Result<()> {
    let now = app.now();
    loop {
        let deleted = app
            .db
            .write(move |connection| Ok(purge::batch(connection, now)?))
            .await?;
        if deleted == 0 {
            return Ok(());
        }
        tracing::debug!(deleted, "purged");
        rt::time::sleep(PURGE_PAUSE).await;
    }
}

/// Makes successors and takes out the keys that are over.
async fn rotate_keys(app: Data<App>) {
    loop {
        rt::time::sleep(KEY_ROUND).await;
        if let Err(error) = app.rotation().keep_up().await {
            tracing::warn!(%error, "the signing keys could not be rotated");
        }
    }
}
