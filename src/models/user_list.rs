//! The administrators' list of people: all, or those whose name, e-mail address or id begins like a text,
//! or those whom a filter lets through. Each way goes by an index, so that 100,000 people cost little more
//! than 100.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::expression::BoxableExpression;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::db::DbConnection;
use crate::schema::users;

use super::user::{User, key_of};
use super::{role, word};

type Backend = <DbConnection as Connection>::Backend;
type Condition = Box<dyn BoxableExpression<users::table, Backend, SqlType = Bool>>;

/// People that a search finds at most, by name and by address each: whoever finds more types more.
pub const MOST_FOUND: usize = 500;

word! {
    /// The state of an account.
    UserStatus {
        /// Not disabled.
        Enabled = "enabled",
        /// Disabled.
        Disabled = "disabled",
        /// Nobody has chosen its password yet.
        Invited = "invited",
    }
}

/// Whom a list is to show.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// How a name, an address or an id begins; empty for any.
    pub text: String,
    /// Only accounts of this state.
    pub status: Option<UserStatus>,
    /// Only who has this role.
    pub role: Option<String>,
}

/// A part of the list.
#[derive(Debug)]
pub struct Found {
    /// The people, by name.
    pub users: Vec<User>,
    /// How many the whole list has.
    pub total: i64,
    /// Whether there are more than a search finds.
    pub more: bool,
}

/// The people from `offset` on, at most `most`.
///
/// # Errors
/// The database's.
pub fn page(
    connection: &mut DbConnection,
    wanted: &Wanted,
    offset: i64,
    most: i64,
) -> QueryResult<Found> {
    if wanted.text.is_empty() {
        browse(connection, wanted, offset, most)
    } else {
        search(connection, wanted, offset, most)
    }
}

fn browse(
    connection: &mut DbConnection,
    wanted: &Wanted,
    offset: i64,
    most: i64,
) -> QueryResult<Found> {
    let total = filtered(wanted).count().get_result(connection)?;
    // Keys first: they and what is skipped are read from an index alone.
    let keys: Vec<String> = filtered(wanted)
        .select(users::username_key)
        .order(users::username_key)
        .offset(offset)
        .limit(most)
        .load(connection)?;
    let users = users::table
        .filter(users::username_key.eq_any(keys))
        .select(User::as_select())
        .order(users::username_key)
        .load(connection)?;
    Ok(Found {
        users,
        total,
        more: false,
    })
}

fn search(
    connection: &mut DbConnection,
    wanted: &Wanted,
    offset: i64,
    most: i64,
) -> QueryResult<Found> {
    let bytewise = matches!(connection, DbConnection::Postgres(_));
    let email = if bytewise {
        wanted.text.to_lowercase()
    } else {
        // SQLite's lower() knows ASCII alone.
        wanted.text.to_ascii_lowercase()
    };
    let ways: [Condition; 3] = [
        begins("users.username_key", key_of(&wanted.text), bytewise),
        begins("lower(users.email)", email, bytewise),
        Box::new(users::id.eq(wanted.text.clone())),
    ];
    let limit = i64::try_from(MOST_FOUND).unwrap_or(i64::MAX);
    let (mut found, mut more) = (BTreeMap::new(), false);
    for way in ways {
        let some: Vec<User> = filtered(wanted)
            .filter(way)
            .select(User::as_select())
            .limit(limit + 1)
            .load(connection)?;
        more |= some.len() > MOST_FOUND;
        let some = some.into_iter().take(MOST_FOUND);
        found.extend(some.map(|user| (user.username_key.clone(), user)));
    }
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
    let shown = usize::try_from(most).unwrap_or_default();
    Ok(Found {
        users: found.into_values().skip(skipped).take(shown).collect(),
        total,
        more,
    })
}

fn filtered(wanted: &Wanted) -> users::BoxedQuery<'static, Backend> {
    let mut query = users::table.into_boxed();
    query = match wanted.status {
        None => query,
        Some(UserStatus::Enabled) => query.filter(users::disabled_at.is_null()),
        Some(UserStatus::Disabled) => query.filter(users::disabled_at.is_not_null()),
        Some(UserStatus::Invited) => query.filter(users::password_hash.is_null()),
    };
    match &wanted.role {
        Some(name) if name != role::USER => query
            // As the index of those with roles says it: a bound value would not be recognised.
            .filter(sql::<Bool>("users.roles <> '[]'"))
            .filter(users::roles.like(role::held(name)).escape('\\')),
        _ => query,
    }
}

/// Whether a text begins so, as a range of an index. PostgreSQL compares bytes only if it is told to.
fn begins(text: &str, beginning: String, bytewise: bool) -> Condition {
    let (from, below) = if bytewise {
        ("~>=~", "~<~")
    } else {
        (">=", "<")
    };
    let end = format!("{beginning}{}", char::MAX);
    Box::new(
        sql::<Bool>(&format!("({text} {from} "))
            .bind::<Text, _>(beginning)
            .sql(&format!(" AND {text} {below} "))
            .bind::<Text, _>(end)
            .sql(")"),
    )
}
