//! Projects. A project owns clients, and these have API keys; everybody has a personal one. Who belongs to
//! a project is in `project_member`.

use diesel::prelude::*;
use unicode_normalization::UnicodeNormalization;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_change, note_token_change, unless_taken};
use crate::oauth::id::{IdKind, new_id};
use crate::schema::{clients, project_members, projects, spent_slugs};

use super::client::{self, Client, ClientKind};
use super::locks;
use super::project_member::{self, Membership, ProjectMember};
use super::user::User;
use super::visible_name;

/// The most that one person belongs to.
pub const LIMIT: usize = 100;
/// Characters of a slug.
const LONGEST_SLUG: usize = 40;

/// What a group of people, or one person, works on.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = projects)]
pub struct Project {
    /// The id.
    pub id: String,
    /// The name in addresses and in introspection answers. It stays, since APIs look at it.
    pub slug: String,
    /// The name for people.
    pub name: String,
    /// The person whose personal project it is.
    pub personal_user_id: Option<String>,
    /// When it was made.
    pub created_at: UnixTime,
}

/// Checks a name that somebody wants.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check_name(name: &str) -> Result<(), String> {
    visible_name::check(name, 100)
}

/// Checks a slug that somebody wants.
///
/// # Errors
/// A sentence that says what a slug is.
pub fn check_slug(slug: &str) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let inner = slug.bytes().all(|byte| plain(byte) || byte == b'-');
    let ends = slug.bytes().next().is_some_and(plain) && slug.bytes().last().is_some_and(plain);
    if inner && ends && slug.len() <= LONGEST_SLUG && slug != "new" {
        Ok(())
    } else {
        Err(format!(
            "A slug has 1 to {LONGEST_SLUG} of a-z, 0-9 and '-', begins and ends with a letter or digit, \
             and is not \"new\"."
        ))
    }
}

/// A slug that reads like a name; `project` where nothing of the name can stay.
pub fn slug_of_name(name: &str) -> String {
    let mut slug = String::new();
    for character in name.nfkd().flat_map(char::to_lowercase) {
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.ends_with('-') && !is_mark(character) {
            slug.push('-');
        }
    }
    let slug: String = slug
        .trim_matches('-')
        .chars()
        .take(LONGEST_SLUG - 4)
        .collect();
    let slug = slug.trim_matches('-');
    if check_slug(slug).is_ok() {
        slug.to_owned()
    } else {
        String::from("project")
    }
}

/// What NFKD takes off letters, as the acute of é.
fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}

/// The first of `slug`, `slug-2`, `slug-3`… that nobody has; none where all up to 999 are taken.
///
/// # Errors
/// The database's; so for every query below.
pub fn free_slug(connection: &mut DbConnection, slug: &str) -> QueryResult<Option<String>> {
    for number in 1..1000 {
        let tried = match number {
            1 => slug.to_owned(),
            _ => format!("{slug}-{number}"),
        };
        if find_by_slug(connection, &tried)?.is_none() && !is_spent(connection, &tried)? {
            return Ok(Some(tried));
        }
    }
    Ok(None)
}

/// Finds by id.
pub fn find(connection: &mut DbConnection, id: &str) -> QueryResult<Option<Project>> {
    projects::table
        .find(id)
        .select(Project::as_select())
        .get_result(connection)
        .optional()
}

/// Whether a project that is gone had this slug: APIs may still let in whoever belongs to it.
fn is_spent(connection: &mut DbConnection, slug: &str) -> QueryResult<bool> {
    let spent = spent_slugs::table
        .find(slug)
        .count()
        .get_result::<i64>(connection)?;
    Ok(spent > 0)
}

/// Finds by slug.
pub fn find_by_slug(connection: &mut DbConnection, slug: &str) -> QueryResult<Option<Project>> {
    projects::table
        .filter(projects::slug.eq(slug))
        .select(Project::as_select())
        .get_result(connection)
        .optional()
}

/// Finds by id and keeps it and its members from changing until this transaction ends.
pub fn find_and_lock(connection: &mut DbConnection, id: &str) -> QueryResult<Option<Project>> {
    let one = projects::table.find(id);
    match connection {
        // There is one writer, and this is it.
        DbConnection::Sqlite(connection) => one
            .select(Project::as_select())
            .get_result(connection)
            .optional(),
        DbConnection::Postgres(connection) => one
            .select(Project::as_select())
            .for_no_key_update()
            .get_result(connection)
            .optional(),
    }
}

/// The project of this slug, if the person belongs to it, and as what. Not the personal one.
pub fn find_of_member(
    connection: &mut DbConnection,
    slug: &str,
    user_id: &str,
) -> QueryResult<Option<(Project, ProjectMember)>> {
    projects::table
        .inner_join(project_members::table)
        .filter(projects::slug.eq(slug))
        .filter(projects::personal_user_id.is_null())
        .filter(project_members::user_id.eq(user_id))
        .select((Project::as_select(), ProjectMember::as_select()))
        .get_result(connection)
        .optional()
}

