//! All that is known of one token or code, and first of all whether it is active and why.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::authentication::bearer::jti;
use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::directory::{Permissions, TokenScope};
use crate::error::Result;
use crate::models::authorization::Authorization;
use crate::models::{access_token, last_use, refresh_token};
use crate::oauth::{Scope, SecretId};
use crate::web::error_page::PageError;
use crate::web::page::{Area, Crumb, Moment, Page, ScopeLine, count, scope_lines};
use crate::web::person::Administrator;
use crate::web::visitor::PageResult;

use super::found::{Found, Token};
use super::verdict::{Verdict, ending, name_of, reason};
use super::{address_of, crumbs, named};

#[derive(Template)]
#[template(path = "admin/tokens/show.html")]
struct Show {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    jti: String,
    kind: &'static str,
    name: Option<String>,
    last_four: Option<String>,
    verdict: Verdict,
    /// What its button revokes, if there is anything left to.
    revoke: Option<&'static str>,
    client: Party,
    user: Option<Party>,
    scopes: Vec<ScopeLine>,
    /// The names of those that an access token had and that it opens no more.
    lost: Scope,
    times: Times,
    chain: Chain,
    grant: Option<Grant>,
}

/// A client or a user.
struct Party {
    id: String,
    name: String,
    disabled: Option<Moment>,
}

struct Times {
    issued: Moment,
    /// None for never.
    expires: Option<Moment>,
    /// Of an access token.
    last_used: Option<Moment>,
    /// Of a refresh token or a code, which is used once.
    used: Option<Moment>,
}

/// What came before a refresh token and after it, and where a code was sent.
#[derive(Default)]
struct Chain {
    predecessor: Option<String>,
    successor: Option<String>,
    redirect_uri: Option<String>,
}

/// The act of granting that it comes from.
struct Grant {
    id: String,
    how: String,
    /// Where it is another than the token's.
    scope: Option<String>,
    granted: Moment,
    last_used: Moment,
    ended: Option<Moment>,
    ended_by: Option<String>,
    ended_because: Option<String>,
    live: String,
}

/// What is read beside the token.
struct Reading {
    found: Found,
    last_used_at: Option<UnixTime>,
    ended_by: Option<String>,
    grant_ended_by: Option<String>,
    /// How many access and refresh tokens of the grant are live.
    live: (i64, i64),
}

/// `GET /admin/tokens/show?jti=…`.
pub async fn get(admin: Administrator) -> HttpResponse {
    admin.answer(show(&admin).await)
}

async fn show(admin: &Administrator) -> PageResult {
    let (id, now) = (named(admin)?, admin.now);
    let read = admin
        .app
        .db
        .read(move |connection| Reading::of(connection, &id, now));
    let reading = read.await?.ok_or_else(PageError::not_found)?;
    let permissions = admin.app.directory.permissions().await?;
    Ok(admin.show(StatusCode::OK, &told(admin, reading, &permissions)))
}

impl Reading {
    fn of(connection: &mut DbConnection, id: &SecretId, now: UnixTime) -> Result<Option<Self>> {
        let Some(found) = Found::find(connection, id)? else {
            return Ok(None);
        };
        let end = ending(found.state(now));
        let ended_by = name_of(connection, end.and_then(|end| end.by))?;
        let granted = found.authorization.as_ref();
        let grant_ended_by = name_of(
            connection,
            granted.and_then(|own| own.revoked_by.as_deref()),
        )?;
        let live = match granted {
            Some(granted) => (
                access_token::count_live_of(connection, &granted.id, now)?,
                refresh_token::count_live_of(connection, &granted.id, now)?,
            ),
            None => (0, 0),
        };
        Ok(Some(Self {
            found,
            last_used_at: last_use::of_token(connection, id)?,
            ended_by,
            grant_ended_by,
            live,
        }))
    }
}

fn told(admin: &Administrator, reading: Reading, permissions: &Permissions) -> Show {
    let (found, now) = (reading.found, admin.now);
    let TokenScope { granted, allowed } = found.scope(permissions);
    let grant = found.authorization.as_ref();
    let grant =
        grant.map(|own| Grant::of(own, &granted, reading.grant_ended_by, reading.live, now));
    Show {
        page: admin.page(found.kind()),
        area: admin.area("tokens"),
        crumbs: crumbs(),
        jti: jti(&found.id()),
        kind: found.kind(),
        name: found.name().map(str::to_owned),
        last_four: found.last_four().map(str::to_owned),
        verdict: Verdict::new(found.state(now), reading.ended_by, now),
        revoke: if found.ends_alone(now) {
            Some("Revoke")
        } else {
            let whole = found.live_authorization();
            whole.map(|_| "Revoke the authorization")
        },
        client: Party {
            id: found.client_id().to_owned(),
            name: found.client_name().to_owned(),
            disabled: moment(found.client.as_ref().and_then(|own| own.disabled_at), now),
        },
        user: found.user.as_ref().map(|user| Party {
            id: user.id.clone(),
            name: user.username.clone(),
            disabled: moment(user.disabled_at, now),
        }),
        scopes: scope_lines(permissions, &allowed),
        lost: granted.without(&allowed),
        times: Times::of(&found, reading.last_used_at, now),
        chain: Chain::of(&found),
        grant,
    }
}

fn moment(at: Option<UnixTime>, now: UnixTime) -> Option<Moment> {
    at.map(|at| Moment::new(at, now))
}

impl Times {
    fn of(found: &Found, last_used_at: Option<UnixTime>, now: UnixTime) -> Self {
        let (issued, expires, used) = match &found.token {
            Token::Access(own) => (own.created_at, own.expires_at, None),
            Token::Refresh(own) => (own.created_at, Some(own.expires_at), own.rotated_at),
            Token::Code(own) => (own.created_at, Some(own.expires_at), own.claimed_at),
        };
        Self {
            issued: Moment::new(issued, now),
            expires: expires.map(|at| Moment::ahead(at, now)),
            last_used: moment(last_used_at, now),
            used: moment(used, now),
        }
    }
}

impl Chain {
    fn of(found: &Found) -> Self {
        match &found.token {
            Token::Access(_) => Self::default(),
            Token::Refresh(token) => Self {
                predecessor: token.predecessor_id.as_ref().map(address_of),
                successor: token.successor_id.as_ref().map(address_of),
                redirect_uri: None,
            },
            Token::Code(code) => Self {
                redirect_uri: Some(code.redirect_uri.as_str().to_owned()),
                ..Self::default()
            },
        }
    }
}

impl Grant {
    fn of(
        own: &Authorization,
        scope: &Scope,
        ended_by: Option<String>,
        (access, refresh): (i64, i64),
        now: UnixTime,
    ) -> Self {
        Self {
            id: own.id.clone(),
            how: own.grant_type.clone(),
            scope: (own.scope != *scope).then(|| own.scope.as_str().to_owned()),
            granted: Moment::new(own.created_at, now),
            last_used: Moment::new(own.last_used_at, now),
            ended: moment(own.revoked_at, now),
            ended_because: reason(own.revoked_because.as_deref(), ended_by.as_deref()),
            ended_by,
            live: live_tokens(access, refresh),
        }
    }
}

/// `1 access token and 1 refresh token`.
pub(super) fn live_tokens(access: i64, refresh: i64) -> String {
    format!(
        "{} and {}",
        count(access, "access token"),
        count(refresh, "refresh token")
    )
}
