//! The dashboard: what needs attention, what there is, what happens, and how large the database is.

mod warnings;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::activity::{self, DAY, HOUR, MINUTE, What};
use crate::models::census::{Census, Table};
use crate::models::client::search;
use crate::web::form::field;
use crate::web::listing::grouped;
use crate::web::page::{Area, Crumb, Moment, Page};
use crate::web::person::Administrator;
use crate::web::plot::{Counts, Plot, Span};
use crate::web::visitor::PageResult;

use warnings::Warning;

#[derive(Template)]
#[template(path = "admin/dashboard.html")]
struct Dashboard {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    warnings: Vec<Warning>,
    counted: Moment,
    counts: Vec<Count>,
    /// Whether the server has nobody to serve yet; asked at once, since the counts may be of before the first came.
    has_no_client: bool,
    range: &'static str,
    plots: Vec<Plot>,
    tables: Vec<TableLine>,
    /// Whether the database tells how large each table is.
    sized: bool,
    size: String,
    forecast: Option<String>,
}

/// A number that leads to the page about it, where there is one.
struct Count {
    name: &'static str,
    number: String,
    path: &'static str,
}

struct TableLine {
    name: String,
    rows: String,
    size: String,
    /// Rows due now, within a day, within a week; none where rows stay.
    due: Option<[String; 3]>,
}

/// `GET /admin`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(show(&admin).await)
}

async fn show(admin: &Administrator) -> PageResult {
    let query = admin.query()?;
    let (range, span) = span(field(&query, "range")?, admin.now);
    let app = &admin.app;
    app.records.write(app).await?;
    let now = admin.now;
    let read = app.db.read(move |connection| {
        Ok((
            plots(connection, span)?,
            issued_today(connection, now)?,
            search::is_any(connection)?,
        ))
    });
    let (plots, issued, has_client) = read.await?;
    let census = app.census.get(&app.db, admin.now).await?;
    let template = Dashboard {
        page: admin.page("Dashboard"),
        area: admin.area("dashboard"),
        crumbs: Vec::new(),
        warnings: warnings::all(app, &census).await?,
        counted: Moment::new(census.counted_at, admin.now),
        counts: counts(&census),
        has_no_client: !has_client,
        range,
        plots,
        sized: census.tables.iter().any(|table| table.bytes.is_some()),
        tables: table_lines(&census),
        size: size(census.bytes),
        forecast: forecast(&census, issued, app.config.tokens.access_ttl),
    };
    Ok(admin.show(StatusCode::OK, &template))
}

/// Hour, day or month: minutes, hours or days up to the present one.
fn span(range: &str, now: UnixTime) -> (&'static str, Span) {
    let (range, period, bars, unit, when, tick_every) = match range {
        "hour" => ("hour", MINUTE, 60, "per minute", "In the last hour", 15),
        "month" => ("month", DAY, 30, "per day", "In the last 30 days", 7),
        _ => ("day", HOUR, 24, "per hour", "In the last 24 hours", 6),
    };
    let span = Span {
        period,
        bars,
        last: activity::start_of(period, now),
        unit,
        when,
        tick_every,
    };
    (range, span)
}

fn plots(connection: &mut DbConnection, span: Span) -> Result<Vec<Plot>> {
    let mut counts = |name, kind, what| -> Result<Counts> {
        let rows = activity::since(connection, span.period, what, span.first())?;
        Ok(Counts { name, kind, rows })
    };
    let issued = [counts("issued", "good", What::TokensIssued)?];
    let introspections = [
        counts("active", "good", What::IntrospectionsActive)?,
        counts("inactive", "bad", What::IntrospectionsInactive)?,
    ];
    let sign_ins = [
        counts("succeeded", "good", What::SignInsRight)?,
        counts("failed", "bad", What::SignInsWrong)?,
    ];
    Ok(vec![
        Plot::new("tokens", "Access tokens", span, &issued),
        Plot::new("introspections", "Introspections", span, &introspections),
        Plot::new("sign-ins", "Sign-ins", span, &sign_ins),
    ])
}

/// Access tokens that were issued in the last 24 hours.
fn issued_today(connection: &mut DbConnection, now: UnixTime) -> Result<i64> {
    let from = activity::start_of(HOUR, now).plus(-23 * HOUR);
    let rows = activity::since(connection, HOUR, What::TokensIssued, from)?;
    Ok(rows.iter().map(|(_, count)| count).sum())
}

fn counts(census: &Census) -> Vec<Count> {
    let count = |name, number, path| Count {
        name,
        number: grouped(number),
        path,
    };
    vec![
        count("Users", census.users, "/admin/users"),
        count("Clients", census.clients, "/admin/clients"),
        count("Live access tokens", census.live_tokens, ""),
        count("Live sessions", census.live_sessions, ""),
    ]
}

fn table_lines(census: &Census) -> Vec<TableLine> {
    let line = |table: &Table| TableLine {
        name: title(table.name),
        rows: grouped(table.rows),
        size: table.bytes.map(size).unwrap_or_default(),
        due: table
            .due
            .map(|due| [due.now, due.in_a_day, due.in_a_week].map(grouped)),
    };
    // Empty ones are nobody's concern.
    let used = census.tables.iter().filter(|table| table.rows > 0);
    used.map(line).collect()
}

/// A table's name as people read it.
fn title(name: &str) -> String {
    match name {
        "one_time_links" => String::from("One-time links"),
        _ => name[..1].to_uppercase() + &name[1..].replace('_', " "),
    }
}

/// What the largest table will come to, if tomorrow is as today: of those issued until then, the ones
/// younger than their life are left. Nothing can be said where none was issued.
fn forecast(census: &Census, issued: i64, access_ttl: i64) -> Option<String> {
    if issued == 0 {
        return None;
    }
    let tokens = census
        .tables
        .iter()
        .find(|table| table.name == "access_tokens");
    let staying = tokens.map_or(0, |table| {
        table.rows - table.due.map_or(0, |due| due.in_a_day)
    });
    let tomorrow = staying + issued.saturating_mul(access_ttl.min(DAY)) / DAY;
    let issued = match issued {
        1 => String::from("1 access token was"),
        _ => format!("{} access tokens were", grouped(issued)),
    };
    let rows = match tomorrow {
        1 => String::from("1 row"),
        _ => format!("{} rows", grouped(tomorrow)),
    };
    Some(format!(
        "{issued} issued in the last 24 hours. At this rate there will be about {rows} of them this time tomorrow."
    ))
}

/// Bytes as people read them.
fn size(bytes: i64) -> String {
    const KIB: i64 = 1024;
    const MIB: i64 = 1024 * KIB;
    const GIB: i64 = 1024 * MIB;
    let tenths = |unit: i64, name: &str| {
        let tenths = bytes.saturating_mul(10) / unit;
        format!("{}.{} {name}", grouped(tenths / 10), tenths % 10)
    };
    match bytes {
        ..MIB => format!("{} KiB", grouped((bytes + KIB - 1) / KIB)),
        MIB..GIB => tenths(MIB, "MiB"),
        _ => tenths(GIB, "GiB"),
    }
}
