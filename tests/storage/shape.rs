//! The shape of a database: what its tables, columns, keys and indexes are, whichever database it is.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

/// One table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Name, kind of value and whether there may be none, in their order.
    pub columns: Vec<(String, &'static str, bool)>,
    pub primary_key: Vec<String>,
    /// Column, other table, its column, what happens when the other row goes.
    pub foreign_keys: BTreeSet<(String, String, String, String)>,
    pub unique: BTreeSet<Vec<String>>,
    /// By name: the columns, and whether only some rows are in it.
    pub indexes: BTreeMap<String, (Vec<String>, bool)>,
}

pub type Shape = BTreeMap<String, Table>;

/// What holds the same values in Rust: SQLite has one type for all numbers.
fn kind(sql_type: &str) -> &'static str {
    match sql_type.to_lowercase().as_str() {
        "integer" | "bigint" | "boolean" => "number",
        "text" => "text",
        "blob" | "bytea" => "bytes",
        other => panic!("{other} is a type that not both databases have"),
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    a: String,
    #[diesel(sql_type = Text)]
    b: String,
    #[diesel(sql_type = Text)]
    c: String,
    #[diesel(sql_type = Nullable<Text>)]
    d: Option<String>,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn is_ours(table: &str) -> bool {
    !table.starts_with("__diesel") && !table.starts_with("sqlite_")
}

/// An SQLite database's.
pub fn of_sqlite(connection: &mut SqliteConnection) -> Shape {
    let mut rows = |sql: &str| diesel::sql_query(sql).load::<Row>(connection).unwrap();
    let mut shape = Shape::new();
    let tables = "FROM sqlite_schema AS s, ";
    for row in rows(&format!(
        "SELECT s.name AS a, i.name AS b, i.type AS c, CASE WHEN i.pk > 0 THEN printf('%03d', i.pk) END AS d, i.\"notnull\" AS n \
         {tables} pragma_table_info(s.name) AS i WHERE s.type = 'table' ORDER BY s.name, i.cid"
    )) {
        if is_ours(&row.a) {
            let table = shape.entry(row.a).or_default();
            table
                .columns
                .push((row.b.clone(), kind(&row.c), row.n == 0));
            if let Some(place) = row.d {
                table.primary_key.push(format!("{place}{}", row.b));
            }
        }
    }
    for table in shape.values_mut() {
        table.primary_key.sort();
        table.primary_key = table
            .primary_key
            .iter()
            .map(|column| column[3..].to_owned())
            .collect();
    }
    for row in rows(&format!(
        "SELECT s.name AS a, f.\"from\" AS b, f.\"table\" || '.' || f.\"to\" AS c, f.on_delete AS d, f.seq AS n \
         {tables} pragma_foreign_key_list(s.name) AS f WHERE s.type = 'table'"
    )) {
        let (table, column) = row.c.split_once('.').unwrap();
        let key = (row.b, table.to_owned(), column.to_owned(), row.d.unwrap());
        shape.get_mut(&row.a).unwrap().foreign_keys.insert(key);
    }
    let mut unique: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in rows(&format!(
        "SELECT s.name AS a, l.name AS b, l.origin AS c, i.name AS d, l.partial AS n \
         {tables} pragma_index_list(s.name) AS l, pragma_index_info(l.name) AS i \
         WHERE s.type = 'table' ORDER BY s.name, l.name, i.seqno"
    )) {
        let Some(table) = shape.get_mut(&row.a) else {
            continue;
        };
        match row.c.as_str() {
            "c" => {
                let index = table.indexes.entry(row.b).or_default();
                // An expression has no column's name.
                index.0.push(row.d.unwrap_or_default());
                index.1 = row.n == 1;
            }
            "u" => unique
                .entry((row.a, row.b))
                .or_default()
                .push(row.d.unwrap()),
            _ => {}
        }
    }
    for ((table, _), columns) in unique {
        shape.get_mut(&table).unwrap().unique.insert(columns);
    }
    shape
}

/// A PostgreSQL database's.
pub fn of_postgres(connection: &mut PgConnection) -> Shape {
    let mut rows = |sql: &str| diesel::sql_query(sql).load::<Row>(connection).unwrap();
    let mut shape = Shape::new();
    for row in rows(
        "SELECT table_name::text AS a, column_name::text AS b, data_type::text AS c, NULL::text AS d, \
         CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END::bigint AS n FROM information_schema.columns \
         WHERE table_schema = 'public' ORDER BY table_name, ordinal_position",
    ) {
        if is_ours(&row.a) {
            shape
                .entry(row.a)
                .or_default()
                .columns
                .push((row.b, kind(&row.c), row.n == 1));
        }
    }
    let names = "ARRAY_TO_STRING(ARRAY(SELECT attname FROM UNNEST(k.conkey) WITH ORDINALITY AS u(number, place) \
         JOIN pg_attribute ON attrelid = k.conrelid AND attnum = u.number ORDER BY u.place), ',')";
    for row in rows(&format!(
        "SELECT k.conrelid::regclass::text AS a, {names} AS b, k.contype::text AS c, \
         CASE WHEN k.contype = 'f' THEN k.confrelid::regclass::text || '.' || (SELECT attname FROM pg_attribute \
           WHERE attrelid = k.confrelid AND attnum = k.confkey[1]) END AS d, \
         CASE k.confdeltype WHEN 'c' THEN 1 ELSE 0 END::bigint AS n \
         FROM pg_constraint AS k JOIN pg_namespace AS s ON s.oid = k.connamespace WHERE s.nspname = 'public'"
    )) {
        let Some(table) = shape.get_mut(&row.a) else {
            continue;
        };
        let columns: Vec<String> = row.b.split(',').map(str::to_owned).collect();
        match row.c.as_str() {
            "p" => table.primary_key = columns,
            "u" => drop(table.unique.insert(columns)),
            "f" => {
                let (other, column) = row.d.as_deref().unwrap().split_once('.').unwrap();
                let on_delete = if row.n == 1 { "CASCADE" } else { "NO ACTION" };
                let key = (
                    columns[0].clone(),
                    other.to_owned(),
                    column.to_owned(),
                    on_delete.to_owned(),
                );
                table.foreign_keys.insert(key);
            }
            _ => {}
        }
    }
    for row in rows(
        "SELECT i.indrelid::regclass::text AS a, i.indexrelid::regclass::text AS b, \
         ARRAY_TO_STRING(ARRAY(SELECT attname FROM UNNEST(i.indkey::int[]) WITH ORDINALITY AS u(number, place) \
           JOIN pg_attribute ON attrelid = i.indrelid AND attnum = u.number ORDER BY u.place), ',') AS c, NULL::text AS d, \
         CASE WHEN i.indpred IS NULL THEN 0 ELSE 1 END::bigint AS n \
         FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid JOIN pg_namespace AS s ON s.oid = t.relnamespace \
         WHERE s.nspname = 'public' AND NOT i.indisunique",
    ) {
        let columns = row.c.split(',').map(str::to_owned).collect();
        if let Some(table) = shape.get_mut(&row.a) {
            table.indexes.insert(row.b, (columns, row.n == 1));
        }
    }
    shape
}
