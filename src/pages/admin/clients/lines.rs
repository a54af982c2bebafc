//! The lines of the lists on the page of a client: secrets, tokens, people, refused requests.

use crate::authentication::bearer;
use crate::clock::UnixTime;
use crate::directory::Permissions;
use crate::models::access_token::{AccessToken, TokenKind};
use crate::models::client_secret::ClientSecret;
use crate::models::consent::Consent;
use crate::models::refusal::Refusal;
use crate::oauth::Scope;
use crate::web::page::{Moment, ScopeLine, scope_lines};

use super::super::why;

pub(super) struct SecretLine {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) last_four: String,
    pub(super) made: Moment,
    pub(super) ends: Option<Moment>,
    pub(super) is_live: bool,
    pub(super) last_used: Option<Moment>,
}

pub(super) struct TokenLine {
    /// By which the address of its page names it.
    pub(super) jti: String,
    pub(super) last_four: String,
    /// What it is called, or what it is.
    pub(super) name: String,
    pub(super) username: Option<String>,
    /// Empty where there is no user.
    pub(super) user_id: String,
    pub(super) scopes: Vec<ScopeLine>,
    pub(super) made: Moment,
    pub(super) ends: Option<Moment>,
}

pub(super) struct PersonLine {
    pub(super) user_id: String,
    pub(super) username: String,
    pub(super) scopes: Vec<ScopeLine>,
    pub(super) since: Moment,
}

pub(super) struct RefusalLine {
    pub(super) request_id: String,
    pub(super) at: Moment,
    pub(super) path: String,
    pub(super) error: String,
    pub(super) reason: String,
    pub(super) expected: Option<String>,
    pub(super) presented: Option<String>,
}

impl SecretLine {
    pub(super) fn new(secret: ClientSecret, now: UnixTime) -> Self {
        Self {
            is_live: secret.is_live(now),
            made: Moment::new(secret.created_at, now),
            ends: secret.expires_at.map(|at| Moment::ahead(at, now)),
            last_used: secret.last_used_at.map(|at| Moment::new(at, now)),
            id: secret.id,
            name: secret.name,
            last_four: secret.last_four,
        }
    }
}

impl RefusalLine {
    pub(super) fn new(refusal: &Refusal, now: UnixTime) -> Self {
        Self {
            request_id: refusal.id.clone(),
            at: Moment::new(refusal.occurred_at, now),
            path: refusal.path.clone(),
            error: refusal.error.clone(),
            reason: why::told(&refusal.reason).to_owned(),
            expected: refusal.expected.clone(),
            presented: refusal.presented.clone(),
        }
    }
}

/// The first `most` of the tokens that are live.
pub(super) fn live(
    tokens: Vec<(AccessToken, Option<String>)>,
    most: usize,
    permissions: &Permissions,
    now: UnixTime,
) -> Vec<TokenLine> {
    let tokens = tokens.into_iter().filter(|(token, _)| token.is_live(now));
    let line = |(token, username): (AccessToken, Option<String>)| TokenLine {
        jti: bearer::jti(&token.id),
        last_four: token.last_four,
        name: token.name.unwrap_or_else(|| {
            String::from(match token.kind {
                TokenKind::Access => "Access token",
                TokenKind::Personal => "Personal token",
                TokenKind::ApiKey => "API key",
            })
        }),
        username,
        user_id: token.user_id.unwrap_or_default(),
        scopes: scope_lines(permissions, &token.scope),
        made: Moment::new(token.created_at, now),
        ends: token.expires_at.map(|at| Moment::ahead(at, now)),
    };
    tokens.take(most).map(line).collect()
}

/// The first `most` people of what was allowed, with all that each has allowed.
pub(super) fn people(
    consents: Vec<(Consent, String)>,
    most: usize,
    permissions: &Permissions,
    now: UnixTime,
) -> Vec<PersonLine> {
    let mut people: Vec<PersonLine> = Vec::new();
    for (consent, username) in consents {
        let scopes = scope_lines(permissions, &Scope::from_stored(consent.scope_name));
        if let Some(known) = people.iter_mut().find(|own| own.user_id == consent.user_id) {
            known.scopes.extend(scopes);
        } else if people.len() < most {
            people.push(PersonLine {
                user_id: consent.user_id,
                username,
                scopes,
                since: Moment::new(consent.created_at, now),
            });
        }
    }
    people
}
