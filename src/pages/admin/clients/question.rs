//! The step before a dangerous act: what will stop working, and whether it is really meant.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::client::Client;
use crate::web::page::{Area, Crumb, Field, Page};
use crate::web::person::Administrator;

use super::{crumbs_to, path_of};

/// The page that asks.
#[derive(Template)]
#[template(path = "admin/clients/question.html")]
pub(super) struct Question {
    pub(super) page: Page,
    pub(super) area: Area,
    pub(super) crumbs: Vec<Crumb>,
    /// Where the page of the client is.
    pub(super) client_path: String,
    /// What the client is called.
    pub(super) client_name: String,
    /// What is asked.
    pub(super) asked: String,
    /// What the button says.
    pub(super) button: &'static str,
    /// What will stop working, a sentence each.
    pub(super) consequences: Vec<String>,
    /// The client's name, which has to be typed before the worst.
    pub(super) name: Option<Field>,
    /// The own password, where it has to be typed.
    pub(super) confirmation: Option<Field>,
}

impl Question {
    /// One that asks for nothing but a yes.
    pub(super) fn new(
        admin: &Administrator,
        client: &Client,
        asked: String,
        button: &'static str,
        consequences: Vec<String>,
    ) -> Self {
        Self {
            page: admin.page(&asked),
            area: admin.area("clients"),
            crumbs: crumbs_to(client),
            client_path: path_of(client),
            client_name: client.name.clone(),
            asked,
            button,
            consequences,
            name: None,
            confirmation: None,
        }
    }

    /// The page, with 422 where something was typed wrongly.
    pub(super) fn ask(&self, admin: &Administrator) -> HttpResponse {
        let typed = [&self.name, &self.confirmation];
        let is_mistaken = typed
            .into_iter()
            .flatten()
            .any(|field| field.error.is_some());
        let status = if is_mistaken {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        };
        admin.show(status, self)
    }
}
