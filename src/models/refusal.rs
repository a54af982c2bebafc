//! Requests that were refused, under the request's id of the log and of error pages: which rule, what was
//! expected and what came. Kept for 30 days; never holds a secret.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::mismatch::Difference;
use crate::schema::refusals;

type Backend = <DbConnection as Connection>::Backend;

/// One refused request.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = refusals)]
pub struct Refusal {
    /// The request's id, 16 hexadecimal digits.
    pub id: String,
    /// When.
    pub occurred_at: UnixTime,
    /// Where, below the issuer's path.
    pub path: String,
    /// The client that the request named, if there is such a one.
    pub client_id: Option<String>,
    /// `error`.
    pub error: String,
    /// Which rule refused it.
    pub reason: String,
    /// What would have been right, one a line.
    pub expected: Option<String>,
    /// What came, one a line.
    pub presented: Option<String>,
    /// From where.
    pub address: Option<String>,
}

impl Refusal {
    /// Where the URI that came parts from the expected one that is most like it. Other values are short
    /// words, which are as easily read side by side.
    pub fn difference(&self) -> Option<Difference<'_>> {
        let presented = self.presented.as_deref()?;
        let expected = self.expected.as_deref()?;
        Difference::find(expected, presented).filter(|found| found.nearest.contains(":/"))
    }
}

/// Adds one, unless another server has counted its requests to the same id.
///
/// # Errors
/// The database's; so for every query below.
pub fn insert(connection: &mut DbConnection, refusal: Refusal) -> QueryResult<()> {
    macro_rules! query {
        ($connection:expr) => {
            diesel::insert_into(refusals::table)
                .values(refusal)
                .on_conflict_do_nothing()
                .execute($connection)
                .map(drop)
        };
    }
    match connection {
        DbConnection::Sqlite(connection) => query!(connection),
        DbConnection::Postgres(connection) => query!(connection),
    }
}

/// Finds one by the request's id.
pub fn find(connection: &mut DbConnection, request_id: &str) -> QueryResult<Option<Refusal>> {
    refusals::table
        .find(request_id)
        .select(Refusal::as_select())
        .get_result(connection)
        .optional()
}

/// The last ones of a client, newest first.
pub fn recent_of_client(
    connection: &mut DbConnection,
    client_id: &str,
    limit: i64,
) -> QueryResult<Vec<Refusal>> {
    refusals::table
        .filter(refusals::client_id.eq(client_id))
        .order((refusals::occurred_at.desc(), refusals::id.desc()))
        .limit(limit)
        .select(Refusal::as_select())
        .load(connection)
}

/// Which refusals are wanted; what is none does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The client that the request named.
    pub client_id: Option<String>,
    /// `error`.
    pub error: Option<String>,
}

/// At most `limit` of those that are wanted, newest first, without the first `offset`.
pub fn list(
    connection: &mut DbConnection,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> QueryResult<Vec<Refusal>> {
    // Skipping reads an index alone, which is several times faster than reading what is skipped.
    let first: Option<(UnixTime, String)> = wanted(filter)
        .select((refusals::occurred_at, refusals::id))
        .offset(offset)
        .limit(1)
        .get_result(connection)
        .optional()?;
    let Some((at, id)) = first else {
        return Ok(Vec::new());
    };
    wanted(filter)
        .filter(refusals::occurred_at.le(at))
        .filter(refusals::occurred_at.lt(at).or(refusals::id.le(id)))
        .select(Refusal::as_select())
        .limit(limit)
        .load(connection)
}

fn wanted(filter: &Filter) -> refusals::BoxedQuery<'_, Backend> {
    let mut query = refusals::table
        .order((refusals::occurred_at.desc(), refusals::id.desc()))
        .into_boxed();
    if let Some(client_id) = &filter.client_id {
        query = query.filter(refusals::client_id.eq(client_id));
    }
    if let Some(error) = &filter.error {
        query = query.filter(refusals::error.eq(error));
    }
    query
}
