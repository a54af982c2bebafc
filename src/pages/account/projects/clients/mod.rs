//! A client of a project: what it may do, its secrets and its API keys.

pub mod delete;
pub mod edit;
pub mod new;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::UnixTime;
use crate::models::client_secret::{self, ClientSecret};
use crate::models::{leak, named_token};
use crate::oauth::{PlainSecret, SecretKind};
use crate::web::page::{Area, Crumb, Moment, Page, Sample, ScopeLine, scope_lines};
use crate::web::visitor::PageResult;
use crate::web::{paths, shown_once};

use super::super::leak_line::{self, Leaks, told_since};
use super::super::token_line::TokenLine;
use super::member::{ClientMember, is_kept_by_members};

#[derive(Template)]
#[template(path = "account/projects/clients/client.html")]
struct ClientPage {
    page: Page,
    area: Area,
    crumbs: Vec<Crumb>,
    path: String,
    name: String,
    client_id: String,
    scopes: Vec<ScopeLine>,
    created: Moment,
    last_used: Option<Moment>,
    is_disabled: bool,
    leaks: Leaks,
    /// Whether members look after it; others see it only.
    is_kept: bool,
    fresh: Option<Fresh>,
    secrets: Vec<SecretLine>,
    /// Whether this member can give all of the client's scopes, and so may be shown a new secret.
    can_add_secret: bool,
    live_keys: Vec<KeyLine>,
    ended_keys: Vec<TokenLine>,
}

struct KeyLine {
    token: TokenLine,
    /// Whether this member can give all of its scopes.
    can_rotate: bool,
}

/// A secret or key that was made just now, in clear for the only time.
struct Fresh {
    label: &'static str,
    advice: &'static str,
    secret: String,
    samples: Vec<Sample>,
}

struct SecretLine {
    id: String,
    name: String,
    last_four: String,
    created: Moment,
    last_used: Option<Moment>,
    expires: Option<Moment>,
    is_live: bool,
}

/// `GET /account/projects/{slug}/clients/{client}`.
pub async fn get(known: ClientMember) -> HttpResponse {
    known.answer(show(&known).await)
}

async fn show(known: &ClientMember) -> PageResult {
    let (client, now) = (known.client.clone(), known.now);
    let permissions = known.app.directory.permissions().await?;
    let read = known.app.db.read(move |connection| {
        let since = now.plus(-named_token::KEPT);
        Ok((
            client_secret::of_client(connection, &client)?,
            named_token::of_client(connection, &client.id, since)?,
            leak::of_client(connection, &client.id, told_since(now), leak_line::READ)?,
        ))
    });
    let (secrets, keys, leaks) = read.await?;
    let (live, ended): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| key.token.is_live(now));
    let mut live_keys = Vec::new();
    for key in live {
        live_keys.push(KeyLine {
            can_rotate: known.can_give(&key.token.scope).await?,
            token: TokenLine::new(key, &permissions, now),
        });
    }
    let ended = ended.into_iter();
    let ended_keys = ended.map(|key| TokenLine::new(key, &permissions, now));
    let path = known.client_path("");
    let fresh = shown_once::find(known, &path);
    let shown = fresh.is_some();
    let client = &known.client;
    let template = ClientPage {
        page: known.page(&client.name),
        area: known.area("projects"),
        crumbs: known.crumbs(),
        fresh: fresh.map(|secret| Fresh::new(known, &secret)),
        name: client.name.clone(),
        client_id: client.id.clone(),
        scopes: scope_lines(&permissions, &client.scope),
        created: Moment::new(client.created_at, now),
        last_used: client.last_used_at.map(|at| Moment::new(at, now)),
        is_disabled: client.disabled_at.is_some(),
        leaks: Leaks::new(leaks.into_iter().map(|event| (event, None)), now),
        is_kept: is_kept_by_members(client),
        secrets: secrets
            .into_iter()
            .map(|secret| SecretLine::new(secret, now))
            .collect(),
        can_add_secret: known.can_give(&client.scope).await?,
        live_keys,
        ended_keys: ended_keys.collect(),
        path,
    };
    let mut response = known.show(StatusCode::OK, &template);
    if shown {
        shown_once::forget(known, &mut response);
    }
    Ok(response)
}

impl Fresh {
    fn new(known: &ClientMember, secret: &PlainSecret) -> Self {
        let is_key = PlainSecret::recognise_as(SecretKind::ApiKey, secret.expose()).is_some();
        let secret = secret.expose().to_owned();
        if is_key {
            let curl = format!(
                "curl https://api.example.com/notes \\\n  -H \"Authorization: Bearer {secret}\""
            );
            return Self {
                label: "The new API key",
                advice: "Give it to the one program that needs it, as an environment variable or in a secret store.",
                samples: vec![sample("curl", "curl", curl)],
                secret,
            };
        }
        let (id, token) = (&known.client.id, known.app.issuer.url(paths::TOKEN));
        let curl =
            format!("curl {token} \\\n  -u {id}:{secret} \\\n  -d grant_type=client_credentials");
        let variables = format!(
            "OAUTH_ISSUER={}\nOAUTH_CLIENT_ID={id}\nOAUTH_CLIENT_SECRET={secret}",
            known.app.issuer.as_str()
        );
        Self {
            label: "The new client secret",
            advice: "With the client id it gets short-lived tokens. Keep it in an environment variable or a secret store.",
            samples: vec![
                sample("curl", "curl", curl),
                sample("environment", "Environment", variables),
            ],
            secret,
        }
    }
}

fn sample(id: &'static str, label: &'static str, text: String) -> Sample {
    Sample { id, label, text }
}

impl SecretLine {
    fn new(secret: ClientSecret, now: UnixTime) -> Self {
        Self {
            is_live: secret.is_live(now),
            created: Moment::new(secret.created_at, now),
            last_used: secret.last_used_at.map(|at| Moment::new(at, now)),
            expires: secret.expires_at.map(|at| Moment::ahead(at, now)),
            id: secret.id,
            name: secret.name,
            last_four: secret.last_four,
        }
    }
}
