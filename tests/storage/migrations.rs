//! The migrations of both databases: they make the same tables, they go up and down, and `src/schema.rs`
//! is what they make. Where no PostgreSQL is there, the texts of the two folders are compared.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use latchkey::config::DatabaseUrl;
use tempfile::TempDir;

use super::shape::{self, Shape};
use crate::support::database;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn migrations(database: &str) -> FileBasedMigrations {
    FileBasedMigrations::from_path(root().join("migrations").join(database)).unwrap()
}

/// The names below a folder, and those of the files in them.
fn names(database: &str) -> BTreeSet<PathBuf> {
    let folder = root().join("migrations").join(database);
    let mut names = BTreeSet::new();
    for migration in fs::read_dir(&folder).unwrap() {
        for file in fs::read_dir(migration.unwrap().path()).unwrap() {
            names.insert(
                file.unwrap()
                    .path()
                    .strip_prefix(&folder)
                    .unwrap()
                    .to_owned(),
            );
        }
    }
    names
}

/// The statements of all files of a name, in order, in words that both databases share.
fn statements(database: &str, file: &str) -> Vec<String> {
    let folder = root().join("migrations").join(database);
    let of_name = names(database)
        .into_iter()
        .filter(|path| path.ends_with(file));
    let text: String = of_name
        .map(|path| fs::read_to_string(folder.join(path)).unwrap() + "\n")
        .collect();
    let bare: Vec<&str> = text
        .lines()
        .map(|line| line.split("--").next().unwrap())
        .collect();
    let words = bare
        .join(" ")
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace(',', " , ")
        .replace(';', " ; ");
    let shared = words.split_whitespace().map(|word| match word {
        "BIGINT" | "BOOLEAN" => "INTEGER",
        "BYTEA" => "BLOB",
        word => word,
    });
    let shared = shared.collect::<Vec<_>>().join(" ");
    shared
        .replace(" STRICT , WITHOUT ROWID", "")
        .replace(" STRICT", "")
        // How PostgreSQL compares bytes; SQLite always does.
        .replace(" text_pattern_ops", "")
        .split(';')
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}

fn sqlite(folder: &TempDir) -> SqliteConnection {
    let mut connection =
        SqliteConnection::establish(folder.path().join("shape.db").to_str().unwrap()).unwrap();
    connection
        .batch_execute("PRAGMA foreign_keys = ON")
        .unwrap();
    connection
}

/// An empty PostgreSQL database, if there is a server.
fn postgres() -> Option<PgConnection> {
    database::postgres()?;
    let DatabaseUrl::Postgres(url) = database::fresh(Path::new("")) else {
        panic!("no PostgreSQL")
    };
    let mut connection = PgConnection::establish(&url).unwrap();
    connection
        .batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .unwrap();
    Some(connection)
}

fn sqlite_shape() -> Shape {
    let folder = TempDir::new().unwrap();
    let mut connection = sqlite(&folder);
    connection
        .run_pending_migrations(migrations("sqlite"))
        .unwrap();
    shape::of_sqlite(&mut connection)
}

#[test]
fn both_databases_have_migrations_of_the_same_names() {
    let names = names("sqlite");
    assert_eq!(names, self::names("postgres"));
    assert!(!names.is_empty());
    let folders: BTreeSet<&Path> = names.iter().filter_map(|path| path.parent()).collect();
    for folder in folders {
        assert!(
            names.contains(&folder.join("up.sql")) && names.contains(&folder.join("down.sql")),
            "{}",
            folder.display()
        );
    }
}

#[test]
fn the_texts_of_both_migrations_say_the_same() {
    for file in ["up.sql", "down.sql"] {
        let (embedded, server) = (statements("sqlite", file), statements("postgres", file));
        assert!(embedded.len() > 10, "{embedded:?}");
        for statement in &embedded {
            assert!(
                server.contains(statement),
                "PostgreSQL's {file} lacks: {statement}"
            );
        }
        for statement in &server {
            assert!(
                embedded.contains(statement),
                "SQLite's {file} lacks: {statement}"
            );
        }
    }
}

