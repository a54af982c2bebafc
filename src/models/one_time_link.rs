//! Links that work once: to the first administrator's account, to a first password, to another password.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::{PlainSecret, SecretId, SecretKind};
use crate::schema::one_time_links;

use super::word;

word! {
    /// What a link opens.
    LinkPurpose {
        /// Creating the first administrator.
        Setup = "setup",
        /// Choosing the first password.
        Invitation = "invitation",
        /// Choosing another password.
        Password = "password",
    }
}

impl LinkPurpose {
    /// Seconds a link works. Whoever is invited may be away for some days; the others wait for theirs.
    pub fn lifetime(self) -> i64 {
        match self {
            Self::Setup | Self::Password => 3600,
            Self::Invitation => 7 * 86400,
        }
    }
}

/// A link, of which only the digest is kept.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = one_time_links)]
pub struct OneTimeLink {
    /// The key of the link's token.
    pub id: SecretId,
    /// What it opens.
    #[diesel(serialize_as = String, deserialize_as = String)]
    pub purpose: LinkPurpose,
    /// For whom.
    pub user_id: Option<String>,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it ends.
    pub expires_at: UnixTime,
}

/// Makes the link to the first administrator's account; an older one stops working.
///
/// # Errors
/// The database's; so for every query below.
pub fn insert_setup(connection: &mut DbConnection, now: UnixTime) -> QueryResult<PlainSecret> {
    diesel::delete(one_time_links::table)
        .filter(one_time_links::purpose.eq(LinkPurpose::Setup.as_str()))
        .execute(connection)?;
    insert(connection, LinkPurpose::Setup, None, now)
}

/// Makes a link for a user; older ones stop working.
pub fn insert_for_user(
    connection: &mut DbConnection,
    purpose: LinkPurpose,
    user_id: &str,
    now: UnixTime,
) -> QueryResult<PlainSecret> {
    end_of_user(connection, user_id)?;
    insert(connection, purpose, Some(user_id), now)
}

fn insert(
    connection: &mut DbConnection,
    purpose: LinkPurpose,
    user_id: Option<&str>,
    now: UnixTime,
) -> QueryResult<PlainSecret> {
    let token = PlainSecret::generate(SecretKind::Browser, now);
    let link = OneTimeLink {
        id: token.id(),
        purpose,
        user_id: user_id.map(str::to_owned),
        created_at: now,
        expires_at: now.plus(purpose.lifetime()),
    };
    diesel::insert_into(one_time_links::table)
        .values(link)
        .execute(connection)?;
    Ok(token)
}

/// Finds a link that still works.
pub fn find_live(
    connection: &mut DbConnection,
    id: &SecretId,
    now: UnixTime,
) -> QueryResult<Option<OneTimeLink>> {
    one_time_links::table
        .find(id)
        .filter(one_time_links::expires_at.gt(now))
        .select(OneTimeLink::as_select())
        .get_result(connection)
        .optional()
}

/// The newest link of a user that still works.
pub fn live_of_user(
    connection: &mut DbConnection,
    user_id: &str,
    now: UnixTime,
) -> QueryResult<Option<OneTimeLink>> {
    let links: Vec<OneTimeLink> = one_time_links::table
        .filter(one_time_links::user_id.eq(user_id))
        .filter(one_time_links::expires_at.gt(now))
        .select(OneTimeLink::as_select())
        .order(one_time_links::created_at.desc())
        .load(connection)?;
    Ok(links.into_iter().next())
}

/// Whether a link is good.
pub fn is_live(
    connection: &mut DbConnection,
    id: &SecretId,
    purpose: LinkPurpose,
    now: UnixTime,
) -> QueryResult<bool> {
    let found = find_live(connection, id, now)?;
    Ok(found.is_some_and(|link| link.purpose == purpose))
}

/// Uses a link up; says whether it was good and this caller was the one.
pub fn claim(
    connection: &mut DbConnection,
    id: &SecretId,
    purpose: LinkPurpose,
    now: UnixTime,
) -> QueryResult<bool> {
    let claimed = diesel::delete(one_time_links::table.find(id))
        .filter(one_time_links::purpose.eq(purpose.as_str()))
        .filter(one_time_links::expires_at.gt(now))
        .execute(connection)?;
    Ok(claimed == 1)
}

/// Ends every link of a user.
pub fn end_of_user(connection: &mut DbConnection, user_id: &str) -> QueryResult<usize> {
    diesel::delete(one_time_links::table.filter(one_time_links::user_id.eq(user_id)))
        .execute(connection)
}
