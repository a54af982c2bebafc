//! The page on which a token, or whatever leads to one, is looked up.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::authentication::bearer;
use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::{access_token, client_secret, refresh_token};
use crate::oauth::{PlainSecret, SecretId};
use crate::web::form::{Body, field};
use crate::web::listing::grouped;
use crate::web::page::{Area, Crumb, Field, Moment, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::found::{Found, Token};
use super::meant::Meant;
use super::verdict::Verdict;
use super::{PATH, REFUSALS, address_of, address_of_secret, secret};

/// How many of the newest tokens of grants are looked at for their last four characters.
const NEWEST: i64 = 20_000;

#[derive(Template)]
#[template(path = "admin/tokens/look_up.html")]
struct LookUp {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    /// The field of the form; what was typed comes back only where it is no secret.
    wanted: Field,
    matches: Option<Matches>,
    newest: String,
}

/// What ends in some four characters.
struct Matches {
    last_four: String,
    lines: Vec<Line>,
}

struct Line {
    path: String,
    kind: &'static str,
    name: Option<String>,
    client: String,
    username: Option<String>,
    issued: Moment,
    verdict: Verdict,
}

/// `GET /admin/tokens`, with `last_four=…` for those that end so.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(page(&admin).await)
}

/// `POST /admin/tokens`.
pub async fn post(admin: Administrator, body: Body) -> HttpResponse {
    admin.answer(find(&admin, &body).await)
}

async fn page(admin: &Administrator) -> PageResult {
    let query = admin.query()?;
    let last_four = field(&query, "last_four")?.to_owned();
    if last_four.is_empty() {
        return Ok(show(admin, StatusCode::OK, Field::default(), None));
    }
    let now = admin.now;
    let matches = admin.app.db.read(move |connection| {
        let lines = ending_in(connection, &last_four, now)?;
        Ok(Matches { last_four, lines })
    });
    let matches = matches.await?;
    let wanted = Field::new(&matches.last_four, None);
    Ok(show(admin, StatusCode::OK, wanted, Some(matches)))
}

/// Leads to the page about what was found: the address of that page holds no secret.
async fn find(admin: &Administrator, body: &Body) -> PageResult {
    let fields = admin.fields(body)?;
    let meant = Meant::by(field(&fields, "wanted")?);
    // What is no secret stays in the field.
    let shown = match &meant {
        Meant::Request(id) => id.clone(),
        _ => String::new(),
    };
    let found = match meant {
        Meant::Token(id) => by_id(admin, id).await?,
        Meant::Signed(text) => by_signature(admin, &text).await?,
        Meant::ClientSecret(secret) => by_secret(admin, secret).await?,
        Meant::Request(id) => by_request(admin, id).await?,
        Meant::LastFour(four) => Ok(format!("{PATH}?last_four={four}")),
        Meant::Nothing(why) => Err(why),
    };
    match found {
        Ok(path) => Ok(admin.go_to(&path)),
        Err(why) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(show(admin, status, Field::new(&shown, Some(why)), None))
        }
    }
}

/// The page about what a look-up found, or why there is none.
type Outcome = std::result::Result<String, String>;

async fn by_id(admin: &Administrator, id: SecretId) -> Result<Outcome> {
    let find = admin
        .app
        .db
        .read(move |connection| Found::find(connection, &id));
    if find.await?.is_some() {
        return Ok(Ok(address_of(&id)));
    }
    let issued = Moment::ahead(id.issued_at(), admin.now);
    Ok(Err(format!(
        "It is well formed and dated {} ({}), but this server has no record of it: it has expired and was \
         deleted, its client or user was deleted, or another server of Latchkey's issued it.",
        issued.words, issued.exact
    )))
}

async fn by_signature(admin: &Administrator, text: &str) -> Result<Outcome> {
    let app = &admin.app;
    match bearer::recognise(&app.directory, app.issuer.as_str(), text).await? {
        Some((_, id)) => by_id(admin, id).await,
        None => Ok(Err(String::from(
            "None of this server's published keys has signed this token for its issuer: it is mistyped or \
             cut, another server's, or its key is retired.",
        ))),
    }
}

async fn by_secret(admin: &Administrator, secret: PlainSecret) -> Result<Outcome> {
    let find = admin
        .app
        .db
        .read(move |connection| Ok(client_secret::find_by_hash(connection, &secret.hash())?));
    let found = find.await?.map(|row| address_of_secret(&row.id));
    Ok(found.ok_or_else(|| {
        String::from(
            "No client of this server has this secret: it was never issued here, or its client was deleted.",
        )
    }))
}

async fn by_request(admin: &Administrator, id: String) -> Result<Outcome> {
    let found = super::refusal::find(admin, id).await?;
    Ok(found
        .map(|refusal| format!("{REFUSALS}/show?id={}", refusal.id))
        .ok_or_else(|| {
            String::from(
                "Nothing is kept under this request id. Refusals are kept for 30 days, of the authorization \
                 endpoint and its pages, the token, introspection and revocation endpoints and, where a \
                 credential came, of /auth/verify, and at most 30 a minute of one address; the server's log \
                 has every one.",
            )
        }))
}

fn show(
    admin: &Administrator,
    status: StatusCode,
    wanted: Field,
    matches: Option<Matches>,
) -> HttpResponse {
    let template = LookUp {
        page: admin.page("Tokens"),
        area: admin.area("tokens"),
        crumbs: Vec::new(),
        wanted,
        matches,
        newest: grouped(NEWEST),
    };
    admin.show(status, &template)
}

fn ending_in(connection: &mut DbConnection, last_four: &str, now: UnixTime) -> Result<Vec<Line>> {
    let access = access_token::with_last_four(connection, last_four, NEWEST)?;
    let refresh = refresh_token::with_last_four(connection, last_four, NEWEST)?;
    let tokens = access
        .into_iter()
        .map(Token::Access)
        .chain(refresh.into_iter().map(Token::Refresh));
    let mut lines = Vec::new();
    for token in tokens {
        lines.push(Line::of(&Found::of(connection, token)?, now));
    }
    for row in client_secret::with_last_four(connection, last_four)? {
        let owner = secret::Owned::of(connection, row)?;
        lines.push(Line {
            path: address_of_secret(&owner.secret.id),
            kind: "Client secret",
            name: Some(owner.secret.name.clone()),
            client: owner.client_name().to_owned(),
            username: None,
            issued: Moment::new(owner.secret.created_at, now),
            verdict: owner.verdict(now),
        });
    }
    Ok(lines)
}

impl Line {
    fn of(found: &Found, now: UnixTime) -> Self {
        Self {
            path: address_of(&found.id()),
            kind: found.kind(),
            name: found.name().map(str::to_owned),
            client: found.client_name().to_owned(),
            username: found.username().map(str::to_owned),
            issued: Moment::new(found.id().issued_at(), now),
            verdict: Verdict::new(found.state(now), None, now),
        }
    }
}
