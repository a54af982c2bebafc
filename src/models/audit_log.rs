//! Reads the audit log: newest first, filtered, from any place in it. There is nothing here to change it
//! with.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::schema::audit_events;

use super::audit_event::AuditEvent;

/// Which events are wanted; what is none does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Who did it.
    pub actor: Option<String>,
    /// Which user it is about.
    pub user_id: Option<String>,
    /// Which client it is about.
    pub client_id: Option<String>,
    /// What.
    pub action: Option<String>,
    /// Not before.
    pub from: Option<UnixTime>,
    /// Before.
    pub until: Option<UnixTime>,
}

/// A place in the log: an event's time and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The time.
    pub occurred_at: UnixTime,
    /// The id.
    pub id: String,
}

/// In which direction to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// The newest.
    #[default]
    Newest,
    /// Those older than this one.
    OlderThan(Place),
    /// Those newer than this one.
    NewerThan(Place),
}

impl Place {
    /// Where an event stands.
    pub fn of(event: &AuditEvent) -> Self {
        Self {
            occurred_at: event.occurred_at,
            id: event.id.clone(),
        }
    }
}

/// What a log is filtered by besides the time; each has an index that ends with the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    User,
    Actor,
    Client,
    Action,
}

/// At most `limit` events, next to the place; newest first, whichever way it was read.
///
/// # Errors
/// The database's; so for every query below.
pub fn read(
    connection: &mut DbConnection,
    filter: Filter,
    reading: &Reading,
    limit: i64,
) -> QueryResult<Vec<AuditEvent>> {
    macro_rules! query {
        ($connection:expr, $backend:ty, $narrowest:expr) => {{
            let narrowest: Option<Column> = $narrowest;
            let mut query = audit_events::table
                .select(AuditEvent::as_select())
                .limit(limit)
                .into_boxed::<$backend>();
            macro_rules! equal {
                ($column:ident, $as:expr) => {
                    if let Some(value) = filter.$column {
                        query = if narrowest.is_none_or(|narrowest| narrowest == $as) {
                            query.filter(audit_events::$column.eq(value))
                        } else {
                            // Written so that its index is of no use.
                            query.filter(audit_events::$column.concat("").eq(value))
                        };
                    }
                };
            }
            equal!(user_id, Column::User);
            equal!(actor, Column::Actor);
            equal!(client_id, Column::Client);
            equal!(action, Column::Action);
            if let Some(from) = filter.from {
                query = query.filter(audit_events::occurred_at.ge(from));
            }
            if let Some(until) = filter.until {
                query = query.filter(audit_events::occurred_at.lt(until));
            }
            let (at, id) = (audit_events::occurred_at, audit_events::id);
            // The range first, which an index serves; then those of the same second.
            query = match reading {
                Reading::Newest => query.order((at.desc(), id.desc())),
                Reading::OlderThan(place) => query
                    .filter(at.le(place.occurred_at))
                    .filter(at.lt(place.occurred_at).or(id.lt(&place.id)))
                    .order((at.desc(), id.desc())),
                Reading::NewerThan(place) => query
                    .filter(at.ge(place.occurred_at))
                    .filter(at.gt(place.occurred_at).or(id.gt(&place.id)))
                    .order((at.asc(), id.asc())),
            };
            query.load($connection)
        }};
    }
    let mut events: Vec<AuditEvent> = match connection {
        DbConnection::Sqlite(connection) => {
            query!(connection, Sqlite, narrowest(connection, &filter)?)?
        }
        DbConnection::Postgres(connection) => query!(connection, Pg, None)?,
    };
    if matches!(reading, Reading::NewerThan(_)) {
        events.reverse();
    }
    Ok(events)
}

/// Which of several filters leaves the fewest events, as far as a short look tells. PostgreSQL keeps count
/// of how values are spread; an embedded database does not, and would walk all of the log's sign-ins for
/// those of one person.
fn narrowest(connection: &mut SqliteConnection, filter: &Filter) -> QueryResult<Option<Column>> {
    /// Events that are looked at for each filter.
    const LOOK: i64 = 2000;
    let mut found = Vec::new();
    macro_rules! look {
        ($column:ident, $as:expr) => {
            if let Some(value) = &filter.$column {
                let some = audit_events::table.filter(audit_events::$column.eq(value));
                let ids: Vec<String> =
                    some.limit(LOOK).select(audit_events::id).load(connection)?;
                found.push(($as, ids.len()));
            }
        };
    }
    look!(user_id, Column::User);
    look!(actor, Column::Actor);
    look!(client_id, Column::Client);
    look!(action, Column::Action);
    let fewest = found.iter().min_by_key(|(_, events)| *events);
    Ok(fewest.map(|(column, _)| *column))
}

/// Every action that the log has, by name: one step of an index each, however long the log is.
pub fn actions(connection: &mut DbConnection) -> QueryResult<Vec<String>> {
    let mut actions = Vec::new();
    let mut last = String::new();
    loop {
        let next: Option<String> = audit_events::table
            .filter(audit_events::action.gt(&last))
            .select(diesel::dsl::min(audit_events::action))
            .get_result(connection)?;
        let Some(next) = next else {
            return Ok(actions);
        };
        actions.push(next.clone());
        last = next;
    }
}
