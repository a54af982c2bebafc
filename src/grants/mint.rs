//! Makes access tokens in the format of their client: random, or signed (RFC 9068). For how long and for
//! whom is decided before; `issue` writes their rows.

use std::sync::Arc;

use crate::authentication::bearer::jti;
use crate::clock::UnixTime;
use crate::directory::KnownKey;
use crate::error::{Error, Result};
use crate::models::client::{Client, TokenFormat};
use crate::models::role;
use crate::oauth::jwt_access_token::Claims;
use crate::oauth::{PlainSecret, Scope, SecretId, SecretKind};

use super::Parts;
use super::issue::Lifetimes;

/// What a token lets whom do.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Subject {
    /// The user and the user's roles; none where it acts for its client.
    pub user: Option<(String, Vec<String>)>,
    pub scope: Scope,
}

/// A token on its way out. Does not print itself.
#[derive(Clone)]
pub struct NewAccessToken {
    /// The key of its row.
    pub id: SecretId,
    text: String,
}

impl NewAccessToken {
    /// The token itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The last four characters, by which people tell their tokens apart.
    pub fn last_four(&self) -> &str {
        &self.text[self.text.len().saturating_sub(4)..]
    }
}

/// What makes the tokens of one request.
pub(super) struct Mint {
    now: UnixTime,
    /// None where tokens are random.
    signing: Option<Signing>,
}

struct Signing {
    key: Arc<KnownKey>,
    issuer: String,
    audience: String,
    client_id: String,
    expires_at: UnixTime,
    ready: Option<(Subject, NewAccessToken)>,
}

impl Mint {
    /// For tokens of a client that are made at `now`.
    pub(super) async fn of(
        parts: &Parts<'_>,
        client: &Client,
        lifetimes: Lifetimes,
        now: UnixTime,
    ) -> Result<Self> {
        let signing = match client.token_format {
            TokenFormat::Opaque => None,
            TokenFormat::Jwt => Some(Signing {
                key: Arc::clone(parts.directory.signing_keys().await?.signer(now)?),
                issuer: parts.issuer.to_owned(),
                audience: parts.audience.to_owned(),
                client_id: client.id.clone(),
                expires_at: now.plus(lifetimes.access),
                ready: None,
            }),
        };
        Ok(Self { now, signing })
    }

    pub(super) fn signs(&self) -> bool {
        self.signing.is_some()
    }

    /// Signs ahead of a write what will most probably be asked for in it: on the writer's one thread, the
    /// 650 µs of an RSA signature would keep everybody waiting.
    pub(super) fn prepare(&mut self, subject: Subject) -> Result<()> {
        let now = self.now;
        if let Some(signing) = &mut self.signing {
            signing.ready = match signing.sign(&subject, now) {
                Ok(token) => Some((subject, token)),
                // For the write to tell, after its own checks.
                Err(Error::Refused(_)) => None,
                Err(failure) => return Err(failure),
            };
        }
        Ok(())
    }

    /// A token for `subject`: the one that was prepared for just this, or a new one.
    ///
    /// # Errors
    /// `invalid_scope` where it would be too long: ask for it before anything is claimed.
    pub(super) fn access_token(&self, subject: &Subject) -> Result<NewAccessToken> {
        match &self.signing {
            None => {
                let secret = PlainSecret::generate(SecretKind::AccessToken, self.now);
                Ok(NewAccessToken {
                    id: secret.id(),
                    text: secret.expose().to_owned(),
                })
            }
            Some(Signing {
                ready: Some((prepared, token)),
                ..
            }) if prepared == subject => Ok(token.clone()),
            Some(signing) => signing.sign(subject, self.now),
        }
    }
}

impl Signing {
    fn sign(&self, subject: &Subject, now: UnixTime) -> Result<NewAccessToken> {
        let id = SecretId::generate(now);
        let user = subject.user.as_ref();
        let text = self.key.sign(&Claims {
            iss: &self.issuer,
            // RFC 9068 §2.2: the resource owner, else the client.
            sub: user.map_or(&self.client_id, |(user_id, _)| user_id),
            aud: &self.audience,
            client_id: &self.client_id,
            scope: subject.scope.as_str(),
            roles: user.map(|(_, roles)| role::with_everybodys(roles)),
            iat: now.seconds(),
            exp: self.expires_at.seconds(),
            jti: jti(&id),
        })?;
        Ok(NewAccessToken { id, text })
    }
}
