//! Who belongs to a project, and as what.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::schema::{project_members, users};

use super::project::Project;
use super::user::User;
use super::word;

/// The most that a project has.
pub const LIMIT: usize = 200;

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

/// Adds one.
///
/// # Errors
/// The database's; so for every query below.
pub fn insert(connection: &mut DbConnection, member: ProjectMember) -> QueryResult<()> {
    diesel::insert_into(project_members::table)
        .values(member)
        .execute(connection)?;
    Ok(())
}

/// One person's membership. It stays as it is while the project is locked: whoever changes it locks that first.
pub fn find(
    connection: &mut DbConnection,
    project_id: &str,
    user_id: &str,
) -> QueryResult<Option<ProjectMember>> {
    project_members::table
        .find((project_id, user_id))
        .select(ProjectMember::as_select())
        .get_result(connection)
        .optional()
}

/// Everybody, by name.
pub fn of_project(
    connection: &mut DbConnection,
    project_id: &str,
) -> QueryResult<Vec<(ProjectMember, User)>> {
    project_members::table
        .inner_join(users::table)
        .filter(project_members::project_id.eq(project_id))
        .select((ProjectMember::as_select(), User::as_select()))
        .order(users::username_key)
        .load(connection)
}

/// Changes what one may do.
pub fn set_membership(
    connection: &mut DbConnection,
    project_id: &str,
    user_id: &str,
    membership: Membership,
) -> QueryResult<bool> {
    let changed = diesel::update(project_members::table.find((project_id, user_id)))
        .set(project_members::membership.eq(membership.as_str()))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Takes one out.
pub fn remove(connection: &mut DbConnection, project_id: &str, user_id: &str) -> QueryResult<bool> {
    let removed = diesel::delete(project_members::table.find((project_id, user_id)));
    Ok(removed.execute(connection)? == 1)
}

/// Whether the project has an owner besides this person who can sign in. Ask with the project locked, or
/// two owners leave at once.
pub fn has_other_owner(
    connection: &mut DbConnection,
    project_id: &str,
    user_id: &str,
) -> QueryResult<bool> {
    let others: i64 = project_members::table
        .inner_join(users::table)
        .filter(project_members::project_id.eq(project_id))
        .filter(project_members::membership.eq(Membership::Owner.as_str()))
        .filter(project_members::user_id.ne(user_id))
        .filter(users::disabled_at.is_null())
        .count()
        .get_result(connection)?;
    Ok(others > 0)
}
