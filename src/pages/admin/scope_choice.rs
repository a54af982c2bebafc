//! Every scope to tick, in the forms of clients and of roles.

use crate::models::scope::RegisteredScope;

pub(super) struct ScopeChoice {
    pub(super) scope: RegisteredScope,
    pub(super) is_ticked: bool,
}

pub(super) fn all(
    scopes: Vec<RegisteredScope>,
    is_ticked: impl Fn(&str) -> bool,
) -> Vec<ScopeChoice> {
    let choice = |scope: RegisteredScope| ScopeChoice {
        is_ticked: is_ticked(&scope.name),
        scope,
    };
    scopes.into_iter().map(choice).collect()
}
