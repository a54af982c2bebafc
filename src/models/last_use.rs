//! When access tokens, clients and their secrets were last used: many rows at once, at most once a minute each, and no
//! revision moves on for it. Which uses there were is gathered in `crate::last_use`.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Text};

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::SecretId;
use crate::schema::{access_tokens, client_secrets, clients, token_uses};

/// Seconds in which no second use of the same row is written.
pub const PRECISION: i64 = 60;

/// Notes the uses in a table whose ids are text.
macro_rules! by_id {
    ($table:ident, $connection:ident, $used:ident) => {{
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
                // A row that somebody else has locked is left out, since waiting for several of them
                // could deadlock with a revocation. The table's name is ours.
                diesel::sql_query(concat!(
                    "UPDATE ",
                    stringify!($table),
                    " SET last_used_at = due.at FROM (SELECT own.id, used.at FROM ",
                    stringify!($table),
                    " own JOIN unnest($1::text[], $2::bigint[]) AS used (id, at) ON used.id = own.id \
                     WHERE own.last_used_at IS NULL OR own.last_used_at <= used.at - $3 \
                     FOR NO KEY UPDATE OF own SKIP LOCKED) due WHERE ",
                    stringify!($table),
                    ".id = due.id"
                ))
                    .bind::<Array<Text>, _>(ids)
                    .bind::<Array<BigInt>, _>(times)
                    .bind::<BigInt, _>(PRECISION)
                    .execute(connection)?;
            }
        }
        Ok(())
    }};
}

/// Notes when each of these tokens was last used. One that is gone by now is left out.
///
/// # Errors
/// The database's; so for every query below.
pub fn of_tokens(connection: &mut DbConnection, used: &[(SecretId, UnixTime)]) -> QueryResult<()> {
    match connection {
        DbConnection::Sqlite(connection) => {
            for (id, at) in used {
                let before = at.plus(-PRECISION);
                let row = token_uses::table.find(id);
                let renewed = diesel::update(row.filter(token_uses::used_at.le(before)))
                    .set(token_uses::used_at.eq(at))
                    .execute(connection)?;
                if renewed == 0 {
                    access_tokens::table
                        .find(id)
                        .select((access_tokens::id, at.into_sql::<BigInt>()))
                        .insert_into(token_uses::table)
                        .into_columns((token_uses::token_id, token_uses::used_at))
                        .on_conflict_do_nothing()
                        .execute(connection)?;
                }
            }
        }
        DbConnection::Postgres(connection) => {
            let ids: Vec<&[u8]> = used.iter().map(|(id, _)| id.as_bytes()).collect();
            let times: Vec<i64> = used.iter().map(|(_, at)| at.seconds()).collect();
            // A token that is being deleted is left out: to wait for it would end in a broken reference.
            diesel::sql_query(
                "INSERT INTO token_uses (token_id, used_at) \
                 SELECT own.id, used.at FROM unnest($1::bytea[], $2::bigint[]) AS used (id, at) \
                 JOIN access_tokens own ON own.id = used.id \
                 ORDER BY own.id FOR KEY SHARE OF own SKIP LOCKED \
                 ON CONFLICT (token_id) DO UPDATE SET used_at = excluded.used_at \
                 WHERE token_uses.used_at <= excluded.used_at - $3",
            )
            .bind::<Array<Binary>, _>(ids)
            .bind::<Array<BigInt>, _>(times)
            .bind::<BigInt, _>(PRECISION)
            .execute(connection)?;
        }
    }
    Ok(())
}

/// When a token was last used.
pub fn of_token(connection: &mut DbConnection, id: &SecretId) -> QueryResult<Option<UnixTime>> {
    token_uses::table
        .find(id)
        .select(token_uses::used_at)
        .get_result(connection)
        .optional()
}

/// Notes when each of these clients was last used: it got a token, asked about one, or an API key of it was used.
pub fn of_clients(connection: &mut DbConnection, used: &[(&str, UnixTime)]) -> QueryResult<()> {
    by_id!(clients, connection, used)
}

/// Notes when a client last authenticated with each of these secrets.
pub fn of_secrets(connection: &mut DbConnection, used: &[(&str, UnixTime)]) -> QueryResult<()> {
    by_id!(client_secrets, connection, used)
}
