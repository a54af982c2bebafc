//! What every page's frame needs, and how times and scopes read for a person.

use time::OffsetDateTime;
use time::macros::format_description;

use crate::clock::UnixTime;
use crate::directory::Permissions;
use crate::oauth::Scope;

/// What the frame around every page needs.
#[derive(Clone, Debug)]
pub struct Page {
    /// The path of the issuer without a slash at its end; every link begins with it.
    pub base: String,
    /// Changes whenever the static files may do, so that they can be cached for ever.
    pub version: &'static str,
    /// The choice kept in a cookie.
    pub theme: Theme,
    /// Shown in the browser's tab.
    pub title: String,
}

/// What the frame of the account's and the administrators' pages needs besides.
#[derive(Clone, Debug)]
pub struct Area {
    /// The entry of the navigation that this page belongs to.
    pub at: &'static str,
    /// Who is signed in.
    pub username: String,
    /// Whether the administrators' pages are open to them.
    pub is_admin: bool,
    /// The token of every form without a decision of its own.
    pub csrf: String,
    /// What the last form did.
    pub flash: Option<Flash>,
}

/// What the last form did, told once.
#[derive(Clone, Debug)]
pub struct Flash {
    /// Its colour: `success`, or `warning` where it did not do what was asked for.
    pub kind: &'static str,
    /// In a sentence.
    pub text: String,
}

/// A page above this one: its path below the issuer's, and its name.
#[derive(Clone, Debug)]
pub struct Crumb {
    /// Where it is.
    pub path: String,
    /// What it is called.
    pub name: String,
}

impl Crumb {
    /// A page above this one.
    pub fn new(path: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            name: name.into(),
        }
    }
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As `prefers-color-scheme` says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// Its value in the cookie, in the form and in `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads a value; whatever is unknown is the system's choice.
    pub fn read(name: Option<&str>) -> Self {
        match name {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }
}

/// A time for people and for programs.
#[derive(Clone, Debug)]
pub struct Moment {
    /// RFC 3339.
    pub iso: String,
    /// `4 March 2026, 05:06:07 UTC`.
    pub exact: String,
    /// `3 minutes ago`.
    pub words: String,
}

impl Moment {
    /// A past moment, seen from `now`.
    pub fn new(at: UnixTime, now: UnixTime) -> Self {
        let format = format_description!(
            version = 2,
            "[day padding:none] [month repr:long] [year], [hour]:[minute]:[second] UTC"
        );
        let exact = OffsetDateTime::from_unix_timestamp(at.seconds()).ok();
        let exact = exact.and_then(|time| time.format(format).ok());
        Self {
            iso: at.to_string(),
            exact: exact.unwrap_or_default(),
            words: ago(now.since(at)),
        }
    }
}

impl Moment {
    /// A moment to come: `in 3 days`.
    pub fn ahead(at: UnixTime, now: UnixTime) -> Self {
        let seconds = at.since(now);
        let words = match seconds {
            ..=0 => return Self::new(at, now),
            1..60 => String::from("in less than a minute"),
            _ => format!("in {}", span(nearest(seconds))),
        };
        Self {
            words,
            ..Self::new(at, now)
        }
    }
}

/// To the nearest whole unit: what ends in 30 days and was made a second ago does not end in 29.
fn nearest(seconds: i64) -> i64 {
    match seconds {
        ..3600 => seconds + 30,
        3600..86400 => seconds + 1800,
        _ => seconds + 43200,
    }
}

/// A day, as people write it: `4 March 2026`.
pub fn day(at: UnixTime) -> String {
    let format = format_description!(version = 2, "[day padding:none] [month repr:long] [year]");
    let time = OffsetDateTime::from_unix_timestamp(at.seconds()).ok();
    time.and_then(|time| time.format(format).ok())
        .unwrap_or_default()
}

/// A length of time in its largest whole unit: `3 minutes`.
pub fn span(seconds: i64) -> String {
    match seconds {
        ..60 => count(seconds, "second"),
        60..3600 => count(seconds / 60, "minute"),
        3600..86400 => count(seconds / 3600, "hour"),
        _ => count(seconds / 86400, "day"),
    }
}

fn ago(seconds: i64) -> String {
    match seconds {
        ..60 => String::from("just now"),
        _ => format!("{} ago", span(seconds)),
    }
}

/// A number of things, in words: `1 day`, `2 days`.
pub fn count(number: impl TryInto<i64>, thing: &str) -> String {
    let number = number.try_into().unwrap_or(i64::MAX);
    if number == 1 {
        format!("1 {thing}")
    } else {
        format!("{number} {thing}s")
    }
}

/// A scope as a person reads it.
#[derive(Clone, Debug)]
pub struct ScopeLine {
    /// The name on the wire.
    pub name: String,
    /// A plain sentence.
    pub description: String,
    /// Whether it deserves a second thought.
    pub sensitive: bool,
}

/// The lines of a scope; a name that is not registered any more stands alone.
pub fn scope_lines(permissions: &Permissions, scope: &Scope) -> Vec<ScopeLine> {
    let line = |name: &str| {
        let known = permissions.scopes.get(name);
        ScopeLine {
            name: name.to_owned(),
            description: known
                .map(|scope| scope.description.clone())
                .unwrap_or_default(),
            sensitive: known.is_some_and(|scope| scope.is_sensitive),
        }
    };
    scope.names().map(line).collect()
}

/// Code to paste: one tab of a box of samples.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Tells the tabs of a box apart.
    pub id: &'static str,
    /// On the tab.
    pub label: &'static str,
    /// The code.
    pub text: String,
}

/// A form field that comes back after an error with what was typed.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// What was typed; always empty for a password.
    pub value: String,
    /// What is wrong and what to do, in a sentence; several mistakes have a line each.
    pub error: Option<String>,
}

impl Field {
    /// What was typed, and what is wrong with it.
    pub fn new(value: &str, error: Option<String>) -> Self {
        Self {
            value: value.to_owned(),
            error,
        }
    }

    /// Only what is wrong.
    pub fn secret(error: Option<String>) -> Self {
        Self {
            value: String::new(),
            error,
        }
    }
}

/// Whether anything is wrong with one of the fields.
pub fn any_wrong<'a>(fields: impl IntoIterator<Item = &'a Field>) -> bool {
    fields.into_iter().any(|field| field.error.is_some())
}
