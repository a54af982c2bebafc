//! `scope` (RFC 6749 §3.3): a set of case-sensitive names. Which names exist and who may have them is in
//! the models and in `grants`.

use std::fmt;

/// A set of scope names, kept as the wire writes it: sorted, each once, with single spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope(String);

/// The text is not a list of scope names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeSyntax;

impl Scope {
    /// Reads the value of a `scope` parameter.
    ///
    /// # Errors
    /// Characters outside RFC 6749 §3.3's `scope-token`, or separators other than single spaces.
    pub fn parse(text: &str) -> Result<Self, ScopeSyntax> {
        let names: Vec<&str> = text.split(' ').collect();
        if names.iter().all(|name| is_scope_token(name)) {
            Ok(names.into_iter().collect())
        } else {
            Err(ScopeSyntax)
        }
    }

    /// Reads back what was stored; anything odd reads as a name that nothing grants.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|name| !name.is_empty())
    }

    /// Whether the set has no name.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `name` is in the set.
    pub fn contains(&self, name: &str) -> bool {
        self.names().any(|own| own == name)
    }

    /// Whether every name of `other` is in the set.
    pub fn covers(&self, other: &Self) -> bool {
        other.names().all(|name| self.contains(name))
    }

    /// The names that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.names().filter(|name| other.contains(name)).collect()
    }

    /// The names that are not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.names().filter(|name| !other.contains(name)).collect()
    }

    /// The names that are in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.names().chain(other.names()).collect()
    }

    /// The value of a `scope` parameter or member.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> FromIterator<&'a str> for Scope {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let mut names: Vec<&str> = names.into_iter().collect();
        names.sort_unstable();
        names.dedup();
        Self(names.join(" "))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// RFC 6749 §3.3: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`.
pub fn is_scope_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}
