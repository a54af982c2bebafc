//! A connection to either database.

use diesel::{PgConnection, SqliteConnection};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    /// The embedded one.
    Sqlite(SqliteConnection),
    /// The one for many servers.
    Postgres(PgConnection),
}
