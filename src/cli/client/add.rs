//! `latchkey client add`: what may be registered together. What a redirect URI or origin may be is in
//! `oauth`.

use clap::{Args, ValueEnum};

use crate::config::Config;
use crate::db::DbConnection;
use crate::error::{Error, Result};
use crate::models::client::{self, Client, ClientKind, TokenFormat};
use crate::models::{client_secret, project};
use crate::oauth::{GrantType, List, PlainSecret, origin, redirect_uri};

use super::super::installation::{Installation, now};
use super::super::output::{Output, note as say, warn};
use super::super::{Failure, scope};
use super::{Registration, advice, note, registration};

/// A hundred years.
const LONGEST: i64 = 3_153_600_000;

#[derive(Debug, Args)]
pub(in crate::cli) struct AddClient {
    /// What people read on the consent page
    #[arg(long)]
    name: String,
    /// It cannot keep a secret, like an app on a phone or in a browser
    #[arg(long)]
    public: bool,
    /// It is trusted like the server: no consent page, and it may be given the password grant
    #[arg(long)]
    first_party: bool,
    /// It may introspect everybody's tokens
    #[arg(long)]
    resource_server: bool,
    /// `authorization_code`, `refresh_token`, `client_credentials` or `password`; repeat for more
    #[arg(long = "grant", value_name = "GRANT")]
    grants: Vec<String>,
    /// Where the browser goes back to, in full; repeat for more
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// A scope that it may ask for; repeat for more
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// A web origin that may call the token endpoint from a browser; repeat for more
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// What its access tokens look like
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Opaque)]
    token_format: Format,
    /// How long its access tokens live
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(1..=LONGEST))]
    access_ttl: Option<i64>,
    /// How long its refresh tokens live unused
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(1..=LONGEST))]
    refresh_ttl: Option<i64>,
    /// The project that owns it
    #[arg(long, value_name = "SLUG")]
    project: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Random; resource servers introspect
    Opaque,
    /// Signed (RFC 9068); its resource servers verify it themselves
    Jwt,
}

/// What was registered, and what its operator may want to mend.
struct Added {
    registration: Registration,
    secret: Option<PlainSecret>,
    warnings: Vec<String>,
}

impl AddClient {
    pub(super) async fn run(self, config: Config) -> std::result::Result<Output, Failure> {
        let client = self.checked()?;
        let installation = Installation::open(config)?;
        let (scopes, project) = (self.scopes, self.project);
        let added = installation
            .db
            .write(move |connection| insert(connection, client, &scopes, project.as_deref()));
        let added = added.await?;
        installation.seen_everywhere().await;
        for warning in &added.warnings {
            warn(warning);
        }
        if added.secret.is_some() {
            say(registration::KEEP_THE_SECRET);
        }
        Ok(Output::one(
            added.registration.record_with_secret(added.secret.as_ref()),
        ))
    }

    /// The client without its scopes and project, which the database must know.
    fn checked(&self) -> std::result::Result<Client, String> {
        client::check_name(&self.name)?;
        for uri in &self.redirect_uris {
            redirect_uri::check(uri, self.public)?;
        }
        for own in &self.origins {
            origin::check(own)?;
        }
        if self.public && self.resource_server {
            return Err(String::from(
                "A public client cannot introspect, since it has nothing to authenticate with: leave \
                 out --public or --resource-server.",
            ));
        }
        let kind = if self.public {
            ClientKind::Public
        } else {
            ClientKind::Confidential
        };
        Ok(Client {
            is_first_party: self.first_party,
            is_resource_server: self.resource_server,
            grant_types: List(self.grant_types()?),
            redirect_uris: List(each_once(&self.redirect_uris)),
            allowed_origins: List(each_once(&self.origins)),
            token_format: match self.token_format {
                Format::Opaque => TokenFormat::Opaque,
                Format::Jwt => TokenFormat::Jwt,
            },
            access_ttl: self.access_ttl,
            refresh_ttl: self.refresh_ttl,
            ..Client::new(&self.name, kind, now())
        })
    }

    fn grant_types(&self) -> std::result::Result<Vec<GrantType>, String> {
        let mut grants = Vec::new();
        for name in &self.grants {
            let grant: GrantType = name.parse().map_err(|_| unknown_grant(name))?;
            if !grants.contains(&grant) {
                self.check_grant(grant)?;
                grants.push(grant);
            }
        }
        if !grants.is_empty() {
            return Ok(grants);
        }
        if !self.redirect_uris.is_empty() {
            return Ok(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]);
        }
        if self.resource_server {
            return Ok(Vec::new());
        }
        if self.public {
            return Err(String::from(
                "A public client needs --redirect-uri, or --first-party with --grant password.",
            ));
        }
        Ok(vec![GrantType::ClientCredentials])
    }

    fn check_grant(&self, grant: GrantType) -> std::result::Result<(), String> {
        match grant {
            GrantType::Password if !self.first_party => Err(String::from(
                "The grant password hands people's passwords to the client: only a client of your \
                 own may have it, so add --first-party.",
            )),
            // RFC 6749 §4.4.
            GrantType::ClientCredentials if self.public => Err(String::from(
                "The grant client_credentials needs a client that keeps a secret: leave out --public.",
            )),
            GrantType::AuthorizationCode if self.redirect_uris.is_empty() => Err(String::from(
                "The grant authorization_code needs a place to send the code to: add --redirect-uri.",
            )),
            _ => Ok(()),
        }
    }
}

fn insert(
    connection: &mut DbConnection,
    mut client: Client,
    scopes: &[String],
    slug: Option<&str>,
) -> Result<Added> {
    client.scope = scope::existing(connection, scopes)?;
    client.project_id = slug
        .map(|slug| shared_project(connection, slug))
        .transpose()?;
    let warnings = advice::warnings(connection, &client)?;
    client::insert(connection, client.clone())?;
    let secret = if client.is_public() {
        None
    } else {
        Some(client_secret::insert(
            connection,
            &client.id,
            "first",
            client.created_at,
        )?)
    };
    note(connection, "client.added", &client, client.created_at)?;
    Ok(Added {
        registration: Registration::load(connection, client)?,
        secret,
        warnings,
    })
}

/// The id of a project; a personal one has its one client already.
fn shared_project(connection: &mut DbConnection, slug: &str) -> Result<String> {
    match project::find_by_slug(connection, slug)? {
        Some(project) if project.personal_user_id.is_none() => Ok(project.id),
        Some(_) => Err(Error::Failed(format!(
            "The project {slug} is a user's personal one, which has no other clients: name another."
        ))),
        None => Err(Error::Failed(format!(
            "There is no project {slug:?}: check --project."
        ))),
    }
}

fn each_once(texts: &[String]) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for text in texts {
        if !once.contains(text) {
            once.push(text.clone());
        }
    }
    once
}

fn unknown_grant(name: &str) -> String {
    let all = GrantType::ALL.map(GrantType::as_str).join(", ");
    format!("{name:?} is no grant: name one of {all}.")
}
