//! Authorization requests (RFC 6749 §4.1.1) that wait for a person. Stored only after full validation,
//! tied to one browser, claimed once; login and consent carry nothing but the id.

use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::redirect_uri::MatchedRedirectUri;
use crate::oauth::{HashedSecret, Scope, SecretId};
use crate::schema::{authorization_requests, sessions};

use super::client::Client;

/// How long a person may take, in seconds.
pub const LIFETIME: i64 = 3600;

/// What a client wishes for.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable, Associations)]
#[diesel(table_name = authorization_requests, belongs_to(Client))]
pub struct AuthorizationRequest {
    /// The key of the 256-bit id in the pages' addresses.
    pub id: SecretId,
    /// Who wishes.
    pub client_id: String,
    /// Where the answer goes.
    pub redirect_uri: MatchedRedirectUri,
    /// Whether the request named it; then the token request must repeat it (RFC 6749 §4.1.3).
    pub redirect_uri_sent: bool,
    /// What is wished for.
    pub scope: Scope,
    /// The client's own word, returned as it came.
    pub state: Option<String>,
    /// RFC 7636 §4.4.
    pub code_challenge: CodeChallenge,
    /// The digest of the cookie of the browser that it is tied to; none until a request that came as
    /// another site's form is continued.
    pub browser_hash: Option<HashedSecret>,
    /// The session that it belongs to since somebody signed in.
    pub session_id: Option<SecretId>,
    /// When it came.
    pub created_at: UnixTime,
    /// When the person has taken too long.
    pub expires_at: UnixTime,
    /// When it was decided.
    pub claimed_at: Option<UnixTime>,
}

impl AuthorizationRequest {
    /// Whether somebody can still decide it.
    pub fn is_open(&self, now: UnixTime) -> bool {
        self.claimed_at.is_none() && now < self.expires_at
    }
}

/// Finds by key, whatever its state.
///
/// # Errors
/// The database's; so for every query below.
pub fn find(
    connection: &mut DbConnection,
    id: &SecretId,
) -> QueryResult<Option<AuthorizationRequest>> {
    authorization_requests::table
        .find(id)
        .select(AuthorizationRequest::as_select())
        .get_result(connection)
        .optional()
}

/// Adds one.
pub fn insert(connection: &mut DbConnection, request: AuthorizationRequest) -> QueryResult<()> {
    diesel::insert_into(authorization_requests::table)
        .values(request)
        .execute(connection)?;
    Ok(())
}

/// Ties one to a browser, if none holds it yet; says whether it is now this browser's.
pub fn bind_browser(
    connection: &mut DbConnection,
    id: &SecretId,
    browser: HashedSecret,
) -> QueryResult<bool> {
    let bound = diesel::update(authorization_requests::table.find(id))
        .filter(authorization_requests::browser_hash.is_null())
        .set(authorization_requests::browser_hash.eq(Some(browser)))
        .execute(connection)?;
    Ok(bound == 1)
}

/// Ties one to a session of `user_id`, if no other holds it but a live one of the same person's: who presses
/// `Sign in` twice has signed in twice. Says whether it is now this session's.
pub fn bind(
    connection: &mut DbConnection,
    id: &SecretId,
    session: &SecretId,
    user_id: &str,
    now: UnixTime,
) -> QueryResult<bool> {
    let own = sessions::table
        .filter(sessions::user_id.eq(user_id))
        .filter(sessions::expires_at.gt(now))
        .select(sessions::id.nullable());
    let bound = diesel::update(authorization_requests::table.find(id))
        .filter(
            authorization_requests::session_id
                .is_null()
                .or(authorization_requests::session_id.eq_any(own)),
        )
        .set(authorization_requests::session_id.eq(Some(*session)))
        .execute(connection)?;
    Ok(bound == 1)
}

/// Unties the open requests of a session that ends, so that somebody else can sign in for them in the
/// same browser ("not you?").
pub fn unbind(connection: &mut DbConnection, session: &SecretId) -> QueryResult<usize> {
    diesel::update(authorization_requests::table)
        .filter(authorization_requests::session_id.eq(session))
        .set(authorization_requests::session_id.eq(None::<SecretId>))
        .execute(connection)
}

/// Takes the open requests of a session along to its new secret.
pub(super) fn follow(
    connection: &mut DbConnection,
    session: &SecretId,
    renewed: &SecretId,
) -> QueryResult<usize> {
    diesel::update(authorization_requests::table)
        .filter(authorization_requests::session_id.eq(session))
        .set(authorization_requests::session_id.eq(Some(*renewed)))
        .execute(connection)
}

/// Decides one; says whether this caller was the one who did.
pub fn claim(connection: &mut DbConnection, id: &SecretId, now: UnixTime) -> QueryResult<bool> {
    let claimed = diesel::update(authorization_requests::table.find(id))
        .filter(authorization_requests::claimed_at.is_null())
        .set(authorization_requests::claimed_at.eq(Some(now)))
        .execute(connection)?;
    Ok(claimed == 1)
}
