//! The form of a client: what was typed and ticked, and the mistakes beside their fields. What is on it is
//! in `offer`; what may be registered is in `models::registration`.

use crate::models::client::{Client, TokenFormat};
use crate::models::registration::{Mistake, Part, Registration};
use crate::models::scope::RegisteredScope;
use crate::oauth::{GrantType, Params};
use crate::web::error_page::PageError;
use crate::web::form::field;
use crate::web::page::{Field, any_wrong};

use super::super::scope_choice::{self, ScopeChoice};
use super::offer::{Offer, meaning, title};

/// What is typed and ticked.
pub(super) struct ClientForm {
    pub(super) offer: Offer,
    pub(super) name: Field,
    pub(super) redirect_uris: Field,
    pub(super) origins: Field,
    pub(super) is_first_party: bool,
    pub(super) is_resource_server: bool,
    pub(super) grants: Vec<GrantChoice>,
    /// What is wrong with the grants together; so for the scopes.
    pub(super) grants_mistake: Field,
    pub(super) token_format: TokenFormat,
    pub(super) scopes: Vec<ScopeChoice>,
    pub(super) scopes_mistake: Field,
    pub(super) access_ttl: Field,
    pub(super) refresh_ttl: Field,
    pub(super) project: Field,
    /// The own password, where it may have to be typed.
    pub(super) confirmation: Option<Field>,
    /// Ticked, whether or not there are such scopes any more.
    ticked_scopes: Vec<String>,
}

pub(super) struct GrantChoice {
    pub(super) grant_type: GrantType,
    pub(super) title: &'static str,
    pub(super) meaning: &'static str,
    pub(super) is_ticked: bool,
}

impl ClientForm {
    /// An empty one. What a request asks for that names no scope is ticked already.
    pub(super) fn empty(offer: Offer, scopes: Vec<RegisteredScope>) -> Self {
        let usual = scopes.iter().filter(|scope| scope.is_default);
        let ticked_scopes: Vec<String> = usual.map(|scope| scope.name.clone()).collect();
        Self {
            grants: grants(&offer, |_| false),
            scopes: choices(scopes, &ticked_scopes),
            ticked_scopes,
            offer,
            name: Field::default(),
            redirect_uris: Field::default(),
            origins: Field::default(),
            is_first_party: false,
            is_resource_server: false,
            grants_mistake: Field::default(),
            scopes_mistake: Field::default(),
            access_ttl: Field::default(),
            refresh_ttl: Field::default(),
            project: Field::default(),
            confirmation: None,
            token_format: TokenFormat::Opaque,
        }
    }

    /// A client as it is.
    pub(super) fn of(client: &Client, project: Option<&str>, scopes: Vec<RegisteredScope>) -> Self {
        let offer = Offer::to_change(client);
        let ticked: Vec<String> = client.scope.names().map(str::to_owned).collect();
        let seconds = |ttl: Option<i64>| ttl.map(|ttl| ttl.to_string()).unwrap_or_default();
        Self {
            grants: grants(&offer, |grant_type| {
                client.grant_types.contains(&grant_type)
            }),
            scopes: choices(scopes, &ticked),
            name: Field::new(&client.name, None),
            redirect_uris: Field::new(&client.redirect_uris.join("\n"), None),
            origins: Field::new(&client.allowed_origins.join("\n"), None),
            is_first_party: client.is_first_party,
            is_resource_server: client.is_resource_server,
            access_ttl: Field::new(&seconds(client.access_ttl), None),
            refresh_ttl: Field::new(&seconds(client.refresh_ttl), None),
            project: Field::new(project.unwrap_or_default(), None),
            ticked_scopes: ticked,
            token_format: client.token_format,
            ..Self::empty(offer, Vec::new())
        }
    }

