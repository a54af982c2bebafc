//! A user's personal access tokens: those that work, and those that ended in the last 30 days.

pub mod new;
pub mod revoke;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::{named_token, project};
use crate::oauth::PlainSecret;
use crate::web::page::{Area, Page, Sample};
use crate::web::person::Person;
use crate::web::shown_once;
use crate::web::visitor::PageResult;

use super::token_line::TokenLine;

/// Where the list is.
const PATH: &str = "/account/tokens";

#[derive(Template)]
#[template(path = "account/tokens/list.html")]
struct List {
    page: Page,
    area: Area,
    fresh: Option<Fresh>,
    live: Vec<TokenLine>,
    ended: Vec<TokenLine>,
    limit: i64,
}

/// A token that was made just now, in clear for the only time.
struct Fresh {
    secret: String,
    samples: Vec<Sample>,
}

/// `GET /account/tokens`.
pub async fn get(person: Person) -> HttpResponse {
    person.answer(list(&person).await)
}

async fn list(person: &Person) -> PageResult {
    let (user_id, now) = (person.signed_in.user.id.clone(), person.now);
    let permissions = person.app.directory.permissions().await?;
    let tokens = person.app.db.read(move |connection| {
        let client_id = project::personal_client(connection, &user_id)?;
        let since = now.plus(-named_token::KEPT);
        Ok(named_token::of_client(connection, &client_id, since)?)
    });
    let lines = tokens.await?.into_iter();
    let lines = lines.map(|used| TokenLine::new(used, &permissions, now));
    let (live, ended) = lines.partition(|line| line.is_live);
    let fresh = shown_once::find(person, PATH);
    let shown = fresh.is_some();
    let template = List {
        page: person.page("Access tokens"),
        area: person.area("tokens"),
        fresh: fresh.map(|secret| Fresh::new(&secret)),
        live,
        ended,
        limit: named_token::LIMIT,
    };
    let mut response = person.show(StatusCode::OK, &template);
    if shown {
        shown_once::forget(person, &mut response);
    }
    Ok(response)
}

impl Fresh {
    fn new(secret: &PlainSecret) -> Self {
        let token = secret.expose();
        let sample = |id, label, text| Sample { id, label, text };
        let curl = format!(
            "curl https://api.example.com/notes \\\n  -H \"Authorization: Bearer {token}\""
        );
        let python = format!(
            "import requests\n\nrequests.get(\n    \"https://api.example.com/notes\",\n    \
             headers={{\"Authorization\": \"Bearer {token}\"}},\n)"
        );
        Self {
            secret: token.to_owned(),
            samples: vec![
                sample("curl", "curl", curl),
                sample("python", "Python", python),
            ],
        }
    }
}
