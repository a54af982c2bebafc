//! The refusals of the last 30 days, newest first.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::models::names;
use crate::models::refusal::{self, Filter, Refusal};
use crate::oauth::ErrorCode;
use crate::web::listing::{Listing, PAGE, Pager};
use crate::web::page::{Area, Crumb, Field, Moment, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::super::audit::find_client;
use super::super::why;
use super::{REFUSALS, crumbs};

#[derive(Template)]
#[template(path = "admin/tokens/refusals.html")]
struct List {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    client: Field,
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

/// The client that is filtered by, the refusals, and the names of their clients by id.
type Found = (Field, Vec<Refusal>, names::Names);

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
    let client = Field::new(listing.filter("client"), None);
    let (client, mut refusals, names) = read(admin, &listing, client, &error).await?;
    let pager = listing.open_pager(&mut refusals);
    let line = |refusal: Refusal| Line {
        at: Moment::new(refusal.occurred_at, admin.now),
        client: refusal
            .client_id
            .as_ref()
            .map(|id| names.get(id).unwrap_or(id).clone()),
        refusal,
    };
    let status = if client.error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let template = List {
        page: admin.page("Refused requests"),
        area: admin.area("tokens"),
        crumbs: crumbs(),
        client,
        error,
        errors: ErrorCode::ALL.map(ErrorCode::as_str).to_vec(),
        is_filtered: listing.is_filtered(),
        refusals: refusals.into_iter().map(line).collect(),
        pager,
    };
    Ok(admin.show(status, &template))
}

async fn read(
    admin: &Administrator,
    listing: &Listing,
    mut client: Field,
    error: &str,
) -> crate::error::Result<Found> {
    let error = (!error.is_empty()).then(|| error.to_owned());
    let offset = listing.offset();
    let read = admin.app.db.read(move |connection| {
        let client_id = find_client(connection, &mut client)?;
        if client.error.is_some() {
            return Ok((client, Vec::new(), names::Names::default()));
        }
        let filter = Filter { client_id, error };
        let refusals = refusal::list(connection, &filter, offset, PAGE + 1)?;
        let mut ids: Vec<String> = refusals
            .iter()
            .filter_map(|refusal| refusal.client_id.clone())
            .collect();
        ids.sort();
        ids.dedup();
        let names = names::of_clients(connection, &ids)?;
        Ok((client, refusals, names))
    });
    read.await
}
