//! The database: one type over SQLite and PostgreSQL, one way to read, one to write. What is asked of it
//! is in `models`.

mod columns;
mod connection;
mod migrations;
mod postgres;
mod revision;
mod sqlite;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as QueryError};

use crate::config::DatabaseUrl;
use crate::error::{Error, Result};

pub use connection::DbConnection;
use revision::Revisions;
pub use revision::{note_change, note_token_change, note_token_changes};

/// The database of one server. Clones share it.
#[derive(Clone)]
pub struct Db(Arc<Shared>);

static OPENED: AtomicU64 = AtomicU64::new(1);

struct Shared {
    number: u64,
    engine: Engine,
    revisions: Arc<Revisions>,
}

enum Engine {
    Sqlite(Arc<sqlite::Embedded>),
    Postgres(postgres::Pool),
}

impl Db {
    /// Opens the database and applies pending migrations.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn open(url: &DatabaseUrl) -> std::result::Result<Self, String> {
        let number = OPENED.fetch_add(1, Ordering::Relaxed);
        let revisions = Arc::new(Revisions::default());
        let engine = match url {
            DatabaseUrl::Sqlite(path) => Engine::Sqlite(Arc::new(sqlite::Embedded::open(
                path,
                number,
                Arc::clone(&revisions),
            )?)),
            DatabaseUrl::Postgres(url) => Engine::Postgres(postgres::Pool::open(url)?),
        };
        Ok(Self(Arc::new(Shared {
            number,
            engine,
            revisions,
        })))
    }

    /// Runs `work` on a connection that only reads. On SQLite it runs right here, on this thread's own
    /// connection: a look-up takes microseconds, a hop to another thread more. On PostgreSQL a round trip
    /// would block the worker, so it runs beside it.
    ///
    /// # Errors
    /// Whatever `work` returns; `Overloaded` where no connection is free.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.0.engine {
            Engine::Sqlite(embedded) => embedded.read(work),
            Engine::Postgres(pool) => pool.run(work).await,
        }
    }

    /// The same for `work` that takes long: beside the workers on SQLite too.
    ///
    /// # Errors
    /// As for [`Db::read`].
    pub async fn read_aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.0.engine {
            Engine::Sqlite(embedded) => Arc::clone(embedded).read_aside(work).await,
            Engine::Postgres(pool) => pool.run(work).await,
        }
    }

    /// Runs `work` in a transaction and returns once it is durable. `work` ending in `Ok` *or in a
    /// refusal* commits; a failure undoes it.
    ///
    /// # Errors
    /// Whatever `work` returns; `Overloaded` where too much is waiting.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.0.engine {
            Engine::Sqlite(embedded) => {
                embedded
                    .writer
                    .write(|connection| in_transaction(connection, work))
                    .await
            }
            Engine::Postgres(pool) => {
                let (outcome, current) = pool
                    .run(move |connection| {
                        let outcome = in_transaction(connection, work);
                        Ok((outcome, revision::current(connection)))
                    })
                    .await?;
                // The write stands, whatever became of this look: the next one is never far.
                if let Ok(current) = current {
                    self.0.revisions.learn(current);
                }
                outcome
            }
        }
    }

    /// The same for `work` of one statement, which the database undoes by itself if it fails: on SQLite it
    /// shares a transaction with others and needs no savepoint of its own, a sixth of its cost.
    ///
    /// # Errors
    /// As for [`Db::write`].
    pub async fn write_one<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.0.engine {
            Engine::Sqlite(embedded) => embedded.writer.write(work).await,
            Engine::Postgres(pool) => pool.run(work).await,
        }
    }

    /// Which of the databases opened by this process it is, for what threads keep of it.
    pub fn number(&self) -> u64 {
        self.0.number
    }

    /// The last revision of clients, roles and scopes that this process has seen: a copy of one that was
    /// read at an earlier one is out of date.
    pub fn revision(&self) -> i64 {
        self.0.revisions.directory()
    }

    /// The last revision of access tokens; none where copies of them must not be kept.
    pub fn token_revision(&self) -> Option<i64> {
        match &self.0.engine {
            Engine::Sqlite(_) => Some(self.0.revisions.tokens()),
            Engine::Postgres(_) => None,
        }
    }

    /// Asks whether another process has changed something.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn look_for_changes(&self) -> Result<()> {
        let current = self
            .read(|connection| Ok(revision::current(connection)?))
            .await?;
        self.0.revisions.learn(current);
        Ok(())
    }

    /// Whether the database answers and has every migration, for `/readyz`.
    ///
    /// # Errors
    /// Where it does not answer.
    pub async fn is_ready(&self) -> Result<bool> {
        self.read(|connection| migrations::all_applied(connection).map_err(Error::Failed))
            .await
    }

    /// How many writes wait and how many connections of the pool are busy, for the metrics.
    pub fn load(&self) -> Load {
        match &self.0.engine {
            Engine::Sqlite(embedded) => Load {
                waiting_writes: embedded.writer.waiting(),
                busy_connections: 0,
            },
            Engine::Postgres(pool) => Load {
                waiting_writes: 0,
                busy_connections: pool.busy(),
            },
        }
    }

    /// Copies an embedded database to `file`, which must not exist yet, while it serves.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub fn backup(&self, file: &std::path::Path) -> std::result::Result<(), String> {
        match &self.0.engine {
            Engine::Sqlite(embedded) => embedded.backup(file),
            Engine::Postgres(_) => Err(String::from(
                "backup is for an embedded database: use pg_dump for PostgreSQL",
            )),
        }
    }
}

/// What is waiting at the database.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Writes in the queue of the embedded database's writer.
    pub waiting_writes: usize,
    /// Connections of the pool in use.
    pub busy_connections: u32,
}

/// What `insert` gives; none where a row of its key is there. In a savepoint, since PostgreSQL does nothing more in a
/// transaction in which a row was refused.
///
/// # Errors
/// The database's.
pub fn unless_taken<T>(
    connection: &mut DbConnection,
    insert: impl FnOnce(&mut DbConnection) -> QueryResult<T>,
) -> QueryResult<Option<T>> {
    match connection.transaction(insert) {
        Ok(inserted) => Ok(Some(inserted)),
        Err(QueryError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A transaction (or a savepoint within one) that a refusal commits and only a failure undoes.
fn in_transaction<T>(
    connection: &mut DbConnection,
    work: impl FnOnce(&mut DbConnection) -> Result<T>,
) -> Result<T> {
    connection.transaction(|connection| match work(connection) {
        Err(error) if error.undoes_writes() => Err(error),
        outcome => Ok(outcome),
    })?
}
