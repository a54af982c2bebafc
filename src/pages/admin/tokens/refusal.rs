//! Why one request was refused: which rule, what was expected and what came, and where the two part.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::error::Result;
use crate::models::client;
use crate::models::refusal::{self, Refusal};
use crate::web::error_page::PageError;
use crate::web::form::field;
use crate::web::page::{Area, Crumb, Moment, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::super::why;
use super::{REFUSALS, crumbs};

#[derive(Template)]
#[template(path = "admin/tokens/refusal.html")]
struct Show {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    at: Moment,
    client_name: Option<String>,
    difference: Option<Marked>,
    expected: Vec<String>,
    why: String,
    refusal: Refusal,
}

/// Two texts that part at a character.
struct Marked {
    character: usize,
    expected: Parts,
    presented: Parts,
}

/// A text around the character in question, which is none where the text has ended before it.
struct Parts {
    before: String,
    at: Option<char>,
    after: String,
}

/// `GET /admin/tokens/refusals/show?id=…`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(show(&admin).await)
}

/// The refusal of a request, a moment ago or within 30 days.
///
/// # Errors
/// The database's.
pub(super) async fn find(admin: &Administrator, id: String) -> Result<Option<Refusal>> {
    let app = &admin.app;
    app.records.write(app).await?;
    app.db
        .read(move |connection| Ok(refusal::find(connection, &id)?))
        .await
}

async fn show(admin: &Administrator) -> PageResult {
    let query = admin.query()?;
    let id = field(&query, "id")?.to_owned();
    let refusal = find(admin, id).await?.ok_or_else(PageError::not_found)?;
    let client_name = match refusal.client_id.clone() {
        Some(id) => {
            let find = admin
                .app
                .db
                .read(move |connection| Ok(client::find(connection, &id)?));
            find.await?.map(|client| client.name)
        }
        None => None,
    };
    let mut crumbs = crumbs();
    crumbs.push(Crumb::new(REFUSALS, "Refused requests"));
    let expected = refusal.expected.as_deref().unwrap_or_default();
    let template = Show {
        page: admin.page("Refused request"),
        area: admin.area("tokens"),
        crumbs,
        at: Moment::new(refusal.occurred_at, admin.now),
        client_name,
        difference: Marked::of(&refusal),
        expected: expected.lines().map(str::to_owned).collect(),
        why: why::told(&refusal.reason).to_owned(),
        refusal,
    };
    Ok(admin.show(StatusCode::OK, &template))
}

impl Marked {
    fn of(refusal: &Refusal) -> Option<Self> {
        let difference = refusal.difference()?;
        let character = difference.character;
        Some(Self {
            character,
            expected: Parts::of(difference.nearest, character),
            presented: Parts::of(refusal.presented.as_deref()?, character),
        })
    }
}

impl Parts {
    /// `character` counts from 1.
    fn of(text: &str, character: usize) -> Self {
        let mut rest = text.chars();
        Self {
            before: rest.by_ref().take(character - 1).collect(),
            at: rest.next(),
            after: rest.collect(),
        }
    }
}
