//! A token or code with all that decides what it is worth: its client, its user, and the act of granting
//! that it comes from.

use crate::authentication::TokenState;
use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::directory::{Permissions, TokenScope};
use crate::error::Result;
use crate::models::access_token::{self, AccessToken, TokenKind};
use crate::models::authorization::{self, Authorization};
use crate::models::authorization_code::{self, AuthorizationCode};
use crate::models::client::{self, Client};
use crate::models::refresh_token::{self, RefreshToken};
use crate::models::user::{self, User};
use crate::oauth::{Scope, SecretId};

/// Whatever has a key.
pub(super) enum Token {
    /// From a grant, personal, or an API key.
    Access(AccessToken),
    /// RFC 6749 §6.
    Refresh(RefreshToken),
    /// RFC 6749 §4.1.2.
    Code(AuthorizationCode),
}

/// One, with what belongs to it.
pub(super) struct Found {
    pub(super) token: Token,
    pub(super) client: Option<Client>,
    pub(super) user: Option<User>,
    pub(super) authorization: Option<Authorization>,
}

impl Found {
    /// Finds by key.
    ///
    /// # Errors
    /// The database's, as below.
    pub(super) fn find(connection: &mut DbConnection, id: &SecretId) -> Result<Option<Self>> {
        let token = if let Some((token, _)) = access_token::find_with_user(connection, id)? {
            Token::Access(token)
        } else if let Some(token) = refresh_token::find(connection, id)? {
            Token::Refresh(token)
        } else if let Some(code) = authorization_code::find(connection, id)? {
            Token::Code(code)
        } else {
            return Ok(None);
        };
        Self::of(connection, token).map(Some)
    }

    /// Finds what belongs to one.
    pub(super) fn of(connection: &mut DbConnection, token: Token) -> Result<Self> {
        let (client_id, user_id, authorization_id) = match &token {
            Token::Access(own) => (
                &own.client_id,
                own.user_id.as_ref(),
                own.authorization_id.as_ref(),
            ),
            Token::Refresh(own) => (
                &own.client_id,
                Some(&own.user_id),
                Some(&own.authorization_id),
            ),
            Token::Code(own) => (
                &own.client_id,
                Some(&own.user_id),
                Some(&own.authorization_id),
            ),
        };
        let client = client::find(connection, client_id)?;
        let user = match user_id {
            Some(id) => user::find(connection, id)?,
            None => None,
        };
        let authorization = match authorization_id {
            Some(id) => authorization::find(connection, id)?,
            None => None,
        };
        Ok(Self {
            token,
            client,
            user,
            authorization,
        })
    }

    /// What it is worth.
    pub(super) fn state(&self, now: UnixTime) -> TokenState<'_> {
        let disabled = self.user.as_ref().and_then(|user| user.disabled_at);
        let (client, granted) = (self.client.as_ref(), self.authorization.as_ref());
        match &self.token {
            Token::Access(token) => TokenState::of_access(token, disabled, client, now),
            Token::Refresh(token) => TokenState::of_refresh(token, granted, disabled, client, now),
            Token::Code(code) => TokenState::of_code(code, granted, disabled, client, now),
        }
    }

    /// What it opens. Refresh tokens and codes carry the scope of their authorization.
    pub(super) fn scope(&self, permissions: &Permissions) -> TokenScope {
        let (kind, granted) = match (&self.token, &self.authorization) {
            (Token::Access(token), _) => (token.kind, token.scope.clone()),
            (_, Some(granted)) => (TokenKind::Access, granted.scope.clone()),
            (_, None) => (TokenKind::Access, Scope::default()),
        };
        let roles = self.user.as_ref().map(|user| &*user.roles);
        TokenScope::of(permissions, kind, granted, self.client.as_ref(), roles)
    }

    /// Whether it can be ended alone. Refresh tokens and codes go with their authorization (RFC 7009 §2.1).
    pub(super) fn ends_alone(&self, now: UnixTime) -> bool {
        match &self.token {
            Token::Access(token) => token.is_live(now),
            Token::Refresh(_) | Token::Code(_) => false,
        }
    }

    /// The authorization that can be ended with it.
    pub(super) fn live_authorization(&self) -> Option<&Authorization> {
        let granted = self.authorization.as_ref();
        granted.filter(|granted| granted.revoked_at.is_none())
    }

    pub(super) fn id(&self) -> SecretId {
        match &self.token {
            Token::Access(token) => token.id,
            Token::Refresh(token) => token.id,
            Token::Code(code) => code.id,
        }
    }

    pub(super) fn client_id(&self) -> &str {
        match &self.token {
            Token::Access(token) => &token.client_id,
            Token::Refresh(token) => &token.client_id,
            Token::Code(code) => &code.client_id,
        }
    }

    /// The client's name; its id where it is gone.
    pub(super) fn client_name(&self) -> &str {
        let client = self.client.as_ref();
        client.map_or_else(|| self.client_id(), |client| client.name.as_str())
    }

    pub(super) fn username(&self) -> Option<&str> {
        self.user.as_ref().map(|user| user.username.as_str())
    }

    /// Codes are kept without theirs.
    pub(super) fn last_four(&self) -> Option<&str> {
        match &self.token {
            Token::Access(token) => Some(&token.last_four),
            Token::Refresh(token) => Some(&token.last_four),
            Token::Code(_) => None,
        }
    }

    /// What people call its kind.
    pub(super) fn kind(&self) -> &'static str {
        match &self.token {
            Token::Access(token) => match token.kind {
                TokenKind::Access => "Access token",
                TokenKind::Personal => "Personal access token",
                TokenKind::ApiKey => "API key",
            },
            Token::Refresh(_) => "Refresh token",
            Token::Code(_) => "Authorization code",
        }
    }

    /// What people call this one.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.token {
            Token::Access(token) => token.name.as_deref(),
            Token::Refresh(_) | Token::Code(_) => None,
        }
    }
}
