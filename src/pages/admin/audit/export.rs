//! The audit log as a file, filtered like the page: CSV (RFC 4180) for spreadsheets, JSON lines for
//! programs. Sent in parts as they are read, so that its length does not matter.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data};
use futures_util::stream;

use crate::app::App;
use crate::models::audit_event::AuditEvent;
use crate::models::audit_log::{self, Filter, Place, Reading};
use crate::web::listing::Listing;
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::filter::{self, FilterForm, NAMES};

/// Where the CSV is.
pub(super) const CSV: &str = "/admin/audit/audit-log.csv";
/// Where the JSON lines are.
pub(super) const JSON_LINES: &str = "/admin/audit/audit-log.jsonl";

/// Events that are read at once.
const PART: i64 = 1000;

/// How a file is written.
#[derive(Clone, Copy)]
struct Format {
    content_type: &'static str,
    begin: &'static str,
    line: fn(&AuditEvent) -> String,
}

/// `GET /admin/audit/audit-log.csv`.
pub async fn get_csv(admin: Administrator) -> HttpResponse {
    let csv = Format {
        content_type: "text/csv; charset=utf-8; header=present",
        begin: "id,occurred_at,action,actor,user_id,client_id,authorization_id,address,detail\r\n",
        line: csv_line,
    };
    admin.answer(export(&admin, csv).await)
}

/// `GET /admin/audit/audit-log.jsonl`.
pub async fn get_json_lines(admin: Administrator) -> HttpResponse {
    let json_lines = Format {
        content_type: "application/jsonl; charset=utf-8",
        begin: "",
        line: json_line,
    };
    admin.answer(export(&admin, json_lines).await)
}

/// The address of a file with the filters of a page.
pub(super) fn address(listing: &Listing, path: &str) -> String {
    let page = listing.address(&[]);
    let filters = page.split_once('?').map_or("", |(_, filters)| filters);
    format!("{path}?{filters}")
}

async fn export(admin: &Administrator, format: Format) -> PageResult {
    let query = admin.query()?;
    let listing = Listing::read(super::PATH, &query, &NAMES)?;
    let mut form = FilterForm::read(&listing);
    let filter = admin.app.db.read(move |connection| {
        let actions = audit_log::actions(connection)?;
        form.resolve(connection, &actions)
    });
    let Some(filter) = filter.await? else {
        return super::list(admin).await;
    };
    let event = admin
        .event("audit_log.exported")
        .about(&filter::words(&filter));
    let written = admin.write(move |connection| Ok(event.insert(connection)?));
    written.await?;
    let reader = Reader {
        app: admin.app.clone(),
        filter,
        format,
        next: Some(Reading::Newest),
    };
    let begin = stream::once(async { Ok(Bytes::from_static(format.begin.as_bytes())) });
    let parts = stream::unfold(reader, Reader::part);
    let file = futures_util::StreamExt::chain(begin, parts);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, format.content_type))
        .insert_header((header::CONTENT_DISPOSITION, "attachment"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(file))
}

/// How far the file has come.
struct Reader {
    app: Data<App>,
    filter: Filter,
    format: Format,
    /// Where the next part begins; none after the last.
    next: Option<Reading>,
}

impl Reader {
    /// The next part of the file. A failure breaks the answer off, so that half a file is not taken for a
    /// whole one.
    async fn part(mut self) -> Option<(std::io::Result<Bytes>, Self)> {
        let reading = self.next.take()?;
        let filter = self.filter.clone();
        let read = self
            .app
            .db
            .read_aside(move |connection| Ok(audit_log::read(connection, filter, &reading, PART)?));
        match read.await {
            Ok(events) if events.is_empty() => None,
            Ok(events) => {
                self.next = events.last().map(Place::of).map(Reading::OlderThan);
                let text: String = events.iter().map(self.format.line).collect();
                Some((Ok(Bytes::from(text)), self))
            }
            Err(error) => {
                tracing::error!(%error, "the audit log could not be exported");
                Some((Err(std::io::Error::other(error.to_string())), self))
            }
        }
    }
}

fn csv_line(event: &AuditEvent) -> String {
    let cells = [
        Some(event.id.as_str()),
        Some(&event.occurred_at.to_string()),
        Some(&event.action),
        event.actor.as_deref(),
        event.user_id.as_deref(),
        event.client_id.as_deref(),
        event.authorization_id.as_deref(),
        event.address.as_deref(),
        event.detail.as_deref(),
    ]
    .map(|cell| csv_cell(cell.unwrap_or_default()));
    cells.join(",") + "\r\n"
}

/// A cell that no spreadsheet takes for a formula: people choose their names.
fn csv_cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

fn json_line(event: &AuditEvent) -> String {
    let line = serde_json::json!({
        "id": event.id,
        "occurred_at": event.occurred_at.to_string(),
        "action": event.action,
        "actor": event.actor,
        "user_id": event.user_id,
        "client_id": event.client_id,
        "authorization_id": event.authorization_id,
        "address": event.address,
        "detail": event.detail,
    });
    format!("{line}\n")
}
