//! Which scopes somebody with certain roles can give, and along which way: for the page that answers it.

use std::collections::{HashMap, VecDeque};

use crate::models::role;
use crate::models::scope::RegisteredScope;

use super::Permissions;

/// A scope, and how somebody comes by it.
#[derive(Debug)]
pub struct Reach<'a> {
    /// The scope.
    pub scope: &'a RegisteredScope,
    /// Each role that brings it, from the user's own role over what that includes: `chief`, `editor`.
    /// Empty for a default scope that no role brings, and for one that the user cannot give.
    pub ways: Vec<Vec<&'a str>>,
    /// The roles that would bring it; only where nothing else does.
    pub wanting: Vec<&'a str>,
}

impl Reach<'_> {
    /// Whether the user can give it.
    pub fn is_given(&self) -> bool {
        self.scope.is_default || !self.ways.is_empty()
    }
}

impl Permissions {
    /// Every scope by name, and how somebody with `roles`, and with `user` as everybody, comes by it.
    pub fn reach<'a>(&'a self, roles: &'a [String]) -> Vec<Reach<'a>> {
        let reached = self.ways_to_roles(roles.iter().map(String::as_str));
        let mut scopes: Vec<&RegisteredScope> = self.scopes.values().collect();
        scopes.sort_by(|one, other| one.name.cmp(&other.name));
        let reach = |scope: &'a RegisteredScope| {
            let mut ways: Vec<Vec<&str>> = reached
                .iter()
                .filter(|(name, _)| self.grants(name, &scope.name))
                .map(|(_, way)| way.clone())
                .collect();
            ways.sort_by_key(|way| (way.len(), way.clone()));
            let given = scope.is_default || !ways.is_empty();
            Reach {
                scope,
                ways,
                wanting: if given {
                    Vec::new()
                } else {
                    self.roles_with(&scope.name)
                },
            }
        };
        scopes.into_iter().map(reach).collect()
    }

    /// The roles by name that bring a scope, by themselves or by what they include.
    pub fn roles_with(&self, scope: &str) -> Vec<&str> {
        let brings = |name: &&str| {
            let reached = self.ways_to_roles(std::iter::once(*name));
            reached.keys().any(|role| self.grants(role, scope))
        };
        let mut names: Vec<&str> = self
            .roles
            .keys()
            .map(String::as_str)
            .filter(brings)
            .collect();
        names.sort_unstable();
        names
    }

    fn grants(&self, role: &str, scope: &str) -> bool {
        let role = self.roles.get(role);
        role.is_some_and(|role| role.scope.contains(scope))
    }

    /// The shortest way to each role that somebody with `roles` has.
    fn ways_to_roles<'a>(
        &'a self,
        roles: impl Iterator<Item = &'a str>,
    ) -> HashMap<&'a str, Vec<&'a str>> {
        let mut ways: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut waiting: VecDeque<Vec<&str>> = std::iter::once(role::USER)
            .chain(roles)
            .map(|name| vec![name])
            .collect();
        while let Some(way) = waiting.pop_front() {
            let last = way.last().copied().unwrap_or_default();
            let Some(role) = self.roles.get(last) else {
                continue;
            };
            if ways.contains_key(last) {
                continue;
            }
            for next in role.includes.iter() {
                waiting.push_back([way.as_slice(), &[next.as_str()]].concat());
            }
            ways.insert(last, way);
        }
        ways
    }
}
