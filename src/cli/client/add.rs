//! `latchkey client add`. What may be registered is in `models::registration`.

use clap::{Args, ValueEnum};

use crate::config::Config;
use crate::db::DbConnection;
use crate::error::{Error, Result};
use crate::models::client::{self, Client, ClientKind, TokenFormat};
use crate::models::client_secret;
use crate::models::registration::{LIFETIMES, Mistake, Part, Registration, advice};
use crate::oauth::{GrantType, PlainSecret};

use super::super::Failure;
use super::super::installation::{Installation, now};
use super::super::output::{Output, note as say, warn};
use super::note;
use super::printed::{KEEP_THE_SECRET, Printed};

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
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(LIFETIMES))]
    access_ttl: Option<i64>,
    /// How long its refresh tokens live unused
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(LIFETIMES))]
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
    printed: Printed,
    secret: Option<PlainSecret>,
    warnings: Vec<String>,
}

impl AddClient {
    pub(super) async fn run(self, config: Config) -> std::result::Result<Output, Failure> {
        let wanted = self.registration()?;
        let installation = Installation::open(config)?;
        let added = installation
            .db
            .write(move |connection| insert(connection, wanted));
        let added = added.await?;
        installation.seen_everywhere().await;
        for warning in &added.warnings {
            warn(warning);
        }
        if added.secret.is_some() {
            say(KEEP_THE_SECRET);
        }
        Ok(Output::one(
            added.printed.record_with_secret(added.secret.as_ref()),
        ))
    }

    /// What is wanted. Without `--grant` it follows from the rest.
    fn registration(self) -> std::result::Result<Registration, String> {
        let grant_types = if self.grants.is_empty() {
            self.usual_grants()
        } else {
            let read = |name: &String| name.parse().map_err(|_| unknown_grant(name));
            self.grants
                .iter()
                .map(read)
                .collect::<std::result::Result<_, _>>()?
        };
        Ok(Registration {
            name: self.name,
            kind: if self.public {
                ClientKind::Public
            } else {
                ClientKind::Confidential
            },
            is_first_party: self.first_party,
            is_resource_server: self.resource_server,
            grant_types,
            redirect_uris: self.redirect_uris,
            scopes: self.scopes,
            allowed_origins: self.origins,
            token_format: match self.token_format {
                Format::Opaque => TokenFormat::Opaque,
                Format::Jwt => TokenFormat::Jwt,
            },
            access_ttl: self.access_ttl,
            refresh_ttl: self.refresh_ttl,
            project: self.project,
        })
    }

    fn usual_grants(&self) -> Vec<GrantType> {
        if !self.redirect_uris.is_empty() {
            vec![GrantType::AuthorizationCode, GrantType::RefreshToken]
        } else if self.public || self.resource_server {
            Vec::new()
        } else {
            vec![GrantType::ClientCredentials]
        }
    }
}

fn insert(connection: &mut DbConnection, wanted: Registration) -> Result<Added> {
    let new = Client::new(&wanted.name, wanted.kind, now());
    let client = match wanted.apply(connection, new)? {
        Ok(client) => client,
        Err(mistakes) => return Err(refused(&mistakes)),
    };
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
        printed: Printed::load(connection, client)?,
        secret,
        warnings,
    })
}

/// The first mistake, with the option that has it.
fn refused(mistakes: &[Mistake]) -> Error {
    let Some(Mistake { part, sentence }) = mistakes.first() else {
        return Error::failed("a registration was refused without a reason");
    };
    let option = match part {
        Part::Name => "--name",
        Part::IsResourceServer => "--resource-server",
        Part::GrantTypes => "--grant",
        Part::RedirectUris => "--redirect-uri",
        Part::Scopes => "--scope",
        Part::AllowedOrigins => "--origin",
        Part::AccessTtl => "--access-ttl",
        Part::RefreshTtl => "--refresh-ttl",
        Part::Project => "--project",
    };
    Error::Failed(format!("{option}: {sentence}"))
}

fn unknown_grant(name: &str) -> String {
    let all = GrantType::ALL.map(GrantType::as_str).join(", ");
    format!("{name:?} is no grant: name one of {all}.")
}
