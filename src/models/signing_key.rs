//! The keys that sign access tokens, from their making until after their retirement. Which of them is made
//! or retired when is decided in `signing`.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_change};
use crate::oauth::SigningAlgorithm;
use crate::schema::signing_keys;

/// A key. Its private half is encrypted under the master key.
#[derive(Clone, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = signing_keys)]
pub struct SigningKey {
    /// `kid`: the RFC 7638 thumbprint of the public half.
    pub id: String,
    /// What it signs with.
    #[diesel(serialize_as = String, deserialize_as = String)]
    pub algorithm: SigningAlgorithm,
    /// The public half (RFC 7517), as it is published.
    pub public_jwk: String,
    /// The private half; gone once the key is retired.
    pub sealed_private_key: Option<Vec<u8>>,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it begins to sign, until the next one begins. It is published before.
    pub signs_from: UnixTime,
    /// Seconds that the longest of its tokens may live, as far as anybody has seen.
    pub longest_life: i64,
    /// When it was taken out of the published set.
    pub retired_at: Option<UnixTime>,
}

/// The published ones, in the order in which they sign.
///
/// # Errors
/// The database's; so for every query below.
pub fn published(connection: &mut DbConnection) -> QueryResult<Vec<SigningKey>> {
    signing_keys::table
        .filter(signing_keys::retired_at.is_null())
        .select(SigningKey::as_select())
        .order((signing_keys::signs_from, signing_keys::id))
        .load(connection)
}

/// All there have ever been, in the order in which they signed.
pub fn list(connection: &mut DbConnection) -> QueryResult<Vec<SigningKey>> {
    signing_keys::table
        .select(SigningKey::as_select())
        .order((signing_keys::signs_from, signing_keys::id))
        .load(connection)
}

/// The published ones, which nobody else changes until this transaction ends: two servers that start or
/// rotate at once come one after the other. Every server hears of a change that may follow.
pub fn published_and_lock(connection: &mut DbConnection) -> QueryResult<Vec<SigningKey>> {
    // The row that tells of changes is the lock.
    note_change(connection)?;
    published(connection)
}

/// Adds one. For holders of the lock, like everything below.
pub fn insert(connection: &mut DbConnection, key: SigningKey) -> QueryResult<()> {
    diesel::insert_into(signing_keys::table)
        .values(key)
        .execute(connection)?;
    Ok(())
}

/// Lets one sign from `at`.
pub fn begin(connection: &mut DbConnection, id: &str, at: UnixTime) -> QueryResult<()> {
    diesel::update(signing_keys::table.find(id))
        .set(signing_keys::signs_from.eq(at))
        .execute(connection)?;
    Ok(())
}

/// Notes that its tokens may live longer than was known.
pub fn set_longest_life(connection: &mut DbConnection, id: &str, seconds: i64) -> QueryResult<()> {
    diesel::update(signing_keys::table.find(id))
        .set(signing_keys::longest_life.eq(seconds))
        .execute(connection)?;
    Ok(())
}

/// Takes one out of the published set and destroys its private half.
pub fn retire(connection: &mut DbConnection, id: &str, now: UnixTime) -> QueryResult<()> {
    diesel::update(signing_keys::table.find(id))
        .set((
            signing_keys::retired_at.eq(Some(now)),
            signing_keys::sealed_private_key.eq(None::<Vec<u8>>),
        ))
        .execute(connection)?;
    Ok(())
}
