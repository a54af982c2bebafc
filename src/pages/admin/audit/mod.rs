//! The audit log: who did what to whom, when and from where, newest first. It can be read and exported,
//! and nothing else.

mod export;
mod filter;

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::audit_event::AuditEvent;
use crate::models::audit_log::{self, Place, Reading};
use crate::models::ending::COMMAND_LINE;
use crate::models::names::{self, Names};
use crate::oauth::Params;
use crate::web::form::field;
use crate::web::listing::{Listing, PAGE, Pager};
use crate::web::page::{Area, Crumb, Moment, Page, count};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use filter::FilterForm;

pub use export::{get_csv, get_json_lines};
pub(super) use filter::find_client;

/// Where the log is.
const PATH: &str = "/admin/audit";

#[derive(Template)]
#[template(path = "admin/audit/list.html")]
struct List {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    form: FilterForm,
    actions: Vec<String>,
    filtered: bool,
    lines: Vec<Line>,
    pager: Pager,
    csv: String,
    json_lines: String,
}

/// One event, as a person reads it.
struct Line {
    at: Moment,
    actor: Option<Named>,
    user: Option<Named>,
    client: Option<Named>,
    event: AuditEvent,
}

impl Line {
    /// The words of what happened, between which a line may break.
    fn words(&self) -> impl Iterator<Item = &str> {
        self.event.action.split_inclusive(['.', '_'])
    }

    /// The first words of a detail that is too long for a line of the list, and how many more it has: a grant may
    /// be of hundreds of scopes.
    fn folded(&self) -> Option<(&str, usize)> {
        const LONG: usize = 160;
        const SHOWN: usize = 60;
        let detail = self.event.detail.as_deref()?;
        if detail.chars().count() <= LONG {
            return None;
        }
        let (start, _) = detail.char_indices().nth(SHOWN)?;
        let end = detail[..start].rfind(' ')?;
        Some((&detail[..end], detail[end..].split_whitespace().count()))
    }
}

/// Somebody or something with an id.
struct Named {
    id: String,
    /// The page about it, where there is one still.
    path: Option<String>,
    name: String,
}

impl Named {
    /// Whether it is known by an id, and not by what it is.
    fn has_id(&self) -> bool {
        self.id != COMMAND_LINE
    }
}

/// `GET /admin/audit`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(list(&admin).await)
}

/// The page; with 422 where a filter means nothing, also in the place of an export.
async fn list(admin: &Administrator) -> PageResult {
    let query = admin.query()?;
    let listing = Listing::read(PATH, &query, &filter::NAMES)?;
    let form = FilterForm::read(&listing);
    let (filter_form, reading) = (form.clone(), reading(&query)?);
    let found = admin.app.db.read(move |connection| {
        let mut form = filter_form;
        let actions = audit_log::actions(connection)?;
        let filter = form.resolve(connection, &actions)?;
        // One more tells whether there is another page.
        let events = match filter {
            Some(filter) => audit_log::read(connection, filter, &reading, PAGE + 1)?,
            None => Vec::new(),
        };
        let named = Found::name(connection, &events)?;
        Ok((form, events, reading, named, actions))
    });
    let (form, mut events, reading, named, mut actions) = found.await?;
    let pager = turn_pages(&listing, &reading, &mut events);
    // Nothing that was typed is lost.
    if form.action.error.is_some() {
        actions.push(form.action.value.clone());
    }
    let status = if form.is_right() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let template = List {
        page: admin.page("Audit log"),
        area: admin.area("audit"),
        crumbs: Vec::new(),
        filtered: listing.is_filtered(),
        csv: export::address(&listing, export::CSV),
        json_lines: export::address(&listing, export::JSON_LINES),
        actions,
        lines: events
            .into_iter()
            .map(|event| named.line(event, admin.now))
            .collect(),
        form,
        pager,
    };
    Ok(admin.show(status, &template))
}

/// Where in the log the address begins; anything odd is the beginning.
fn reading(query: &Params<'_>) -> Result<Reading> {
    let place = |text: &str| {
        let (seconds, id) = text.split_once('.')?;
        Some(Place {
            occurred_at: UnixTime::from_seconds(seconds.parse().ok()?),
            id: id.to_owned(),
        })
    };
    let (older, newer) = (field(query, "older")?, field(query, "newer")?);
    Ok(match (place(older), place(newer)) {
        (Some(place), _) => Reading::OlderThan(place),
        (None, Some(place)) => Reading::NewerThan(place),
        (None, None) => Reading::Newest,
    })
}

/// Takes the one event too many away again and makes the links.
fn turn_pages(listing: &Listing, reading: &Reading, events: &mut Vec<AuditEvent>) -> Pager {
    let more = i64::try_from(events.len()).unwrap_or(i64::MAX) > PAGE;
    let backwards = matches!(reading, Reading::NewerThan(_));
    if more && backwards {
        events.remove(0);
    } else if more {
        events.pop();
    }
    let to = |name: &'static str, event: Option<&AuditEvent>| {
        event.map(|event| {
            let place = format!("{}.{}", event.occurred_at.seconds(), event.id);
            listing.address(&[(name, place)])
        })
    };
    let (newer, older) = match reading {
        Reading::Newest => (false, more),
        Reading::OlderThan(_) => (true, more),
        Reading::NewerThan(_) => (more, true),
    };
    let shown = i64::try_from(events.len()).unwrap_or(i64::MAX);
    Pager {
        summary: format!("{}, newest first", count(shown, "event")),
        previous: to("newer", events.first()).filter(|_| newer),
        next: to("older", events.last()).filter(|_| older),
        past_end: (events.is_empty() && *reading != Reading::Newest).then(|| listing.address(&[])),
    }
}

/// The names of those whom a page's events are about.
struct Found {
    users: Names,
    clients: Names,
}

impl Found {
    fn name(connection: &mut DbConnection, events: &[AuditEvent]) -> Result<Self> {
        let actors = || events.iter().filter_map(|event| event.actor.as_ref());
        let users = events.iter().filter_map(|event| event.user_id.as_ref());
        let users: BTreeSet<&String> = users.chain(actors()).collect();
        let clients = events.iter().filter_map(|event| event.client_id.as_ref());
        let clients: BTreeSet<&String> = clients.chain(actors()).collect();
        let ids = |set: BTreeSet<&String>| set.into_iter().cloned().collect::<Vec<_>>();
        Ok(Self {
            users: names::of_users(connection, &ids(users))?,
            clients: names::of_clients(connection, &ids(clients))?,
        })
    }

    fn line(&self, event: AuditEvent, now: UnixTime) -> Line {
        Line {
            at: Moment::new(event.occurred_at, now),
            actor: event.actor.as_ref().map(|id| self.named(id)),
            user: event.user_id.as_ref().map(|id| self.named(id)),
            client: event.client_id.as_ref().map(|id| self.named(id)),
            event,
        }
    }

    fn named(&self, id: &str) -> Named {
        let (path, name) = match (self.users.get(id), self.clients.get(id)) {
            (Some(name), _) => (Some(format!("/admin/users/{id}")), name.as_str()),
            (None, Some(name)) => (Some(format!("/admin/clients/{id}")), name.as_str()),
            // Gone, or nobody with an id.
            (None, None) => (None, id),
        };
        Named {
            id: id.to_owned(),
            path,
            name: name.to_owned(),
        }
    }
}