    /// What was sent.
    pub(super) fn read(
        fields: &Params<'_>,
        offer: Offer,
        scopes: Vec<RegisteredScope>,
    ) -> Result<Self, PageError> {
        let ticked_grants: Vec<&str> = fields.all("grant").collect();
        let ticked_scopes: Vec<String> = if offer.scopes {
            fields.all("scope").map(str::to_owned).collect()
        } else {
            Vec::new()
        };
        // Only what the form has on it counts.
        let typed = |is_offered: bool, name: &'static str| {
            if is_offered {
                field(fields, name)
            } else {
                Ok("")
            }
        };
        Ok(Self {
            grants: grants(&offer, |grant_type| {
                ticked_grants.contains(&grant_type.as_str())
            }),
            scopes: choices(scopes, &ticked_scopes),
            name: Field::new(field(fields, "name")?.trim(), None),
            redirect_uris: Field::new(typed(offer.redirect_uris, "redirect_uris")?, None),
            origins: Field::new(typed(offer.origins, "origins")?, None),
            is_first_party: typed(offer.first_party, "first_party")? == "yes",
            is_resource_server: typed(offer.resource_server, "resource_server")? == "yes",
            access_ttl: Field::new(typed(offer.access_ttl, "access_ttl")?.trim(), None),
            refresh_ttl: Field::new(typed(offer.refresh_ttl, "refresh_ttl")?.trim(), None),
            project: Field::new(field(fields, "project")?.trim(), None),
            ticked_scopes,
            token_format: if typed(offer.access_ttl, "token_format")? == TokenFormat::Jwt.as_str() {
                TokenFormat::Jwt
            } else {
                TokenFormat::Opaque
            },
            ..Self::empty(offer, Vec::new())
        })
    }

    /// What is wanted. A time that is no number is marked as a mistake.
    pub(super) fn registration(&mut self) -> Registration {
        let ticked = self.grants.iter().filter(|choice| choice.is_ticked);
        let mut grant_types: Vec<GrantType> = ticked.map(|choice| choice.grant_type).collect();
        let redirect_uris = lines(&self.redirect_uris);
        // Whoever signs people in with their passwords alone has no place to send a code to.
        let by_password = grant_types.contains(&GrantType::Password) && redirect_uris.is_empty();
        let usual = self.offer.usual.iter().copied();
        grant_types
            .extend(usual.filter(|usual| !(by_password && *usual == GrantType::AuthorizationCode)));
        Registration {
            name: self.name.value.clone(),
            kind: self.offer.kind,
            is_first_party: self.is_first_party,
            is_resource_server: self.offer.is_resource_server || self.is_resource_server,
            grant_types,
            redirect_uris,
            scopes: self.ticked_scopes.clone(),
            allowed_origins: lines(&self.origins),
            token_format: self.token_format,
            access_ttl: seconds(&mut self.access_ttl),
            refresh_ttl: seconds(&mut self.refresh_ttl),
            project: Some(self.project.value.clone()).filter(|slug| !slug.is_empty()),
        }
    }

    /// Puts each mistake beside its field.
    pub(super) fn mark(&mut self, mistakes: &[Mistake]) {
        for Mistake { part, sentence } in mistakes {
            let field = match part {
                Part::Name => &mut self.name,
                Part::RedirectUris => &mut self.redirect_uris,
                Part::Scopes => &mut self.scopes_mistake,
                Part::AllowedOrigins => &mut self.origins,
                Part::AccessTtl => &mut self.access_ttl,
                Part::RefreshTtl => &mut self.refresh_ttl,
                Part::Project => &mut self.project,
                Part::GrantTypes | Part::IsResourceServer => &mut self.grants_mistake,
            };
            match &mut field.error {
                Some(error) => {
                    error.push('\n');
                    error.push_str(sentence);
                }
                None => field.error = Some(sentence.clone()),
            }
        }
    }

    /// Whether tokens are signed.
    pub(super) fn is_signed(&self) -> bool {
        self.token_format == TokenFormat::Jwt
    }

    /// Whether anything is wrong.
    pub(super) fn is_mistaken(&self) -> bool {
        let fields = [
            &self.name,
            &self.redirect_uris,
            &self.origins,
            &self.scopes_mistake,
            &self.grants_mistake,
            &self.access_ttl,
            &self.refresh_ttl,
            &self.project,
        ];
        any_wrong(fields.into_iter().chain(&self.confirmation))
    }
}

fn grants(offer: &Offer, is_ticked: impl Fn(GrantType) -> bool) -> Vec<GrantChoice> {
    let choice = |grant_type: &GrantType| GrantChoice {
        grant_type: *grant_type,
        title: title(*grant_type),
        meaning: meaning(*grant_type),
        is_ticked: is_ticked(*grant_type),
    };
    offer.choosable.iter().map(choice).collect()
}

fn choices(scopes: Vec<RegisteredScope>, ticked: &[String]) -> Vec<ScopeChoice> {
    scope_choice::all(scopes, |name| ticked.iter().any(|own| own == name))
}

/// One value a line; empty lines are none.
fn lines(field: &Field) -> Vec<String> {
    let lines = field.value.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn seconds(field: &mut Field) -> Option<i64> {
    if field.value.is_empty() {
        return None;
    }
    let seconds = field.value.parse().ok();
    if seconds.is_none() {
        field.error = Some(String::from(
            "Write a whole number of seconds, such as 3600, or leave it empty.",
        ));
    }
    seconds
}
