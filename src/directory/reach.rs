//! Which scopes somebody with certain roles can give, and along which way, for the page that answers it:
//! [`Permissions`](super::Permissions) knows only what comes of all the ways.

use std::collections::{HashMap, VecDeque};

use crate::models::role::{self, Role};
use crate::models::scope::RegisteredScope;

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

/// Each of `scopes`, and how somebody who has `held`, and `user` as everybody, comes by it; `roles` are all
/// that there are.
pub fn reach<'a>(
    held: &'a [String],
    scopes: &'a [RegisteredScope],
    roles: &'a [Role],
) -> Vec<Reach<'a>> {
    let all: HashMap<&str, &Role> = roles
        .iter()
        .map(|role| (role.name.as_str(), role))
        .collect();
    let everybodys = std::iter::once(role::USER);
    let reached = ways(&all, everybodys.chain(held.iter().map(String::as_str)));
    let below: Vec<(&str, Vec<&str>)> = roles
        .iter()
        .map(|role| {
            let ways = ways(&all, std::iter::once(role.name.as_str()));
            (role.name.as_str(), ways.into_keys().collect())
        })
        .collect();
    let brings = |role: &str, scope: &str| {
        let role = all.get(role);
        role.is_some_and(|role| role.scope.contains(scope))
    };
    let of_scope = |scope: &'a RegisteredScope| {
        let mut found = Reach {
            scope,
            ways: reached
                .iter()
                .filter(|(name, _)| brings(name, &scope.name))
                .map(|(_, way)| way.clone())
                .collect(),
            wanting: Vec::new(),
        };
        found.ways.sort_by_key(|way| (way.len(), way.clone()));
        if !found.is_given() {
            let bringing = below
                .iter()
                .filter(|(_, below)| below.iter().any(|name| brings(name, &scope.name)));
            found.wanting = bringing.map(|(name, _)| *name).collect();
        }
        found
    };
    scopes.iter().map(of_scope).collect()
}

/// The shortest way to each role that somebody with `held` has.
fn ways<'a>(
    all: &HashMap<&'a str, &'a Role>,
    held: impl Iterator<Item = &'a str>,
) -> HashMap<&'a str, Vec<&'a str>> {
    let mut ways: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut waiting: VecDeque<Vec<&str>> = held.map(|name| vec![name]).collect();
    while let Some(way) = waiting.pop_front() {
        let last = way.last().copied().unwrap_or_default();
        let Some(role) = all.get(last) else {
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
