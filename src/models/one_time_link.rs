//! Links that work once, for an hour: now the one that creates the first administrator.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::{PlainSecret, SecretId, SecretKind};
use crate::schema::one_time_links;

use super::word;

/// Seconds a link works.
pub const LIFETIME: i64 = 3600;

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
    let token = PlainSecret::generate(SecretKind::Browser, now);
    let link = OneTimeLink {
        id: token.id(),
        purpose: LinkPurpose::Setup,
        user_id: None,
        created_at: now,
        expires_at: now.plus(LIFETIME),
    };
    diesel::delete(one_time_links::table)
        .filter(one_time_links::purpose.eq(LinkPurpose::Setup.as_str()))
        .execute(connection)?;
    diesel::insert_into(one_time_links::table)
        .values(link)
        .execute(connection)?;
    Ok(token)
}

/// Whether a link is good.
pub fn is_live(
    connection: &mut DbConnection,
    id: &SecretId,
    purpose: LinkPurpose,
    now: UnixTime,
) -> QueryResult<bool> {
    let found: Option<OneTimeLink> = one_time_links::table
        .find(id)
        .select(OneTimeLink::as_select())
        .get_result(connection)
        .optional()?;
    Ok(found.is_some_and(|link| link.purpose == purpose && now < link.expires_at))
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
