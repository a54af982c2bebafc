//! Finding some of many registered clients: by name or id, by kind of application, by state.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::schema::{clients, projects};

use super::application::Application;
use super::{Client, ClientKind};

/// Which clients are wanted; what is none does not matter.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// A part of the name or of the id, in capital or small letters.
    pub words: String,
    /// The kind of application.
    pub application: Option<Application>,
    /// The state.
    pub state: Option<State>,
}

/// A part of the clients that were looked for.
#[derive(Debug)]
pub struct Found {
    /// How many there are in all.
    pub total: i64,
    /// Some of them, with the names of their projects.
    pub clients: Vec<(Client, Option<String>)>,
}

/// A state that a client is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It may get tokens.
    Enabled,
    /// It may not.
    Disabled,
    /// It may, and has not since then.
    UnusedSince(UnixTime),
}

diesel::define_sql_function! {
    /// Small letters; on SQLite of ASCII alone.
    fn lower(text: Text) -> Text;
}

diesel::define_sql_function! {
    /// Every occurrence of a text by another.
    fn replace(text: Text, what: Text, by: Text) -> Text;
}

/// Whether a public client is a native app: one of its redirect URIs does not begin with `https://`. They
/// are a list in JSON, whose quotes no URI has in it.
macro_rules! is_native {
    () => {{
        let others = replace(clients::redirect_uris, "\",\"https://", "");
        clients::redirect_uris
            .ne("[]")
            .and(clients::redirect_uris.not_like("[\"https://%"))
            .or(others.like("%\",\"%"))
    }};
}

macro_rules! is_native_application {
    () => {
        is_native!().and(clients::allowed_origins.eq("[]"))
    };
}

macro_rules! acts_for_people {
    () => {
        clients::grant_types
            .like("%\"authorization_code\"%")
            .or(clients::grant_types.like("%\"password\"%"))
    };
}

macro_rules! narrowed {
    ($query:expr, $search:expr, $backend:ty) => {{
        let public = ClientKind::Public.as_str();
        let mut query = $query
            .filter(clients::user_id.is_null())
            .into_boxed::<$backend>();
        if !$search.words.is_empty() {
            let (typed, small) = (
                containing(&$search.words),
                containing(&$search.words.to_lowercase()),
            );
            query = query.filter(
                clients::name
                    .like(typed.clone())
                    .escape('\\')
                    .or(lower(clients::name).like(small).escape('\\'))
                    .or(clients::id.like(typed).escape('\\')),
            );
        }
        query = match $search.application {
            None => query,
            Some(Application::Native) => query
                .filter(clients::kind.eq(public))
                .filter(is_native_application!()),
            Some(Application::SinglePage) => query
                .filter(clients::kind.eq(public))
                .filter(diesel::dsl::not(is_native_application!())),
            Some(Application::Web) => query
                .filter(clients::kind.ne(public))
                .filter(acts_for_people!()),
            Some(kind) => query
                .filter(clients::kind.ne(public))
                .filter(diesel::dsl::not(acts_for_people!()))
                .filter(clients::is_resource_server.eq(kind == Application::ResourceServer)),
        };
        match $search.state {
            None => query,
            Some(State::Disabled) => query.filter(clients::disabled_at.is_not_null()),
            Some(State::Enabled) => query.filter(clients::disabled_at.is_null()),
            Some(State::UnusedSince(since)) => query
                .filter(clients::disabled_at.is_null())
                .filter(clients::created_at.lt(since))
                .filter(
                    clients::last_used_at
                        .is_null()
                        .or(clients::last_used_at.assume_not_null().lt(since)),
                ),
        }
    }};
}

/// Whether there is any at all.
///
/// # Errors
/// The database's; so for the query below.
pub fn is_any(connection: &mut DbConnection) -> QueryResult<bool> {
    let registered = clients::table.filter(clients::user_id.is_null());
    diesel::select(diesel::dsl::exists(registered)).get_result(connection)
}

/// How many there are, and `limit` of them by name after the first `offset`, with the names of their
/// projects.
pub fn find(
    connection: &mut DbConnection,
    search: &Search,
    offset: i64,
    limit: i64,
) -> QueryResult<Found> {
    macro_rules! query {
        ($connection:expr, $backend:ty) => {{
            let all = clients::table.select(diesel::dsl::count_star());
            let total = narrowed!(all, search, $backend).get_result($connection)?;
            let with_projects = clients::table
                .left_join(projects::table)
                .select((Client::as_select(), projects::name.nullable()));
            let clients = narrowed!(with_projects, search, $backend)
                .order((clients::name, clients::id))
                .offset(offset)
                .limit(limit)
                .load($connection)?;
            Ok(Found { total, clients })
        }};
    }
    match connection {
        DbConnection::Sqlite(connection) => query!(connection, Sqlite),
        DbConnection::Postgres(connection) => query!(connection, Pg),
    }
}

/// The pattern of what has `words` in it, none of whose characters means anything else.
fn containing(words: &str) -> String {
    let mut pattern = String::from("%");
    for character in words.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
