//! What tests switch and look at around HTTP: disabled users and clients, the audit log, kept answers.

use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use latchkey::config::DatabaseUrl;
use latchkey::models::ending::Ending;
use latchkey::models::{authorization, client, user};
use latchkey::oauth::PlainSecret;
use latchkey::schema::{access_tokens, audit_events, refresh_tokens};

use super::{TestServer, until};

impl TestServer {
    /// Disables a user, or enables one.
    pub fn db_disable_user(&self, id: &str, disabled: bool) {
        let (id, at) = (id.to_owned(), disabled.then(|| self.app.now()));
        self.db_write(move |connection| Ok(user::set_disabled(connection, &id, at)?));
    }

    /// Disables a client, or enables one.
    pub fn db_disable_client(&self, id: &str, disabled: bool) {
        let (id, at) = (id.to_owned(), disabled.then(|| self.app.now()));
        self.db_write(move |connection| Ok(client::set_disabled(connection, &id, at)?));
    }

    /// Ends every authorization of a user, as the account page does.
    pub fn db_revoke_of_user(&self, id: &str) -> usize {
        let (id, now) = (id.to_owned(), self.app.now());
        self.db_write(move |connection| {
            let ending = Ending {
                because: "a test",
                by: Some(&id),
                at: now,
            };
            Ok(authorization::revoke_of_user(
                connection, &id, None, &ending,
            )?)
        })
    }

    /// How many audit events of an action there are.
    pub fn db_events(&self, action: &str) -> i64 {
        let action = action.to_owned();
        self.db_read(move |connection| {
            Ok(audit_events::table
                .filter(audit_events::action.eq(action))
                .count()
                .get_result(connection)?)
        })
    }

    /// The encrypted answer that is kept for a used refresh token.
    pub fn db_sealed_answer(&self, refresh_token: &str) -> Option<Vec<u8>> {
        let (_, secret) = PlainSecret::recognise(refresh_token).unwrap();
        self.db_read(move |connection| {
            let row = refresh_tokens::table.find(secret.id());
            Ok(row
                .select(refresh_tokens::sealed_answer)
                .get_result(connection)?)
        })
    }

    /// Whether the database still has an access token's row, live or not.
    pub fn db_keeps_access_token(&self, access_token: &str) -> bool {
        let (_, secret) = PlainSecret::recognise(access_token).unwrap();
        let rows: i64 = self.db_read(move |connection| {
            Ok(access_tokens::table
                .filter(access_tokens::id.eq(secret.id()))
                .count()
                .get_result(connection)?)
        });
        rows == 1
    }

    /// Does `work`, a request that has to wait for it, while somebody else has run `sql` but not yet committed.
    pub fn db_while_written<T: Send>(&self, sql: &str, work: impl FnOnce() -> T + Send) -> T {
        self.db_between(sql, "SELECT 1", work)
    }

    /// The same where the other goes on with `then` before it commits.
    pub fn db_between<T: Send>(&self, sql: &str, then: &str, work: impl FnOnce() -> T + Send) -> T {
        let waits = || self.app.db.load().waiting_writes > 0;
        self.until_committed((sql, then), work, waits)
    }

    /// The same for `work` that runs a command.
    pub fn db_between_command<T: Send>(
        &self,
        sql: &str,
        then: &str,
        work: impl FnOnce() -> T + Send,
    ) -> T {
        // It tries again and again to take an embedded database, which nobody sees.
        let waits = || {
            std::thread::sleep(Duration::from_millis(700));
            true
        };
        self.until_committed((sql, then), work, waits)
    }

    /// `waits`: whether the work waits for an embedded database.
    fn until_committed<T: Send>(
        &self,
        sql: (&str, &str),
        work: impl FnOnce() -> T + Send,
        waits: impl Fn() -> bool,
    ) -> T {
        match &self.app.config.database_url {
            DatabaseUrl::Sqlite(path) => {
                let mut other = db_locked(path);
                until_committed(&mut other, sql, work, |_| waits())
            }
            DatabaseUrl::Postgres(url) => {
                let mut other = db_begun(url);
                until_committed(&mut other, sql, work, somebody_waits_for)
            }
        }
    }

    /// Does `work` while somebody else has run `sql` but not yet committed: it waits for that on an embedded
    /// database alone.
    pub fn db_beside<T: Send>(&self, sql: &str, work: impl FnOnce() -> T + Send) -> T {
        let DatabaseUrl::Postgres(url) = &self.app.config.database_url else {
            return self.db_while_written(sql, work);
        };
        let mut other = db_begun(url);
        other.batch_execute(sql).unwrap();
        std::thread::scope(|scope| {
            let work = scope.spawn(work);
            until("it is done, or waits", || {
                work.is_finished() || somebody_waits_for(&mut other)
            });
            let is_done = work.is_finished();
            other.batch_execute("COMMIT").unwrap();
            assert!(is_done, "it must not wait");
            work.join().unwrap()
        })
    }
}

/// A connection to PostgreSQL in a transaction.
fn db_begun(url: &str) -> PgConnection {
    let mut connection = PgConnection::establish(url).unwrap();
    connection.batch_execute("BEGIN").unwrap();
    connection
}

/// Whether anybody waits for what this connection has locked.
fn somebody_waits_for(connection: &mut PgConnection) -> bool {
    let waiting = "SELECT 1 FROM pg_locks \
                   WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))";
    diesel::sql_query(waiting).execute(connection).unwrap() > 0
}

/// A connection that has taken an embedded database for writing, as soon as the server let go of it.
pub fn db_locked(path: &Path) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    connection
        .batch_execute("PRAGMA busy_timeout = 60000; BEGIN IMMEDIATE")
        .unwrap();
    connection
}

fn until_committed<C: SimpleConnection, T: Send>(
    other: &mut C,
    (sql, then): (&str, &str),
    work: impl FnOnce() -> T + Send,
    waits: impl Fn(&mut C) -> bool,
) -> T {
    other.batch_execute(sql).unwrap();
    std::thread::scope(|scope| {
        let work = scope.spawn(work);
        until("it waits", || work.is_finished() || waits(other));
        assert!(!work.is_finished(), "it has to wait");
        other.batch_execute(then).unwrap();
        other.batch_execute("COMMIT").unwrap();
        work.join().unwrap()
    })
}
