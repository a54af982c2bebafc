//! PostgreSQL: a pool of connections, used beside the HTTP workers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::web;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool as Connections, PooledConnection, R2D2Connection};

use crate::error::{Error, Result};

use super::{DbConnection, migrations};

/// More connections than cores do not make one server faster, and PostgreSQL has few to give.
const SIZE: u32 = 16;
const PATIENCE: Duration = Duration::from_secs(5);

/// The connections of one server.
pub(super) struct Pool {
    connections: Arc<Connections<Manager>>,
    /// How often a connection has turned out closed. Then the others may be closed too, since the database
    /// was started anew: each is tried once before it is used again.
    closed: Arc<AtomicU64>,
}

/// When a connection was last seen to work.
struct Seen {
    /// What [`Pool::closed`] was then.
    closed: u64,
    at: Instant,
}

/// For how long a connection that has worked is believed to work still. Under load each is used more often
/// than this; an idle server can afford a round trip to ask.
const FRESH: Duration = Duration::from_secs(1);

impl Pool {
    pub(super) fn open(url: &str) -> std::result::Result<Self, String> {
        let mut first = PgConnection::establish(url).map_err(|error| unreachable(&error))?;
        migrations::run_postgres(&mut first)?;
        let connections = Connections::builder()
            .max_size(SIZE)
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            // A round trip for every check-out would double the cost of a look-up; `check_out` makes it
            // where there is reason to.
            .test_on_check_out(false)
            .build(Manager(ConnectionManager::new(url)))
            .map_err(|error| unreachable(&error))?;
        Ok(Self {
            connections: Arc::new(connections),
            closed: Arc::default(),
        })
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (connections, closed) = (Arc::clone(&self.connections), Arc::clone(&self.closed));
        web::block(move || {
            let mut connection = check_out(&connections, &closed)?;
            let outcome = work(&mut connection);
            let doubtful = matches!(outcome, Err(Error::Unavailable(_)));
            if is_broken(&mut connection) || (doubtful && !answers(&mut connection)) {
                closed.fetch_add(1, Ordering::AcqRel);
            }
            outcome
        })
        .await
        .map_err(Error::failed)?
    }

    pub(super) fn busy(&self) -> u32 {
        let state = self.connections.state();
        state.connections - state.idle_connections
    }
}

/// A connection that works, as far as is known.
fn check_out(
    connections: &Connections<Manager>,
    closed: &AtomicU64,
) -> Result<PooledConnection<Manager>> {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        let closed = closed.load(Ordering::Acquire);
        let mut connection = connections
            .get()
            .map_err(|error| unavailable(connections, &error))?;
        let seen = PooledConnection::extensions(&connection).get::<Seen>();
        let fresh = seen.is_some_and(|seen| seen.closed == closed && seen.at.elapsed() < FRESH);
        // The pool puts another in place of one that is broken.
        if fresh || answers(&mut connection) {
            let at = Instant::now();
            PooledConnection::extensions_mut(&mut connection).insert(Seen { closed, at });
            return Ok(connection);
        }
    }
    Err(Error::Overloaded)
}

/// Why no connection came in time: all are busy, or the database takes none.
fn unavailable(connections: &Connections<Manager>, error: &dyn std::fmt::Display) -> Error {
    if connections.state().connections >= SIZE {
        Error::Overloaded
    } else {
        Error::Unavailable(unreachable(error))
    }
}

/// libpq explains itself on several lines, indented; an error is one sentence on one line.
fn unreachable(error: &dyn std::fmt::Display) -> String {
    let said = error.to_string();
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    format!("PostgreSQL cannot be reached: {}", lines.join("; "))
}

/// Whether it is of any use. libpq may read the database's last words before it notices the end: then a
/// failed statement does not yet mark the connection as broken, and the next one does.
fn answers(connection: &mut DbConnection) -> bool {
    connection.batch_execute("SELECT 1").is_ok()
}

fn is_broken(connection: &mut DbConnection) -> bool {
    match connection {
        DbConnection::Postgres(connection) => connection.is_broken(),
        DbConnection::Sqlite(_) => false,
    }
}

/// Makes the pool's connections of the type that all queries are written for.
struct Manager(ConnectionManager<PgConnection>);

impl diesel::r2d2::ManageConnection for Manager {
    type Connection = DbConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> std::result::Result<DbConnection, Self::Error> {
        self.0.connect().map(DbConnection::Postgres)
    }

    fn is_valid(&self, connection: &mut DbConnection) -> std::result::Result<(), Self::Error> {
        match connection {
            DbConnection::Postgres(connection) => self.0.is_valid(connection),
            DbConnection::Sqlite(_) => Ok(()),
        }
    }

    fn has_broken(&self, connection: &mut DbConnection) -> bool {
        match connection {
            DbConnection::Postgres(connection) => self.0.has_broken(connection),
            DbConnection::Sqlite(_) => false,
        }
    }
}