#[test]
fn both_databases_get_the_same_tables() {
    let embedded = sqlite_shape();
    assert!(embedded.len() >= 16, "{:?}", embedded.keys());
    if let Some(mut connection) = postgres() {
        connection
            .run_pending_migrations(migrations("postgres"))
            .unwrap();
        let server = shape::of_postgres(&mut connection);
        assert_eq!(
            embedded.keys().collect::<Vec<_>>(),
            server.keys().collect::<Vec<_>>()
        );
        for (name, table) in &embedded {
            assert_eq!(table, &server[name], "{name}");
        }
    } else {
        // Without a server to ask, its text must at least name every table, column and index.
        let text = statements("postgres", "up.sql").join(";\n");
        for (name, table) in &embedded {
            let about = [
                format!("CREATE TABLE {name} ("),
                format!("ALTER TABLE {name} "),
            ];
            let made: Vec<&str> = text
                .split(";\n")
                .filter(|text| about.iter().any(|start| text.starts_with(start)))
                .collect();
            for (column, ..) in &table.columns {
                assert!(
                    made.iter()
                        .any(|text| text.split(' ').any(|word| word == column)),
                    "{name}.{column}"
                );
            }
            for index in table.indexes.keys() {
                assert!(
                    text.contains(&format!("INDEX {index} ON {name} ")),
                    "{index}"
                );
            }
        }
    }
}

#[test]
fn every_foreign_key_has_an_index_that_begins_with_it() {
    for (name, table) in sqlite_shape() {
        for (column, ..) in &table.foreign_keys {
            let begins = |columns: &Vec<String>| columns.first() == Some(column);
            let indexed = begins(&table.primary_key)
                || table.unique.iter().any(begins)
                || table.indexes.values().any(|(columns, _)| begins(columns));
            assert!(
                indexed,
                "{name}.{column}: deleting its parent would read the whole table"
            );
        }
    }
}

/// Down to nothing and up again.
macro_rules! there_and_back {
    ($connection:expr, $migrations:expr, $shape:expr) => {{
        let connection = $connection;
        connection.run_pending_migrations($migrations).unwrap();
        let first = $shape(connection);
        connection.revert_all_migrations($migrations).unwrap();
        assert_eq!($shape(connection), Shape::new(), "nothing is left");
        connection.run_pending_migrations($migrations).unwrap();
        assert_eq!($shape(connection), first);
        assert!(!connection.has_pending_migration($migrations).unwrap());
    }};
}

#[test]
fn every_migration_can_be_undone_and_done_again() {
    let folder = TempDir::new().unwrap();
    there_and_back!(&mut sqlite(&folder), migrations("sqlite"), shape::of_sqlite);
    if let Some(mut connection) = postgres() {
        there_and_back!(&mut connection, migrations("postgres"), shape::of_postgres);
    }
}

#[test]
fn a_database_with_every_migration_is_left_as_it_is() {
    let server = crate::support::TestServer::start();
    let service = server.db_client(crate::support::NewClient::service());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    let server = server.restart();
    let answer = server.post_as(&service, "/oauth/introspect", &[("token", &token)]);
    assert_eq!(answer.json()["active"], true, "{answer:?}");
}

/// A table of `src/schema.rs`: name, primary key, and columns with their types.
type Written = (String, Vec<String>, Vec<(String, String)>);

fn written() -> Vec<Written> {
    let text = fs::read_to_string(root().join("src/schema.rs")).unwrap();
    let blocks = text
        .split("diesel::table! {")
        .skip(1)
        .map(|block| block.split("\n}").next().unwrap());
    let table = |block: &str| {
        let mut lines = block
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("//"));
        let head = lines.next().unwrap().trim_end_matches('{').trim();
        let (name, key) = head.split_once('(').unwrap();
        let key = key
            .trim_end_matches(')')
            .split(',')
            .map(|column| column.trim().to_owned())
            .collect();
        let columns = lines.filter_map(|line| line.trim_end_matches(',').split_once(" -> "));
        let columns = columns
            .map(|(column, kind)| (column.to_owned(), kind.to_owned()))
            .collect();
        (name.trim().to_owned(), key, columns)
    };
    blocks.map(table).collect()
}

#[test]
fn the_schema_file_is_what_the_migrations_make() {
    let shape = sqlite_shape();
    let tables = written();
    assert_eq!(
        tables
            .iter()
            .map(|(name, ..)| name)
            .collect::<BTreeSet<_>>(),
        shape.keys().collect::<BTreeSet<_>>()
    );
    for (name, key, columns) in tables {
        let table = &shape[&name];
        assert_eq!(key, table.primary_key, "{name}");
        assert_eq!(columns.len(), table.columns.len(), "{name}");
        for ((column, diesel), (real, kind, nullable)) in columns.iter().zip(&table.columns) {
            let bare = diesel.trim_start_matches("Nullable<").trim_end_matches('>');
            let expected = match bare {
                "Int8" | "BigInt" | "Bool" => "number",
                "Text" => "text",
                "Bytea" | "Binary" => "bytes",
                other => panic!("{name}.{column} is {other}, which not both databases have"),
            };
            assert_eq!(
                (column, expected, bare != diesel),
                (real, *kind, *nullable),
                "{name}"
            );
        }
    }
}
