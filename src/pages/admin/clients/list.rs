//! The list of clients: search and filters are in the address, so that it can be kept and shared.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::attention::UNUSED;
use crate::models::client::Client;
use crate::models::client::application::Application;
use crate::models::client::search::{self, Search, State};
use crate::web::listing::{Listing, PAGE, Pager};
use crate::web::page::{Area, Crumb, Moment, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::PATH;

/// More characters than any name has, so that nobody makes the database compare with a book.
const LONGEST_WORDS: usize = 200;

#[derive(Template)]
#[template(path = "admin/clients/list.html")]
struct List {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    listing: Listing,
    pager: Pager,
    applications: [Application; 5],
    clients: Vec<Line>,
}

struct Line {
    client: Client,
    application: &'static str,
    project: Option<String>,
    last_used: Option<Moment>,
    is_unused: bool,
}

/// `GET /admin/clients`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(list(&admin).await)
}

async fn list(admin: &Administrator) -> PageResult {
    let listing = Listing::read(PATH, &admin.query()?, &["q", "kind", "state"])?;
    let long_ago = admin.now.plus(-UNUSED);
    let wanted = Search {
        words: listing.filter("q").chars().take(LONGEST_WORDS).collect(),
        application: Application::named(listing.filter("kind")),
        state: match listing.filter("state") {
            "enabled" => Some(State::Enabled),
            "disabled" => Some(State::Disabled),
            "unused" => Some(State::UnusedSince(long_ago)),
            _ => None,
        },
    };
    let offset = listing.offset();
    let find = admin
        .app
        .db
        .read(move |connection| Ok(search::find(connection, &wanted, offset, PAGE)?));
    let found = find.await?;
    let line = |(client, project): (Client, Option<String>)| Line {
        application: Application::of(&client).short_title(),
        last_used: client.last_used_at.map(|at| Moment::new(at, admin.now)),
        is_unused: client.last_used_at.unwrap_or(client.created_at) < long_ago,
        project,
        client,
    };
    let template = List {
        page: admin.page("Clients"),
        area: admin.area("clients"),
        crumbs: Vec::new(),
        pager: listing.pager(found.total),
        listing,
        applications: Application::ALL,
        clients: found.clients.into_iter().map(line).collect(),
    };
    Ok(admin.show(StatusCode::OK, &template))
}
