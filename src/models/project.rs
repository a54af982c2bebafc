//! Projects and their members. A project owns API keys, which are clients; everybody has a personal one.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::id::{IdKind, new_id};
use crate::schema::{clients, project_members, projects, users};

use super::client::{self, Client, ClientKind};
use super::user::User;
use super::word;

/// What a group of people, or one person, works on.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = projects)]
pub struct Project {
    /// The id.
    pub id: String,
    /// The name in addresses and in introspection answers.
    pub slug: String,
    /// The name for people.
    pub name: String,
    /// The person whose personal project it is.
    pub personal_user_id: Option<String>,
    /// When it was made.
    pub created_at: UnixTime,
}

word! {
    /// What a person may do in a project.
    Membership {
        /// Everything, members and deletion included.
        Owner = "owner",
        /// API keys.
        Member = "member",
    }
}

/// One person in one project.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable, Associations)]
#[diesel(table_name = project_members, primary_key(project_id, user_id), belongs_to(Project), belongs_to(User))]
pub struct ProjectMember {
    /// The project.
    pub project_id: String,
    /// The person.
    pub user_id: String,
    /// What the person may do.
    #[diesel(serialize_as = String, deserialize_as = String)]
    pub membership: Membership,
    /// Since when.
    pub created_at: UnixTime,
}

/// Finds by id.
///
/// # Errors
/// The database's; so for every query below.
pub fn find(connection: &mut DbConnection, id: &str) -> QueryResult<Option<Project>> {
    projects::table
        .find(id)
        .select(Project::as_select())
        .get_result(connection)
        .optional()
}

/// Finds by slug.
pub fn find_by_slug(connection: &mut DbConnection, slug: &str) -> QueryResult<Option<Project>> {
    projects::table
        .filter(projects::slug.eq(slug))
        .select(Project::as_select())
        .get_result(connection)
        .optional()
}

/// The slug of a project.
pub fn slug_of(connection: &mut DbConnection, id: &str) -> QueryResult<Option<String>> {
    projects::table
        .find(id)
        .select(projects::slug)
        .get_result(connection)
        .optional()
}

/// A person's projects with what the person may do there, by name; the personal one first.
pub fn of_user(
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

/// The members of a project with their names, since longest first.
pub fn members(
    connection: &mut DbConnection,
    project: &Project,
) -> QueryResult<Vec<(ProjectMember, String)>> {
    ProjectMember::belonging_to(project)
        .inner_join(users::table)
        .select((ProjectMember::as_select(), users::username))
        .order((project_members::created_at, users::username_key))
        .load(connection)
}

/// The clients of a project, oldest first.
pub fn clients(connection: &mut DbConnection, project: &Project) -> QueryResult<Vec<Client>> {
    Client::belonging_to(project)
        .select(Client::as_select())
        .order(clients::id)
        .load(connection)
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
    let owner = ProjectMember {
        project_id: project.id.clone(),
        user_id: user_id.to_owned(),
        membership: Membership::Owner,
        created_at: now,
    };
    let client = Client {
        user_id: Some(user_id.to_owned()),
        project_id: Some(project.id.clone()),
        ..Client::new("Personal access tokens", ClientKind::Confidential, now)
    };
    diesel::insert_into(projects::table)
        .values(project)
        .execute(connection)?;
    diesel::insert_into(project_members::table)
        .values(owner)
        .execute(connection)?;
    client::insert(connection, client)
}
