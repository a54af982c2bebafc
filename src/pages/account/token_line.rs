//! A personal access token or API key as a line of a list.

use crate::authentication::bearer;
use crate::clock::UnixTime;
use crate::directory::Permissions;
use crate::leaked;
use crate::models::access_token::{AccessToken, UsedToken};
use crate::models::attention;
use crate::web::page::{Moment, ScopeLine, scope_lines};

/// Days before the end in which a line warns of it.
const SOON: i64 = 7;

/// One of them.
pub(in crate::pages) struct TokenLine {
    /// Its `jti`, by which addresses name it.
    pub id: String,
    pub name: String,
    pub last_four: String,
    pub scopes: Vec<ScopeLine>,
    pub created: Moment,
    pub last_used: Option<Moment>,
    pub expires: Option<Moment>,
    /// When somebody ended it, unless that was because it had leaked.
    pub revoked: Option<Moment>,
    /// When somebody reported that it had leaked, which ended it.
    pub leaked: Option<Moment>,
    pub is_live: bool,
    pub expires_soon: bool,
    pub is_long_unused: bool,
}

impl TokenLine {
    pub(in crate::pages) fn new(used: UsedToken, permissions: &Permissions, now: UnixTime) -> Self {
        let UsedToken {
            token,
            last_used_at,
        } = used;
        let is_live = token.is_live(now);
        let ended = token.revoked_at;
        let is_leaked = token.revoked_because.as_deref() == Some(leaked::BECAUSE);
        let last_needed = last_used_at.unwrap_or(token.created_at);
        Self {
            id: bearer::jti(&token.id),
            scopes: scope_lines(permissions, &token.scope),
            created: Moment::new(token.created_at, now),
            last_used: last_used_at.map(|at| Moment::new(at, now)),
            expires: token.expires_at.map(|at| Moment::ahead(at, now)),
            revoked: ended.filter(|_| !is_leaked).map(|at| Moment::new(at, now)),
            leaked: ended.filter(|_| is_leaked).map(|at| Moment::new(at, now)),
            is_live,
            expires_soon: is_live && ends_soon(&token, now),
            is_long_unused: is_live && now.since(last_needed) >= attention::UNUSED,
            name: token.name.unwrap_or_default(),
            last_four: token.last_four,
        }
    }
}

fn ends_soon(token: &AccessToken, now: UnixTime) -> bool {
    let end = token.expires_at;
    end.is_some_and(|end| attention::ends_soon(token.created_at, end, now, SOON))
}
