//! Roles: they grant scopes and may include other roles. Everybody has `user`.

use std::collections::{BTreeMap, HashSet};

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::clock::UnixTime;
use crate::db::{DbConnection, note_change, note_token_change};
use crate::oauth::{List, Scope};
use crate::schema::{roles, users};

use super::user;

/// Everybody's role: it grants the default scopes and those added to it.
pub const USER: &str = "user";
/// The role that opens `/admin`.
pub const ADMIN: &str = "admin";

/// A named set of scopes.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = roles, primary_key(name))]
pub struct Role {
    /// The name.
    pub name: String,
    /// What it grants by itself.
    pub scope: Scope,
    /// The roles whose scopes it grants too.
    #[diesel(serialize_as = String, deserialize_as = String)]
    pub includes: List<String>,
    /// When it was made; 0 for the built-in ones.
    pub created_at: UnixTime,
}

impl Role {
    /// Whether it came with the program and cannot be deleted.
    pub fn is_built_in(&self) -> bool {
        self.name == USER || self.name == ADMIN
    }

    /// Includes more roles, each once.
    pub fn include(&mut self, names: Vec<String>) {
        for name in names {
            if !self.includes.contains(&name) {
                self.includes.0.push(name);
            }
        }
    }
}

/// A user's roles, and the one that everybody has.
pub fn with_everybodys(roles: &[String]) -> Vec<&str> {
    std::iter::once(USER)
        .chain(roles.iter().map(String::as_str))
        .collect()
}

/// Checks a name that somebody wants.
///
/// # Errors
/// A sentence that says what a name is.
pub fn check_name(name: &str) -> Result<(), String> {
    let fits = (1..=64).contains(&name.len())
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.:".contains(&byte)
        });
    if fits {
        Ok(())
    } else {
        Err(String::from(
            "A role name has 1 to 64 of a-z, 0-9, '-', '_', '.' and ':'.",
        ))
    }
}

/// Refuses a role that would include itself, through whatever others: the sentence names the way round.
///
/// # Errors
/// The sentence.
pub fn check_acyclic(role: &Role, all: &[Role]) -> Result<(), String> {
    let mut ways: Vec<Vec<&str>> = vec![vec![&role.name]];
    let mut seen = HashSet::new();
    while let Some(way) = ways.pop() {
        let last = way.last().copied().unwrap_or_default();
        let includes = match all.iter().find(|other| other.name == last) {
            _ if last == role.name => &role.includes,
            Some(other) => &other.includes,
            None => continue,
        };
        for next in includes.iter().map(String::as_str) {
            let further = [way.as_slice(), &[next]].concat();
            if next == role.name {
                return Err(format!(
                    "No role may include itself, and this one would: {}.",
                    further.join(" includes ")
                ));
            }
            if seen.insert(next) {
                ways.push(further);
            }
        }
    }
    Ok(())
}

/// Finds by name.
///
/// # Errors
/// The database's; so for every query below.
pub fn find(connection: &mut DbConnection, name: &str) -> QueryResult<Option<Role>> {
    roles::table
        .find(name)
        .select(Role::as_select())
        .get_result(connection)
        .optional()
}

/// All, by name.
pub fn list(connection: &mut DbConnection) -> QueryResult<Vec<Role>> {
    roles::table
        .select(Role::as_select())
        .order(roles::name)
        .load(connection)
}

/// How many people have each role, not counting what other roles include. `user` is everybody's and not
/// among them.
pub fn holders(connection: &mut DbConnection) -> QueryResult<BTreeMap<String, i64>> {
    // People have few different sets of roles, however many people there are.
    let sets: Vec<(String, i64)> = users::table
        .filter(users::roles.ne("[]"))
        .group_by(users::roles)
        .select((users::roles, count_star()))
        .load(connection)?;
    let mut holders = BTreeMap::new();
    for (set, count) in sets {
        for name in List::<String>::try_from(set).unwrap_or_default().0 {
            *holders.entry(name).or_default() += count;
        }
    }
    Ok(holders)
}

/// What is like the JSON list of a user's roles if `name` is among them; `\\` escapes.
pub(super) fn held(name: &str) -> String {
    format!("%\"{}\"%", name.replace('_', "\\_"))
}

/// Adds one.
pub fn insert(connection: &mut DbConnection, role: Role) -> QueryResult<()> {
    diesel::insert_into(roles::table)
        .values(role)
        .execute(connection)?;
    note_change(connection)
}

/// Replaces what it grants and includes.
pub fn update(connection: &mut DbConnection, role: &Role) -> QueryResult<bool> {
    let changed = diesel::update(roles::table.find(&role.name))
        .set((
            roles::scope.eq(&role.scope),
            roles::includes.eq(String::from(role.includes.clone())),
        ))
        .execute(connection)?;
    note_change(connection)?;
    Ok(changed == 1)
}

/// Deletes one, and takes it from everybody and every role that has it.
pub fn delete(connection: &mut DbConnection, name: &str) -> QueryResult<bool> {
    // Of several users, these are always locked first.
    user::admins_and_lock(connection)?;
    let holders: Vec<(String, String)> = users::table
        .filter(users::roles.ne("[]"))
        .filter(users::roles.like(held(name)).escape('\\'))
        .select((users::id, users::roles))
        .order(users::id)
        .load(connection)?;
    for (id, held) in holders {
        diesel::update(users::table.find(id))
            .set(users::roles.eq(without(held, name)))
            .execute(connection)?;
    }
    for role in list(connection)?
        .into_iter()
        .filter(|role| role.includes.iter().any(|included| included == name))
    {
        diesel::update(roles::table.find(&role.name))
            .set(roles::includes.eq(without(String::from(role.includes), name)))
            .execute(connection)?;
    }
    let deleted = diesel::delete(roles::table.find(name)).execute(connection)?;
    note_change(connection)?;
    note_token_change(connection)?;
    Ok(deleted == 1)
}

fn without(names: String, name: &str) -> String {
    let mut names = List::<String>::try_from(names).unwrap_or_default();
    names.0.retain(|held| held != name);
    String::from(names)
}
