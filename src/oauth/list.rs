//! Lists that are kept as JSON text in one column: grant types, redirect URIs, origins, role names.

use std::ops::Deref;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A short list, in the order it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Serialize> From<List<T>> for String {
    fn from(list: List<T>) -> Self {
        // Names and numbers always serialise; an empty list would be the safe reading if they did not.
        serde_json::to_string(&list).unwrap_or_else(|_| String::from("[]"))
    }
}

impl<T: DeserializeOwned> TryFrom<String> for List<T> {
    type Error = serde_json::Error;

    fn try_from(text: String) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&text)
    }
}
