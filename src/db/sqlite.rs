//! The embedded database: a reading connection a thread, one writer, WAL, a real sync at each commit.

use std::cell::RefCell;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::error::{Error, Result};

use super::revision::Revisions;
use super::writer::Writer;
use super::{DbConnection, migrations};

/// FULL: a commit is on the disk before anybody is told of it. Checkpoints are rare (32 MB) and the cache
/// is large (16 MB), so that a page of recent tokens is written to the file once and not often. The
/// journal's limit gives its space back after a burst.
const FOR_WRITING: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 8000; \
     PRAGMA cache_size = -16384; PRAGMA journal_size_limit = 67108864;";

/// Mapped reading spares a system call a page.
const FOR_READING: &str =
    "PRAGMA busy_timeout = 10000; PRAGMA query_only = ON; PRAGMA mmap_size = 1073741824;";

thread_local! {
    /// This thread's reading connections, by database: one, except in tests.
    static READERS: RefCell<Vec<(u64, DbConnection)>> = const { RefCell::new(Vec::new()) };
}

/// One database file.
pub(super) struct Embedded {
    number: u64,
    path: PathBuf,
    pub(super) writer: Writer,
}

impl Embedded {
    pub(super) fn open(
        path: &Path,
        number: u64,
        revisions: Arc<Revisions>,
    ) -> std::result::Result<Self, String> {
        make_private(path)?;
        let mut connection = connect(path, FOR_WRITING)?;
        migrations::run_sqlite(&mut connection)?;
        let writer = Writer::start(DbConnection::Sqlite(connection), revisions)?;
        Ok(Self {
            number,
            path: path.to_owned(),
            writer,
        })
    }

    /// Copies the database, as it is at one moment, to a file that must not exist yet.
    pub(super) fn backup(&self, file: &Path) -> std::result::Result<(), String> {
        let failed = |error: &dyn std::fmt::Display| format!("the backup failed: {error}");
        let name = file
            .to_str()
            .ok_or_else(|| failed(&"the file's name is not UTF-8"))?;
        let mut connection = connect(&self.path, "PRAGMA busy_timeout = 10000;")?;
        diesel::sql_query("VACUUM INTO ?")
            .bind::<diesel::sql_types::Text, _>(name)
            .execute(&mut connection)
            .map(drop)
            .map_err(|error| failed(&error))
    }

    /// Reads on a thread that serves nobody, for what takes long.
    pub(super) async fn read_aside<T: Send + 'static>(
        self: Arc<Self>,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        tokio::task::spawn_blocking(move || self.read(work))
            .await
            .map_err(Error::failed)?
    }

    pub(super) fn read<T>(&self, work: impl FnOnce(&mut DbConnection) -> Result<T>) -> Result<T> {
        READERS.with_borrow_mut(|readers| {
            let own = readers
                .iter()
                .position(|(number, _)| *number == self.number);
            let at = if let Some(at) = own {
                at
            } else {
                let connection = connect(&self.path, FOR_READING).map_err(Error::Failed)?;
                readers.push((self.number, DbConnection::Sqlite(connection)));
                readers.len() - 1
            };
            work(&mut readers[at].1)
        })
    }
}

/// SQLite makes its files with the mode of the process, and gives the journal the mode of the database.
/// Hashes of passwords are nobody else's business.
fn make_private(path: &Path) -> std::result::Result<(), String> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(format!(
            "the database {} cannot be made: {error}; give it a directory in which this user may write",
            path.display()
        )),
        _ => Ok(()),
    }
}

fn connect(path: &Path, pragmas: &str) -> std::result::Result<SqliteConnection, String> {
    let cannot = |why: &dyn std::fmt::Display| {
        format!(
            "the database {} cannot be opened: {why}; this user must be able to write it and its directory",
            path.display()
        )
    };
    let name = path
        .to_str()
        .ok_or_else(|| cannot(&"its path is not UTF-8"))?;
    let mut connection = SqliteConnection::establish(name).map_err(|error| cannot(&error))?;
    connection
        .batch_execute(pragmas)
        .map_err(|error| cannot(&error))?;
    Ok(connection)
}