/// Those that a person belongs to but the personal one, by name.
pub fn of_user(
    connection: &mut DbConnection,
    user_id: &str,
) -> QueryResult<Vec<(Project, ProjectMember)>> {
    project_members::table
        .inner_join(projects::table)
        .filter(project_members::user_id.eq(user_id))
        .filter(projects::personal_user_id.is_null())
        .select((Project::as_select(), ProjectMember::as_select()))
        .order((projects::name, projects::id))
        .load(connection)
}

/// The same with the personal one first.
pub fn all_of_user(
    connection: &mut DbConnection,
    user: &User,
) -> QueryResult<Vec<(Project, ProjectMember)>> {
    let mut found: Vec<(Project, ProjectMember)> = ProjectMember::belonging_to(user)
        .inner_join(projects::table)
        .select((Project::as_select(), ProjectMember::as_select()))
        .order(projects::name)
        .load(connection)?;
    found.sort_by_key(|(project, _)| project.personal_user_id.is_none());
    Ok(found)
}

/// The slug of the project that owns a client, if one does.
pub fn slug_of(connection: &mut DbConnection, id: Option<&str>) -> QueryResult<Option<String>> {
    let Some(id) = id else {
        return Ok(None);
    };
    projects::table
        .find(id)
        .select(projects::slug)
        .get_result(connection)
        .optional()
}

/// Gives a person's own project the person's new name.
pub(super) fn rename_personal(
    connection: &mut DbConnection,
    user_id: &str,
    username: &str,
) -> QueryResult<usize> {
    diesel::update(projects::table.filter(projects::personal_user_id.eq(user_id)))
        .set(projects::name.eq(username))
        .execute(connection)
}

/// The id of a person's own project.
pub fn personal_of(connection: &mut DbConnection, user_id: &str) -> QueryResult<Option<String>> {
    projects::table
        .filter(projects::personal_user_id.eq(user_id))
        .select(projects::id)
        .get_result(connection)
        .optional()
}

/// The client of a person's own project, which holds the personal access tokens.
pub fn personal_client(connection: &mut DbConnection, user_id: &str) -> QueryResult<String> {
    clients::table
        .inner_join(projects::table)
        .filter(projects::personal_user_id.eq(user_id))
        .select(clients::id)
        .order(clients::id)
        .limit(1)
        .get_result(connection)
}

/// Adds one with its first owner.
pub fn insert(connection: &mut DbConnection, project: Project, owner_id: &str) -> QueryResult<()> {
    let owner = ProjectMember {
        project_id: project.id.clone(),
        user_id: owner_id.to_owned(),
        membership: Membership::Owner,
        created_at: project.created_at,
    };
    diesel::insert_into(projects::table)
        .values(project)
        .execute(connection)?;
    project_member::insert(connection, owner)
}

/// The same, unless somebody has or had the slug: on PostgreSQL another may take it in the moment between
/// looking for it and this. Whether it was added.
pub fn insert_unless_taken(
    connection: &mut DbConnection,
    project: Project,
    owner_id: &str,
) -> QueryResult<bool> {
    if is_spent(connection, &project.slug)? {
        return Ok(false);
    }
    let added = unless_taken(connection, |connection| {
        insert(connection, project, owner_id)
    });
    Ok(added?.is_some())
}

/// Gives it another name; the slug stays.
pub fn rename(connection: &mut DbConnection, id: &str, name: &str) -> QueryResult<bool> {
    let renamed = diesel::update(projects::table.find(id)).set(projects::name.eq(name));
    Ok(renamed.execute(connection)? == 1)
}

/// Deletes one with its members and clients, and all that is theirs. Nobody gets its slug again.
pub fn delete(connection: &mut DbConnection, id: &str, now: UnixTime) -> QueryResult<bool> {
    let clients = locks::lock_clients_of(connection, id)?;
    locks::lock_authorizations_of(connection, &clients)?;
    let deleted: Option<String> = diesel::delete(projects::table.find(id))
        .returning(projects::slug)
        .get_result(connection)
        .optional()?;
    note_change(connection)?;
    note_token_change(connection)?;
    let Some(slug) = deleted else {
        return Ok(false);
    };
    diesel::insert_into(spent_slugs::table)
        .values((spent_slugs::slug.eq(slug), spent_slugs::spent_at.eq(now)))
        .execute(connection)?;
    Ok(true)
}

/// Adds a person's own project and its one client, which has no grants and no secret: it holds the
/// person's personal access tokens.
pub(super) fn insert_personal(
    connection: &mut DbConnection,
    user_id: &str,
    username: &str,
    now: UnixTime,
) -> QueryResult<()> {
    let project = Project {
        id: new_id(IdKind::Project, now),
        slug: user_id.to_owned(),
        name: username.to_owned(),
        personal_user_id: Some(user_id.to_owned()),
        created_at: now,
    };
    let client = Client {
        user_id: Some(user_id.to_owned()),
        project_id: Some(project.id.clone()),
        ..Client::new("Personal access tokens", ClientKind::Confidential, now)
    };
    insert(connection, project, user_id)?;
    client::insert_personal(connection, client)
}
