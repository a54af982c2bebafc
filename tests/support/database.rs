//! A fresh database for each test: an SQLite file, or a copy of a migrated PostgreSQL database.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use latchkey::config::DatabaseUrl;
use latchkey::db::Db;
use url::Url;

static TEMPLATE: OnceLock<()> = OnceLock::new();
static COUNT: AtomicU32 = AtomicU32::new(0);
static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// The server that `tests/run` started, if this run is on PostgreSQL.
pub fn postgres() -> Option<String> {
    std::env::var("LATCHKEY_TEST_POSTGRES").ok()
}

/// A database that nobody has used, migrated or about to be.
pub fn fresh(folder: &Path) -> DatabaseUrl {
    let Some(server) = postgres() else {
        return DatabaseUrl::Sqlite(folder.join("latchkey.db"));
    };
    let prefix = format!("latchkey_{}", std::process::id());
    let template = format!("{prefix}_template");
    TEMPLATE.get_or_init(|| {
        execute(&server, &format!("CREATE DATABASE {template}"));
        drop(Db::open(&DatabaseUrl::Postgres(named(&server, &template))).unwrap());
    });
    let name = format!("{prefix}_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let _copying = ONE_AT_A_TIME.lock().unwrap();
    execute(
        &server,
        &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"),
    );
    DatabaseUrl::Postgres(named(&server, &name))
}

fn named(server: &str, database: &str) -> String {
    let mut url = Url::parse(server).unwrap();
    url.set_path(database);
    url.to_string()
}

fn execute(server: &str, sql: &str) {
    // A pool of the template's may take a moment to hang up.
    for _ in 0..50 {
        let outcome = PgConnection::establish(server).unwrap().batch_execute(sql);
        match outcome {
            Ok(()) => return,
            Err(error) if error.to_string().contains("being accessed by other users") => {
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            Err(error) => panic!("{sql}: {error}"),
        }
    }
    panic!("{sql}: the template stays in use");
}
