//! The migrations of both databases, built into the program.

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::DbConnection;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number does, as long as every server takes the same.
const LOCK: &str = "SELECT pg_advisory_lock(7231094518)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(7231094518)";

/// Applies what is missing to an embedded database.
pub(super) fn run_sqlite(connection: &mut SqliteConnection) -> Result<(), String> {
    connection
        .run_pending_migrations(SQLITE)
        .map(drop)
        .map_err(|error| failed(&error))
}

/// Applies what is missing, one server at a time.
pub(super) fn run_postgres(connection: &mut PgConnection) -> Result<(), String> {
    connection
        .batch_execute(LOCK)
        .map_err(|error| failed(&error))?;
    let outcome = connection
        .run_pending_migrations(POSTGRES)
        .map(drop)
        .map_err(|error| failed(&error));
    connection
        .batch_execute(UNLOCK)
        .map_err(|error| failed(&error))?;
    outcome
}

/// Whether nothing is missing.
pub(super) fn all_applied(connection: &mut DbConnection) -> Result<bool, String> {
    let (applied, known) = match connection {
        DbConnection::Sqlite(connection) => {
            let known = MigrationSource::<Sqlite>::migrations(&SQLITE).map(|all| all.len());
            (connection.applied_migrations(), known)
        }
        DbConnection::Postgres(connection) => {
            let known = MigrationSource::<Pg>::migrations(&POSTGRES).map(|all| all.len());
            (connection.applied_migrations(), known)
        }
    };
    let unread =
        |error: &dyn std::fmt::Display| format!("the migrations could not be read: {error}");
    let applied = applied.map_err(|error| unread(&error))?.len();
    Ok(applied >= known.map_err(|error| unread(&error))?)
}

fn failed(error: &impl std::fmt::Display) -> String {
    format!("the migrations could not be applied: {error}")
}
