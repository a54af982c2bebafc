//! A list of scopes to tick.

use crate::directory::Permissions;
use crate::oauth::{Params, Scope};
use crate::web::page::{ScopeLine, scope_lines};

/// What can be ticked, and what is.
pub(super) struct ScopeChoice {
    pub boxes: Vec<ScopeBox>,
    /// What is wrong with the choice, in a sentence.
    pub error: Option<String>,
}

/// One of them.
pub(super) struct ScopeBox {
    pub line: ScopeLine,
    pub is_ticked: bool,
}

impl ScopeChoice {
    /// Nothing ticked yet of `offered`.
    pub(super) fn of(permissions: &Permissions, offered: &Scope) -> Self {
        let lines = scope_lines(permissions, offered).into_iter();
        let unticked = |line| ScopeBox {
            line,
            is_ticked: false,
        };
        Self {
            boxes: lines.map(unticked).collect(),
            error: None,
        }
    }

    /// What of `offered` is in `chosen` is ticked.
    pub(super) fn ticking(permissions: &Permissions, offered: &Scope, chosen: &Scope) -> Self {
        let mut choice = Self::of(permissions, offered);
        for own in &mut choice.boxes {
            own.is_ticked = chosen.contains(&own.line.name);
        }
        choice
    }

    /// What was ticked: at least one, and nothing that was not offered.
    pub(super) fn read(fields: &Params<'_>, permissions: &Permissions, offered: &Scope) -> Self {
        let mut choice = Self::read_any(fields, permissions, offered);
        if choice.error.is_none() && choice.scope().is_empty() {
            choice.error = Some(String::from("Choose at least one scope."));
        }
        choice
    }

    /// The same where it may be nothing.
    pub(super) fn read_any(
        fields: &Params<'_>,
        permissions: &Permissions,
        offered: &Scope,
    ) -> Self {
        let ticked: Vec<&str> = fields.all("scope").collect();
        let mut choice = Self::ticking(permissions, offered, &ticked.iter().copied().collect());
        if ticked.iter().any(|name| !offered.contains(name)) {
            choice.error = Some(String::from(
                "One of these scopes is not yours to give any more. Look through the list again.",
            ));
        }
        choice
    }

    /// What is ticked.
    pub(super) fn scope(&self) -> Scope {
        let ticked = self.boxes.iter().filter(|own| own.is_ticked);
        ticked.map(|own| own.line.name.as_str()).collect()
    }
}
