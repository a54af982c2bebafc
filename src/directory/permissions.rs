//! Scopes and roles: what a user can give, what a client may have, and what of a granted scope is still
//! allowed.

use std::collections::{HashMap, HashSet};

use crate::db::DbConnection;
use crate::error::Result;
use crate::models::access_token::TokenKind;
use crate::models::client::Client;
use crate::models::role::{self, Role};
use crate::models::scope::{self, RegisteredScope};
use crate::oauth::Scope;

/// Scopes and roles.
#[derive(Debug)]
pub struct Permissions {
    /// Every scope.
    pub scopes: HashMap<String, RegisteredScope>,
    /// The scopes that a request without `scope` asks for, and that everybody can give.
    pub default_scope: Scope,
    /// What each role grants, with all that it includes.
    roles: HashMap<String, Scope>,
}

impl Permissions {
    pub(super) fn load(connection: &mut DbConnection) -> Result<Self> {
        let scopes = scope::list(connection)?;
        let default = scopes.iter().filter(|scope| scope.is_default);
        let default_scope = default.map(|scope| scope.name.as_str()).collect();
        let roles = role::list(connection)?;
        let roles: HashMap<&str, &Role> = roles
            .iter()
            .map(|role| (role.name.as_str(), role))
            .collect();
        let whole = |name: &&str| ((*name).to_owned(), with_included(&roles, name));
        Ok(Self {
            roles: roles.keys().map(whole).collect(),
            scopes: scopes
                .into_iter()
                .map(|scope| (scope.name.clone(), scope))
                .collect(),
            default_scope,
        })
    }

    /// What somebody with `roles`, and with `user` as everybody, can give: the default scopes and those
    /// of the roles and of all that these include.
    pub fn scope_of_user(&self, roles: &[String]) -> Scope {
        let granted = self.granted_by(roles);
        let names = granted.flat_map(Scope::names);
        names
            .filter(|name| self.scopes.contains_key(*name))
            .collect()
    }

    /// What `client` may have at most: its own scopes as far as they still exist and, for a public client
    /// that is not first-party, are not sensitive.
    pub fn scope_of_client(&self, client: &Client) -> Scope {
        let names = client.scope.names();
        names.filter(|name| self.may_have(client, name)).collect()
    }

    /// What of a scope that was granted to `client` is still allowed: that which still exists, is still
    /// the client's and, where a user granted it, still the user's to give. Where that is all of it, which
    /// is nearly always, nothing is allocated.
    pub fn still_allowed(
        &self,
        granted: Scope,
        client: &Client,
        roles: Option<&[String]>,
    ) -> Scope {
        let may_have = |name: &str| self.may_have(client, name);
        self.narrowed(granted, roles, may_have)
    }

    /// The same for an access token: between a user and a personal one no client stands.
    pub fn still_allowed_to_token(
        &self,
        kind: TokenKind,
        granted: Scope,
        client: &Client,
        roles: Option<&[String]>,
    ) -> Scope {
        if kind == TokenKind::Personal {
            let exists = |name: &str| self.scopes.contains_key(name);
            self.narrowed(granted, roles, exists)
        } else {
            self.still_allowed(granted, client, roles)
        }
    }

    fn narrowed(
        &self,
        granted: Scope,
        roles: Option<&[String]>,
        may: impl Fn(&str) -> bool,
    ) -> Scope {
        let can_give = |name: &str| {
            roles.is_none_or(|roles| self.granted_by(roles).any(|scope| scope.contains(name)))
        };
        let holds = |name: &&str| may(name) && can_give(name);
        if granted.names().all(|name| holds(&name)) {
            return granted;
        }
        granted.names().filter(holds).collect()
    }

    fn may_have(&self, client: &Client, name: &str) -> bool {
        let open_client = client.is_public() && !client.is_first_party;
        let exists = self.scopes.get(name);
        client.scope.contains(name)
            && exists.is_some_and(|scope| !(open_client && scope.is_sensitive))
    }

    fn granted_by<'a>(&'a self, roles: &'a [String]) -> impl Iterator<Item = &'a Scope> {
        let names = std::iter::once(role::USER).chain(roles.iter().map(String::as_str));
        let of_roles = names.filter_map(|name| self.roles.get(name));
        std::iter::once(&self.default_scope).chain(of_roles)
    }
}

/// What a role grants by itself and through the roles that it includes, however deep; a circle ends.
fn with_included(roles: &HashMap<&str, &Role>, name: &str) -> Scope {
    let mut reached = HashSet::from([name]);
    let mut waiting = vec![name];
    let mut scope = Scope::default();
    while let Some(role) = waiting.pop().map(|name| roles.get(name)) {
        let Some(role) = role else {
            continue;
        };
        scope = scope.union(&role.scope);
        let included = role.includes.iter().map(String::as_str);
        waiting.extend(included.filter(|name| reached.insert(name)));
    }
    scope
}
