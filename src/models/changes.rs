//! What a change changed, in a line for the audit log: each value as old -> new, of a list what went (-) and what
//! came (+). No secret is among them.

use crate::oauth::GrantType;

use super::client::Client;
use super::scope::RegisteredScope;

/// The most characters of a line; a client may have hundreds of scopes.
const LINE: usize = 500;

/// What changed of a client.
pub fn of_client(old: &Client, new: &Client) -> String {
    let seconds =
        |ttl: Option<i64>| ttl.map_or(String::from("as configured"), |ttl| ttl.to_string());
    let project = |client: &Client| client.project_id.clone().unwrap_or_else(|| "none".into());
    let changes = [
        one("name", &old.name, &new.name),
        list(
            "redirect_uris",
            old.redirect_uris.iter().map(String::as_str),
            new.redirect_uris.iter().map(String::as_str),
        ),
        list(
            "origins",
            old.allowed_origins.iter().map(String::as_str),
            new.allowed_origins.iter().map(String::as_str),
        ),
        list("scopes", old.scope.names(), new.scope.names()),
        list(
            "grants",
            old.grant_types.iter().map(|own: &GrantType| own.as_str()),
            new.grant_types.iter().map(|own: &GrantType| own.as_str()),
        ),
        flag("first-party", old.is_first_party, new.is_first_party),
        flag(
            "may introspect",
            old.is_resource_server,
            new.is_resource_server,
        ),
        one(
            "tokens",
            old.token_format.as_str(),
            new.token_format.as_str(),
        ),
        one(
            "access_ttl",
            &seconds(old.access_ttl),
            &seconds(new.access_ttl),
        ),
        one(
            "refresh_ttl",
            &seconds(old.refresh_ttl),
            &seconds(new.refresh_ttl),
        ),
        one("project", &project(old), &project(new)),
    ];
    line(&new.name, changes)
}

/// What changed of a scope.
pub fn of_scope(old: &RegisteredScope, new: &RegisteredScope) -> String {
    let changes = [
        one("description", &old.description, &new.description),
        flag("default", old.is_default, new.is_default),
        flag("sensitive", old.is_sensitive, new.is_sensitive),
    ];
    line(&new.name, changes)
}

fn one(what: &str, old: &str, new: &str) -> Option<String> {
    (old != new).then(|| format!("{what} {old} -> {new}"))
}

fn flag(what: &str, old: bool, new: bool) -> Option<String> {
    let word = |is: bool| if is { "yes" } else { "no" };
    one(what, word(old), word(new))
}

fn list<'a>(
    what: &str,
    old: impl Iterator<Item = &'a str>,
    new: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.collect(), new.collect());
    let went = old.iter().filter(|item| !new.contains(item));
    let came = new.iter().filter(|item| !old.contains(item));
    let words: Vec<String> = went
        .map(|item| format!("-{item}"))
        .chain(came.map(|item| format!("+{item}")))
        .collect();
    (!words.is_empty()).then(|| format!("{what} {}", words.join(" ")))
}

fn line<const N: usize>(name: &str, changes: [Option<String>; N]) -> String {
    let changes: Vec<String> = changes.into_iter().flatten().collect();
    let line = if changes.is_empty() {
        format!("{name}: nothing")
    } else {
        format!("{name}: {}", changes.join(", "))
    };
    if line.chars().count() <= LINE {
        return line;
    }
    let mut short: String = line.chars().take(LINE - 1).collect();
    short.push('…');
    short
}
