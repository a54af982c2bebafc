//! The scope of a token for whoever looks into why it does not open something: what was granted, and what of
//! that is still allowed, as introspection (RFC 7662 §2.2) tells it.

use crate::models::access_token::TokenKind;
use crate::models::client::Client;
use crate::oauth::Scope;

use super::Permissions;

/// The scope of a token or code.
#[derive(Clone, Debug)]
pub struct TokenScope {
    /// What was granted.
    pub granted: Scope,
    /// What of that is still allowed.
    pub allowed: Scope,
}

impl TokenScope {
    /// That of a token whose client and user's roles are these by now. Where the client is gone, nothing is
    /// allowed. Refresh tokens and codes give tokens of the kind [`TokenKind::Access`].
    pub fn of(
        permissions: &Permissions,
        kind: TokenKind,
        granted: Scope,
        client: Option<&Client>,
        roles: Option<&[String]>,
    ) -> Self {
        let allowed = client
            .map(|client| permissions.still_allowed_to_token(kind, granted.clone(), client, roles));
        Self {
            granted,
            allowed: allowed.unwrap_or_default(),
        }
    }
}
