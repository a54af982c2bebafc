//! The step before a dangerous act: what will stop working, and whether it is really meant.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Administrator;

/// The page that asks; its form leads to the page's own address.
#[derive(Template)]
#[template(path = "admin/question.html")]
pub(super) struct Question {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    /// What is asked.
    asked: String,
    /// What the button says.
    button: &'static str,
    /// What will stop working, a sentence each.
    consequences: Vec<String>,
    /// Where to go instead.
    back: String,
    /// What has to be typed before the worst.
    name: Option<NameToType>,
    /// The own password, where it has to be typed.
    confirmation: Option<Field>,
}

/// The name of what goes for good.
struct NameToType {
    /// What of: `client`.
    of: &'static str,
    expected: String,
    typed: Field,
}

impl Question {
    /// One that asks for nothing but a yes. `at` is the entry of the navigation; the last of `crumbs` is the
    /// page of what the act is about, where one goes back to.
    pub(super) fn new(
        admin: &Administrator,
        at: &'static str,
        crumbs: Vec<Crumb>,
        asked: String,
        button: &'static str,
    ) -> Self {
        Self {
            page: admin.page(&asked),
            area: admin.area(at),
            back: crumbs
                .last()
                .map_or_else(String::new, |crumb| crumb.path.clone()),
            crumbs,
            asked,
            button,
            consequences: Vec::new(),
            name: None,
            confirmation: None,
        }
    }

    /// What will stop working, a sentence each.
    pub(super) fn saying(self, consequences: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let consequences = consequences.into_iter().map(Into::into).collect();
        Self {
            consequences,
            ..self
        }
    }

    /// Asks for the own password, where that is due.
    pub(super) fn confirmed_by(self, confirmation: Option<Field>) -> Self {
        Self {
            confirmation,
            ..self
        }
    }

    /// Asks for a name too; `of` says whose.
    pub(super) fn naming(self, of: &'static str, expected: &str, typed: Field) -> Self {
        let expected = expected.to_owned();
        Self {
            name: Some(NameToType {
                of,
                expected,
                typed,
            }),
            ..self
        }
    }

    /// The page, with 422 where something was typed wrongly.
    pub(super) fn ask(&self, admin: &Administrator) -> HttpResponse {
        let name = self.name.as_ref().map(|name| &name.typed);
        let mut typed = name.into_iter().chain(&self.confirmation);
        let status = if typed.any(|field| field.error.is_some()) {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        };
        admin.show(status, self)
    }
}
