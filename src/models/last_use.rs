//! When access tokens, clients and their secrets were last used: many rows at once, at most once a minute each, and no
//! revision moves on for it. Which uses there were is gathered in `crate::last_use`.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Text};

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::SecretId;
use crate::schema::{access_tokens, client_secrets, clients};

/// Seconds in which no second use of the same row is written.
pub const PRECISION: i64 = 60;

/// The statement for PostgreSQL: a row that somebody else has locked is left out, since waiting for
/// several of them could deadlock with a revocation. The table's name is ours.
macro_rules! update_many {
    ($table:literal, $array:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET last_used_at = due.at FROM (SELECT own.id, used.at FROM ",
            $table,
            " own JOIN unnest($1::",
            $array,
            ", $2::bigint[]) AS used (id, at) ON used.id = own.id \
             WHERE own.last_used_at IS NULL OR own.last_used_at <= used.at - $3 \
             FOR UPDATE OF own SKIP LOCKED) due WHERE ",
            $table,
            ".id = due.id"
        )
    };
}

/// Notes the uses in a table whose ids are text.
macro_rules! by_id {
    ($table:ident, $name:literal, $connection:ident, $used:ident) => {{
        match $connection {
            DbConnection::Sqlite(connection) => {
                for (id, at) in $used {
                    let due = $table::last_used_at
                        .is_null()
                        .or($table::last_used_at.le(Some(at.plus(-PRECISION))));
                    diesel::update($table::table.find(id).filter(due))
                        .set($table::last_used_at.eq(Some(*at)))
                        .execute(connection)?;
                }
            }
            DbConnection::Postgres(connection) => {
                let (ids, times): (Vec<&str>, Vec<i64>) =
                    $used.iter().map(|(id, at)| (*id, at.seconds())).unzip();
                diesel::sql_query(update_many!($name, "text[]"))
                    .bind::<Array<Text>, _>(ids)
                    .bind::<Array<BigInt>, _>(times)
                    .bind::<BigInt, _>(PRECISION)
                    .execute(connection)?;
            }
        }
        Ok(())
    }};
}

/// Notes when each of these tokens was last used.
///
/// # Errors
/// The database's; so for the query below.
pub fn of_tokens(connection: &mut DbConnection, used: &[(SecretId, UnixTime)]) -> QueryResult<()> {
    match connection {
        DbConnection::Sqlite(connection) => {
            for (id, at) in used {
                let due = access_tokens::last_used_at
                    .is_null()
                    .or(access_tokens::last_used_at.le(Some(at.plus(-PRECISION))));
                diesel::update(access_tokens::table.find(id).filter(due))
                    .set(access_tokens::last_used_at.eq(Some(*at)))
                    .execute(connection)?;
            }
        }
        DbConnection::Postgres(connection) => {
            let ids: Vec<&[u8]> = used.iter().map(|(id, _)| id.as_bytes()).collect();
            let times: Vec<i64> = used.iter().map(|(_, at)| at.seconds()).collect();
            diesel::sql_query(update_many!("access_tokens", "bytea[]"))
                .bind::<Array<Binary>, _>(ids)
                .bind::<Array<BigInt>, _>(times)
                .bind::<BigInt, _>(PRECISION)
                .execute(connection)?;
        }
    }
    Ok(())
}

/// Notes when each of these clients last got a token or asked about one.
pub fn of_clients(connection: &mut DbConnection, used: &[(&str, UnixTime)]) -> QueryResult<()> {
    by_id!(clients, "clients", connection, used)
}

/// Notes when a client last authenticated with each of these secrets.
pub fn of_secrets(connection: &mut DbConnection, used: &[(&str, UnixTime)]) -> QueryResult<()> {
    by_id!(client_secrets, "client_secrets", connection, used)
}
