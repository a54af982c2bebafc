//! Which scope is granted: the requested one, within the client's, within the user's (RFC 6749 §3.3).

use crate::directory::Permissions;
use crate::models::client::Client;
use crate::oauth::{ErrorCode, OAuthError, Scope};

/// What a request that names no scope asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unnamed {
    /// The default scopes.
    Default,
    /// Everything that the client has: the "full user" of a first-party sign-in.
    Everything,
}

/// The scope that `client` asks for with the parameter `requested`.
///
/// # Errors
/// `invalid_scope` for a malformed or unknown scope, one that is not the client's, a sensitive one of a
/// public client, or none at all.
pub fn requested(
    permissions: &Permissions,
    client: &Client,
    requested: Option<&str>,
    unnamed: Unnamed,
) -> Result<Scope, OAuthError> {
    let allowed = permissions.scope_of_client(client);
    let Some(requested) = requested else {
        let scope = match unnamed {
            Unnamed::Default => allowed.intersection(&permissions.default_scope),
            Unnamed::Everything => allowed,
        };
        return not_empty(scope);
    };
    let requested = Scope::parse(requested).map_err(|_| {
        refuse("scope must be names of printable ASCII without quotes, separated by single spaces.")
    })?;
    if allowed.covers(&requested) {
        Ok(requested)
    } else {
        Err(
            refuse("scope has a name that is unknown or that this client may not ask for.")
                .expecting(allowed.names(), Some(&one_a_line(&requested))),
        )
    }
}

/// What of `scope` a user with `roles` can give; the rest is left out, and the answer's `scope` tells.
///
/// # Errors
/// `invalid_scope` where nothing is left.
pub fn within_user(
    permissions: &Permissions,
    roles: &[String],
    scope: &Scope,
) -> Result<Scope, OAuthError> {
    let own = permissions.scope_of_user(roles);
    not_empty(scope.intersection(&own))
        .map_err(|error| error.expecting(own.names(), Some(&one_a_line(scope))))
}

fn not_empty(scope: Scope) -> Result<Scope, OAuthError> {
    if scope.is_empty() {
        Err(refuse(
            "No scope is left to grant: name one that the client is registered for and the user has.",
        ))
    } else {
        Ok(scope)
    }
}

/// As expected and presented values are kept.
pub(super) fn one_a_line(scope: &Scope) -> String {
    scope.as_str().replace(' ', "\n")
}

fn refuse(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidScope, description)
}
