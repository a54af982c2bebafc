//! Authorization codes (RFC 6749 §4.1.2): one use each.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::SecretId;
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::redirect_uri::MatchedRedirectUri;
use crate::schema::authorization_codes;

use super::authorization::Authorization;
use super::client::Client;
use super::user::User;

/// A code, kept until its authorization has no live token, so that a replay is recognised.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable, Associations)]
#[diesel(table_name = authorization_codes, belongs_to(Authorization), belongs_to(Client), belongs_to(User))]
pub struct AuthorizationCode {
    /// The key of the code.
    pub id: SecretId,
    /// The act of granting that it carries.
    pub authorization_id: String,
    /// Who may redeem it.
    pub client_id: String,
    /// Who granted.
    pub user_id: String,
    /// Where it was sent.
    pub redirect_uri: MatchedRedirectUri,
    /// Whether the authorization request named that URI.
    pub redirect_uri_sent: bool,
    /// RFC 7636 §4.4.
    pub code_challenge: CodeChallenge,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it ends.
    pub expires_at: UnixTime,
    /// When it was redeemed.
    pub claimed_at: Option<UnixTime>,
}

/// Finds by key, whatever its state.
///
/// # Errors
/// The database's; so for every query below.
pub fn find(
    connection: &mut DbConnection,
    id: &SecretId,
) -> QueryResult<Option<AuthorizationCode>> {
    authorization_codes::table
        .find(id)
        .select(AuthorizationCode::as_select())
        .get_result(connection)
        .optional()
}

/// Adds one.
pub fn insert(connection: &mut DbConnection, code: AuthorizationCode) -> QueryResult<()> {
    diesel::insert_into(authorization_codes::table)
        .values(code)
        .execute(connection)?;
    Ok(())
}

/// Redeems it; says whether this caller was the one who did.
pub fn claim(connection: &mut DbConnection, id: &SecretId, now: UnixTime) -> QueryResult<bool> {
    let claimed = diesel::update(authorization_codes::table.find(id))
        .filter(authorization_codes::claimed_at.is_null())
        .set(authorization_codes::claimed_at.eq(Some(now)))
        .execute(connection)?;
    Ok(claimed == 1)
}
