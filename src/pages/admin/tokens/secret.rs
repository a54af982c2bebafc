//! A client's secret: whose it is, and whether it still opens anything. It is revoked on its client's page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::Result;
use crate::models::client::{self, Client};
use crate::models::client_secret::{self, ClientSecret};
use crate::web::error_page::PageError;
use crate::web::form::field;
use crate::web::page::{Area, Crumb, Moment, Page};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::crumbs;
use super::verdict::Verdict;

#[derive(Template)]
#[template(path = "admin/tokens/secret.html")]
struct Show {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    secret: ClientSecret,
    client_name: String,
    verdict: Verdict,
    created: Moment,
    expires: Option<Moment>,
    revoked: Option<Moment>,
    last_used: Option<Moment>,
}

/// A secret with its client.
pub(super) struct Owned {
    pub(super) secret: ClientSecret,
    client: Option<Client>,
}

/// `GET /admin/tokens/secret?id=…`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(show(&admin).await)
}

async fn show(admin: &Administrator) -> PageResult {
    let query = admin.query()?;
    let id = field(&query, "id")?.to_owned();
    let find = admin.app.db.read(move |connection| {
        let secret = client_secret::find(connection, &id)?;
        secret
            .map(|secret| Owned::of(connection, secret))
            .transpose()
    });
    let owned = find.await?.ok_or_else(PageError::not_found)?;
    let now = admin.now;
    let template = Show {
        page: admin.page("Client secret"),
        area: admin.area("tokens"),
        crumbs: crumbs(),
        client_name: owned.client_name().to_owned(),
        verdict: owned.verdict(now),
        created: Moment::new(owned.secret.created_at, now),
        expires: owned.secret.expires_at.map(|at| Moment::ahead(at, now)),
        revoked: owned.secret.revoked_at.map(|at| Moment::new(at, now)),
        last_used: owned.secret.last_used_at.map(|at| Moment::new(at, now)),
        secret: owned.secret,
    };
    Ok(admin.show(StatusCode::OK, &template))
}

impl Owned {
    /// Finds the client of a secret.
    pub(super) fn of(connection: &mut DbConnection, secret: ClientSecret) -> Result<Self> {
        let client = client::find(connection, &secret.client_id)?;
        Ok(Self { secret, client })
    }

    /// The client's name.
    pub(super) fn client_name(&self) -> &str {
        let client = self.client.as_ref();
        client.map_or(&self.secret.client_id, |client| &client.name)
    }

    /// Whether a client can still prove itself with it.
    pub(super) fn verdict(&self, now: UnixTime) -> Verdict {
        let disabled_at = self.client.as_ref().and_then(|client| client.disabled_at);
        let expired_at = self.secret.expires_at.filter(|end| *end <= now);
        let (word, before, at) = if let Some(at) = self.secret.revoked_at {
            ("Revoked", "It was revoked", Some(at))
        } else if let Some(at) = expired_at {
            ("Expired", "Its time was over", Some(at))
        } else if let Some(at) = disabled_at {
            ("Client disabled", "Its client was disabled", Some(at))
        } else {
            ("Active", "Its client can authenticate with it.", None)
        };
        Verdict {
            live: at.is_none(),
            word,
            before,
            at: at.map(|at| Moment::new(at, now)),
            by: None,
            because: None,
            after: "",
        }
    }
}
