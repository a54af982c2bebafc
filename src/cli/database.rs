//! `latchkey migrate`, `purge` and `backup`: what is done to the database as a whole.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::config::{Config, DatabaseUrl};
use crate::models::{purge, refresh_token};
use crate::oauth::secret::random_base62;

use super::installation::{audit, now};
use super::output::Output;
use super::record::Record;
use super::{Failure, Installation};

pub(super) fn migrate(config: Config) -> Result<Output, Failure> {
    let database = config.database_url.to_string();
    // Opening applies what is pending.
    Installation::open(config)?;
    let sentence = format!("{database} has every migration.");
    Ok(Output::said(
        sentence,
        Record::default().with("database_url", database),
    ))
}

/// In as many writes as it takes, so that those of a running server are never kept waiting.
pub(super) async fn purge(config: Config) -> Result<Output, Failure> {
    let Installation { config, db } = Installation::open(config)?;
    let now = now();
    let mut deleted = 0;
    loop {
        let batch = db
            .write(move |connection| Ok(purge::batch(connection, now)?))
            .await?;
        deleted += batch;
        if batch == 0 {
            break;
        }
    }
    let retries_end = now.plus(-config.tokens.refresh_reuse_grace);
    let wiped = db.write(move |connection| {
        let wiped = refresh_token::wipe_answers(connection, retries_end)?;
        if deleted + wiped > 0 {
            let mut event = audit("database.purged", now);
            event.detail = Some(format!(
                "{deleted} rows deleted, {wiped} kept answers wiped"
            ));
            event.insert(connection)?;
        }
        Ok(wiped)
    });
    let wiped = wiped.await?;
    let sentence = format!("Deleted {deleted} rows and wiped {wiped} kept answers.");
    let record = Record::default()
        .with("deleted_rows", deleted)
        .with("wiped_answers", wiped);
    Ok(Output::said(sentence, record))
}

pub(super) fn backup(config: Config, file: &Path) -> Result<Output, Failure> {
    // Opening a database that is not there would make an empty one.
    if let DatabaseUrl::Sqlite(path) = &config.database_url
        && !path.exists()
    {
        let path = path.display();
        return Err(Failure::Failed(format!(
            "There is no database {path}: check `database_url`."
        )));
    }
    if file.exists() {
        let file = file.display();
        return Err(Failure::Failed(format!(
            "{file} exists already: name a new file."
        )));
    }
    let Installation { config, db } = Installation::open(config)?;
    let unwritten = |error: io::Error| {
        Failure::Failed(format!("{} cannot be written: {error}.", file.display()))
    };
    let folder = Unfinished::make(file).map_err(unwritten)?;
    let copy = folder.0.join("copy");
    db.backup(&copy)?;
    finish(&copy, file).map_err(unwritten)?;

    let key = config.master_key_path();
    let must_keep = match &key {
        Some(path) => format!("the master key file {}", path.display()),
        None => String::from("the master key (LATCHKEY_MASTER_KEY)"),
    };
    let sentence = format!(
        "The database is copied to {}.\nKeep {must_keep} too, in another place: without it the signing \
         keys in the copy cannot be read.",
        file.display()
    );
    let record = Record::default()
        .with("file", file.display().to_string())
        .with(
            "master_key_file",
            key.map(|path| path.display().to_string()),
        );
    Ok(Output::said(sentence, record))
}

/// A folder that nobody else can look into, beside the file to come: a copy holds all that the database
/// holds, and half a copy must not be taken for a backup. Dropping it removes it.
struct Unfinished(PathBuf);

impl Unfinished {
    fn make(file: &Path) -> io::Result<Self> {
        let folder = file.with_file_name(format!(".latchkey-backup-{}", &random_base62()[..16]));
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // What is left behind is unreadable for others and named for what it is.
        drop(fs::remove_dir_all(&self.0));
    }
}

fn finish(copy: &Path, file: &Path) -> io::Result<()> {
    fs::set_permissions(copy, Permissions::from_mode(0o600))?;
    File::open(copy)?.sync_all()?;
    fs::rename(copy, file)
}
