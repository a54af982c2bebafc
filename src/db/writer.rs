//! The embedded database's one writer. It takes what is queued, runs it in one transaction (each piece of
//! several statements in a savepoint), commits with one sync and then answers all: as many writes a sync
//! as are waiting, and never "database is locked".

use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::prelude::*;
use tokio::sync::oneshot;

use crate::error::{Error, Result};

use super::DbConnection;
use super::revision::{self, Revisions};

/// What may wait before `Overloaded`; far above what connections can have in flight.
const QUEUE: usize = 4096;
/// What one transaction holds at most, so that the first of them is not kept waiting.
const BATCH: usize = 256;

/// Does the work and keeps its outcome until the commit is known.
type Work = Box<dyn FnOnce(Begun<'_>) -> Answer + Send>;
/// The connection inside a transaction, or why there is none.
type Begun<'a> = std::result::Result<&'a mut DbConnection, String>;
type Answer = Box<dyn FnOnce(std::result::Result<(), String>) + Send>;

/// The way to the writer's thread, which ends when this is dropped.
pub(super) struct Writer {
    queue: SyncSender<Work>,
    waiting: Arc<AtomicUsize>,
}

impl Writer {
    pub(super) fn start(
        connection: DbConnection,
        revisions: Arc<Revisions>,
    ) -> std::result::Result<Self, String> {
        let (queue, arrivals) = sync_channel(QUEUE);
        let waiting = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&waiting);
        thread::Builder::new()
            .name(String::from("latchkey-writer"))
            .spawn(move || serve(connection, &arrivals, &counter, &revisions))
            .map_err(|error| format!("the writer's thread cannot start: {error}"))?;
        Ok(Self { queue, waiting })
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let queued: Work = Box::new(move |begun| {
            let outcome = begun
                .map_err(Error::Failed)
                .and_then(|connection| guarded(connection, work));
            Box::new(move |committed| {
                let outcome = committed.map_err(Error::Unavailable).and(outcome);
                // Whoever asked may have gone; the write stands.
                drop(answer.send(outcome));
            })
        });
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if self.queue.try_send(queued).is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Error::Overloaded);
        }
        answered
            .await
            .map_err(|_| Error::failed("the writer has stopped"))?
    }
}

/// A defect in one piece of work must not take the writer and the work of others with it: its own
/// savepoint is undone, and the transaction of all goes on.
fn guarded<T>(
    connection: &mut DbConnection,
    work: impl FnOnce(&mut DbConnection) -> Result<T>,
) -> Result<T> {
    catch_unwind(AssertUnwindSafe(|| work(connection))).unwrap_or_else(|_| {
        undo_to(connection, 1)?;
        Err(Error::failed("a write ended unexpectedly"))
    })
}

/// Undoes whatever was begun and not ended, until `depth` transactions (or savepoints) are left.
fn undo_to(connection: &mut DbConnection, depth: u32) -> QueryResult<()> {
    let DbConnection::Sqlite(connection) = connection else {
        return Ok(());
    };
    loop {
        let status = AnsiTransactionManager::transaction_manager_status_mut(connection);
        let open = status.transaction_depth()?.map_or(0, NonZeroU32::get);
        if open <= depth {
            return Ok(());
        }
        AnsiTransactionManager::rollback_transaction(connection)?;
    }
}

fn serve(
    mut connection: DbConnection,
    arrivals: &Receiver<Work>,
    waiting: &AtomicUsize,
    revisions: &Revisions,
) {
    let mut answers = Vec::with_capacity(BATCH);
    while let Ok(first) = arrivals.recv() {
        let begun = begin(&mut connection).map_err(|error| error.to_string());
        let mut done = 0;
        for work in std::iter::once(first).chain(arrivals.try_iter().take(BATCH - 1)) {
            answers.push(work(begun.clone().map(|()| &mut connection)));
            done += 1;
        }
        let committed = begun
            .and_then(|()| commit(&mut connection, revisions).map_err(|error| error.to_string()));
        waiting.fetch_sub(done, Ordering::Relaxed);
        for answer in answers.drain(..) {
            answer(committed.clone());
        }
    }
}

/// IMMEDIATE: the right to write is taken at the start, where waiting for another process is possible.
fn begin(connection: &mut DbConnection) -> QueryResult<()> {
    undo_to(connection, 0)?;
    match connection {
        DbConnection::Sqlite(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
        }
        DbConnection::Postgres(_) => Ok(()),
    }
}

/// Commits, then makes the new revisions known before anybody is answered: a revocation that has been
/// answered must be seen by the next request.
fn commit(connection: &mut DbConnection, revisions: &Revisions) -> QueryResult<()> {
    let current = revision::current(connection)?;
    if let DbConnection::Sqlite(connection) = connection {
        AnsiTransactionManager::commit_transaction(connection)?;
    }
    revisions.learn(current);
    Ok(())
}
