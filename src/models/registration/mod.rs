//! What may be registered as a client (RFC 6749 §2, with the words of RFC 7591 §2): every rule once, for
//! the command line and the pages of administrators. What is allowed and may yet surprise is in `advice`.

pub mod advice;

use std::ops::RangeInclusive;

use diesel::QueryResult;

use crate::db::DbConnection;
use crate::oauth::{GrantType, List, Scope, origin, redirect_uri};

use super::client::{self, Client, ClientKind, TokenFormat};
use super::{project, scope};

/// Seconds that tokens may live: a hundred years at most.
pub const LIFETIMES: RangeInclusive<i64> = 1..=3_153_600_000;

/// What somebody wants a client to be.
#[derive(Clone, Debug)]
pub struct Registration {
    /// `client_name`.
    pub name: String,
    /// Whether it keeps a secret; fixed at the registration.
    pub kind: ClientKind,
    /// Whether it is trusted like the server.
    pub is_first_party: bool,
    /// Whether it may introspect everybody's tokens.
    pub is_resource_server: bool,
    /// `grant_types`.
    pub grant_types: Vec<GrantType>,
    /// `redirect_uris`.
    pub redirect_uris: Vec<String>,
    /// The names of the scopes that it may ask for.
    pub scopes: Vec<String>,
    /// Web origins from which a browser may call the token endpoint for it.
    pub allowed_origins: Vec<String>,
    /// What its access tokens look like.
    pub token_format: TokenFormat,
    /// Seconds an access token lives; none for the configured time.
    pub access_ttl: Option<i64>,
    /// Unused seconds a refresh token lives; none for the configured time.
    pub refresh_ttl: Option<i64>,
    /// The slug of the project that owns it.
    pub project: Option<String>,
}

/// Where a mistake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is a field of Registration")]
pub enum Part {
    Name,
    IsResourceServer,
    GrantTypes,
    RedirectUris,
    Scopes,
    AllowedOrigins,
    AccessTtl,
    RefreshTtl,
    Project,
}

/// What keeps a registration from being one.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// Where.
    pub part: Part,
    /// What is wrong and what would be right, in a sentence.
    pub sentence: String,
}

/// All that is wrong so far.
#[derive(Default)]
struct Mistakes(Vec<Mistake>);

impl Mistakes {
    fn add(&mut self, part: Part, sentence: impl Into<String>) {
        let sentence = sentence.into();
        self.0.push(Mistake { part, sentence });
    }

    fn check(&mut self, part: Part, outcome: Result<(), String>) {
        if let Err(sentence) = outcome {
            self.add(part, sentence);
        }
    }
}

impl Registration {
    /// The client as it is then, or all that is wrong, in the order of the fields.
    ///
    /// # Errors
    /// The database's.
    pub fn apply(
        self,
        connection: &mut DbConnection,
        client: Client,
    ) -> QueryResult<Result<Client, Vec<Mistake>>> {
        let mut mistakes = Mistakes::default();
        self.check_words(&mut mistakes);
        self.check_grants(&mut mistakes);
        let scope = self.existing_scope(connection, &mut mistakes)?;
        let project_id = self.shared_project(connection, &mut mistakes)?;
        if !mistakes.0.is_empty() {
            return Ok(Err(mistakes.0));
        }
        Ok(Ok(Client {
            name: self.name,
            kind: self.kind,
            is_first_party: self.is_first_party,
            is_resource_server: self.is_resource_server,
            grant_types: List(each_once(self.grant_types)),
            redirect_uris: List(each_once(self.redirect_uris)),
            scope,
            allowed_origins: List(each_once(self.allowed_origins)),
            token_format: self.token_format,
            access_ttl: self.access_ttl,
            refresh_ttl: self.refresh_ttl,
            project_id,
            ..client
        }))
    }

    fn is_public(&self) -> bool {
        self.kind == ClientKind::Public
    }

    /// What each part must be by itself.
    fn check_words(&self, mistakes: &mut Mistakes) {
        mistakes.check(Part::Name, client::check_name(&self.name));
        for uri in &self.redirect_uris {
            mistakes.check(
                Part::RedirectUris,
                redirect_uri::check(uri, self.is_public()),
            );
        }
        for own in &self.allowed_origins {
            mistakes.check(Part::AllowedOrigins, origin::check(own));
        }
        for (part, seconds) in [
            (Part::AccessTtl, self.access_ttl),
            (Part::RefreshTtl, self.refresh_ttl),
        ] {
            if seconds.is_some_and(|seconds| !LIFETIMES.contains(&seconds)) {
                mistakes.add(
                    part,
                    format!("Tokens live for 1 to {} seconds.", LIFETIMES.end()),
                );
            }
        }
    }

    /// What the parts must be together.
    fn check_grants(&self, mistakes: &mut Mistakes) {
        let has = |grant_type| self.grant_types.contains(&grant_type);
        if self.is_public() && self.is_resource_server {
            mistakes.add(
                Part::IsResourceServer,
                "A public client cannot introspect, since it has nothing to authenticate with.",
            );
        }
        if has(GrantType::Password) && !self.is_first_party {
            mistakes.add(
                Part::GrantTypes,
                "The grant password hands people's passwords to the client: only a first-party client, \
                 one of your own, may have it.",
            );
        }
        // RFC 6749 §4.4.
        if has(GrantType::ClientCredentials) && self.is_public() {
            mistakes.add(
                Part::GrantTypes,
                "The grant client_credentials needs a client that keeps a secret, which a public one \
                 does not.",
            );
        }
        if has(GrantType::AuthorizationCode) && self.redirect_uris.is_empty() {
            mistakes.add(
                Part::RedirectUris,
                "The grant authorization_code needs a place to send the code to: give a redirect URI.",
            );
        }
        if self.is_public() && self.grant_types.is_empty() {
            mistakes.add(
                Part::GrantTypes,
                "A public client gets tokens only by a redirect URI, or by the grant password where it is \
                 first-party.",
            );
        }
    }

    /// The scopes, each of which must exist.
    fn existing_scope(
        &self,
        connection: &mut DbConnection,
        mistakes: &mut Mistakes,
    ) -> QueryResult<Scope> {
        // RFC 6749 §3.3 writes several in one text, and so may an operator.
        let wanted: Scope = self
            .scopes
            .iter()
            .flat_map(|texts| texts.split_whitespace())
            .collect();
        let known = scope::list(connection)?;
        for name in wanted.names() {
            if !known.iter().any(|scope| scope.name == name) {
                let shown: String = name.chars().take(200).collect();
                mistakes.add(
                    Part::Scopes,
                    format!("There is no scope {shown:?}: add it first."),
                );
            }
        }
        Ok(wanted)
    }

    /// The id of the project; a personal one has its one client already.
    fn shared_project(
        &self,
        connection: &mut DbConnection,
        mistakes: &mut Mistakes,
    ) -> QueryResult<Option<String>> {
        let Some(slug) = &self.project else {
            return Ok(None);
        };
        let shown: String = slug.chars().take(200).collect();
        match project::find_by_slug(connection, slug)? {
            Some(project) if project.personal_user_id.is_none() => return Ok(Some(project.id)),
            Some(_) => mistakes.add(
                Part::Project,
                format!(
                    "The project {shown} is a user's personal one, which has no other clients: name another."
                ),
            ),
            None => mistakes.add(Part::Project, format!("There is no project {shown:?}.")),
        }
        Ok(None)
    }
}

fn each_once<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut once = Vec::new();
    for item in items {
        if !once.contains(&item) {
            once.push(item);
        }
    }
    once
}
