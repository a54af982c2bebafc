//! Numbers that changes move on, so that servers know when what they keep in memory is out of date.

use std::sync::atomic::{AtomicI64, Ordering};

use diesel::prelude::*;

use crate::schema::revision;

use super::DbConnection;

/// The row of clients, roles and scopes.
const DIRECTORY: i64 = 1;
/// The row of access tokens and the users they act for.
const TOKENS: i64 = 2;

/// The last numbers that this process has seen.
#[derive(Debug, Default)]
pub(super) struct Revisions {
    directory: AtomicI64,
    tokens: AtomicI64,
}

impl Revisions {
    pub(super) fn directory(&self) -> i64 {
        self.directory.load(Ordering::Acquire)
    }

    pub(super) fn tokens(&self) -> i64 {
        self.tokens.load(Ordering::Acquire)
    }

    pub(super) fn learn(&self, (directory, tokens): (i64, i64)) {
        self.directory.fetch_max(directory, Ordering::AcqRel);
        self.tokens.fetch_max(tokens, Ordering::AcqRel);
    }
}

/// The numbers as the database has them: of the directory, of tokens.
pub(super) fn current(connection: &mut DbConnection) -> QueryResult<(i64, i64)> {
    let rows: Vec<(i64, i64)> = revision::table.load(connection)?;
    let value = |wanted| {
        rows.iter()
            .find(|(id, _)| *id == wanted)
            .map_or(0, |(_, value)| *value)
    };
    Ok((value(DIRECTORY), value(TOKENS)))
}

/// Moves the directory's on: every server drops its copies of clients, roles and scopes.
///
/// # Errors
/// The database's.
pub fn note_change(connection: &mut DbConnection) -> QueryResult<()> {
    move_on(connection, DIRECTORY)
}

/// Moves the tokens' on. Only an embedded database's server keeps copies of tokens: of several servers on
/// PostgreSQL, each must see a revocation by another at once.
///
/// # Errors
/// The database's.
pub fn note_token_change(connection: &mut DbConnection) -> QueryResult<()> {
    match connection {
        DbConnection::Sqlite(_) => move_on(connection, TOKENS),
        DbConnection::Postgres(_) => Ok(()),
    }
}

/// The same for a statement that may have changed none: copies that nothing has changed stay.
///
/// # Errors
/// The database's.
pub fn note_token_changes(connection: &mut DbConnection, changed: usize) -> QueryResult<()> {
    if changed == 0 {
        return Ok(());
    }
    note_token_change(connection)
}

fn move_on(connection: &mut DbConnection, id: i64) -> QueryResult<()> {
    diesel::update(revision::table.find(id))
        .set(revision::value.eq(revision::value + 1))
        .execute(connection)?;
    Ok(())
}
