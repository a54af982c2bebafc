//! The refusals of the last 30 days, newest first.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::names;
use crate::models::refusal::{self, Filter, Refusal};
use crate::oauth::ErrorCode;
use crate::oauth::id::{IdKind, is_well_formed};
use crate::web::listing::{Listing, PAGE, Pager};
use crate::web::page::{Area, Crumb, Moment, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::super::why;
use super::{REFUSALS, crumbs};

#[derive(Template)]
#[template(path = "admin/tokens/refusals.html")]
struct List {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    client: String,
    /// Why no one client is meant.
    no_client: Option<&'static str>,
    error: String,
    errors: Vec<&'static str>,
    is_filtered: bool,
    refusals: Vec<Line>,
    pager: Pager,
}

struct Line {
    refusal: Refusal,
    at: Moment,
    client: Option<String>,
}

impl Line {
    fn why(&self) -> &str {
        why::told(&self.refusal.reason)
    }
}

/// Refusals with the names of their clients, by id.
type Named = (Vec<Refusal>, names::Names);

/// `GET /admin/tokens/refusals`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(list(&admin).await)
}

async fn list(admin: &Administrator) -> PageResult {
    let listing = Listing::read(REFUSALS, &admin.query()?, &["client", "error"])?;
    let app = &admin.app;
    // What has just been refused is what people look for.
    app.records.write(app).await?;
    let error = listing.filter("error").to_owned();
    let mut no_client = None;
    let (mut refusals, names) = match client_of(admin, listing.filter("client")).await? {
        Wanted::Nobody(why) => {
            no_client = Some(why);
            Named::default()
        }
        Wanted::Everybody => read(admin, &listing, None, &error).await?,
        Wanted::Client(id) => read(admin, &listing, Some(id), &error).await?,
    };
    let pager = listing.open_pager(&mut refusals);
    let line = |refusal: Refusal| Line {
        at: Moment::new(refusal.occurred_at, admin.now),
        client: refusal
            .client_id
            .as_ref()
            .map(|id| names.get(id).unwrap_or(id).clone()),
        refusal,
    };
    let template = List {
        page: admin.page("Refusals"),
        area: admin.area("tokens"),
        crumbs: crumbs(),
        client: listing.filter("client").to_owned(),
        no_client,
        error,
        errors: ErrorCode::ALL.map(ErrorCode::as_str).to_vec(),
        is_filtered: listing.is_filtered(),
        refusals: refusals.into_iter().map(line).collect(),
        pager,
    };
    Ok(admin.show(StatusCode::OK, &template))
}

async fn read(
    admin: &Administrator,
    listing: &Listing,
    client_id: Option<String>,
    error: &str,
) -> crate::error::Result<Named> {
    let error = (!error.is_empty()).then(|| error.to_owned());
    let offset = listing.offset();
    let read = admin.app.db.read(move |connection| {
        let filter = Filter { client_id, error };
        let refusals = refusal::list(connection, &filter, offset, PAGE + 1)?;
        let mut ids: Vec<String> = refusals
            .iter()
            .filter_map(|refusal| refusal.client_id.clone())
            .collect();
        ids.sort();
        ids.dedup();
        let names = names::of_clients(connection, &ids)?;
        Ok((refusals, names))
    });
    read.await
}

enum Wanted {
    Everybody,
    Client(String),
    /// And why.
    Nobody(&'static str),
}

/// The client that somebody filters by: its id, or its name where no other has it.
async fn client_of(admin: &Administrator, text: &str) -> crate::error::Result<Wanted> {
    if text.is_empty() {
        return Ok(Wanted::Everybody);
    }
    if is_well_formed(IdKind::Client, text) {
        return Ok(Wanted::Client(text.to_owned()));
    }
    let name = text.to_owned();
    let find = admin
        .app
        .db
        .read(move |connection| Ok(names::clients_called(connection, &name)?));
    let mut called = find.await?;
    Ok(match (called.pop(), called.is_empty()) {
        (Some(id), true) => Wanted::Client(id),
        (Some(_), false) => Wanted::Nobody("Several clients have this name: give the id"),
        (None, _) => Wanted::Nobody("No client has this name or id"),
    })
}
