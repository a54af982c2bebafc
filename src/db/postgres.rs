//! PostgreSQL: a pool of connections, used beside the HTTP workers.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool as Connections};

use crate::error::{Error, Result};

use super::{DbConnection, migrations};

/// More connections than cores do not make one server faster, and PostgreSQL has few to give.
const SIZE: u32 = 16;
const PATIENCE: Duration = Duration::from_secs(5);

/// The connections of one server.
pub(super) struct Pool {
    connections: Arc<Connections<Manager>>,
}

impl Pool {
    pub(super) fn open(url: &str) -> std::result::Result<Self, String> {
        let unreachable =
            |error: &dyn std::fmt::Display| format!("PostgreSQL cannot be reached: {error}");
        let mut first = PgConnection::establish(url).map_err(|error| unreachable(&error))?;
        migrations::run_postgres(&mut first)?;
        let connections = Connections::builder()
            .max_size(SIZE)
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            // A round trip for every check-out would double the cost of a look-up; a broken connection
            // shows at its first statement and is replaced.
            .test_on_check_out(false)
            .build(Manager(ConnectionManager::new(url)))
            .map_err(|error| unreachable(&error))?;
        Ok(Self {
            connections: Arc::new(connections),
        })
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let connections = Arc::clone(&self.connections);
        web::block(move || {
            let mut connection = connections.get().map_err(|_| Error::Overloaded)?;
            work(&mut connection)
        })
        .await
        .map_err(Error::failed)?
    }

    pub(super) fn busy(&self) -> u32 {
        let state = self.connections.state();
        state.connections - state.idle_connections
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
