//! Who was recognised, and the headers that tell the gateway, and the API behind it, about it.

use std::fmt::Write;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderName};

use crate::authentication::bearer;
use crate::directory::{KnownClient, KnownToken};
use crate::models::role;
use crate::oauth::Scope;

const SUBJECT: HeaderName = HeaderName::from_static("x-auth-subject");
const USERNAME: HeaderName = HeaderName::from_static("x-auth-username");
const CLIENT: HeaderName = HeaderName::from_static("x-auth-client");
const PROJECT: HeaderName = HeaderName::from_static("x-auth-project");
const SCOPE: HeaderName = HeaderName::from_static("x-auth-scope");
const ROLES: HeaderName = HeaderName::from_static("x-auth-roles");
const TOKEN_ID: HeaderName = HeaderName::from_static("x-auth-token-id");

/// Who may pass if the demands are met.
pub(super) enum Caller {
    /// The bearer of a token.
    Token(Arc<KnownToken>),
    /// A client that showed its secret, with all that it may have.
    Client(Arc<KnownClient>, Scope),
}

impl Caller {
    pub(super) fn client(&self) -> &Arc<KnownClient> {
        match self {
            Self::Token(known) => &known.client,
            Self::Client(known, _) => known,
        }
    }

    pub(super) fn scope(&self) -> &Scope {
        match self {
            Self::Token(known) => &known.token.scope,
            Self::Client(_, scope) => scope,
        }
    }

    /// The answer that lets it pass. Every header is always there, empty where there is nothing to tell:
    /// a gateway that copies what it gets then also overwrites what an outsider has forged.
    pub(super) fn answer(&self) -> HttpResponse {
        let client = self.client();
        let mut response = HttpResponse::Ok();
        let (mut subject, mut username) = (client.client.id.as_str(), String::new());
        let (mut roles, mut token_id) = (String::new(), String::new());
        if let Self::Token(known) = self {
            subject = known.token.user_id.as_deref().unwrap_or(subject);
            token_id = bearer::jti(&known.token.id);
            if let Some(user) = &known.user {
                username = percent_encoded(&user.username);
                roles = role::with_everybodys(&user.roles).join(" ");
            }
        }
        response
            .insert_header((SUBJECT, subject))
            .insert_header((USERNAME, username))
            .insert_header((CLIENT, client.client.id.as_str()))
            .insert_header((PROJECT, client.project.as_deref().unwrap_or_default()))
            .insert_header((SCOPE, self.scope().as_str()))
            .insert_header((ROLES, roles))
            .insert_header((TOKEN_ID, token_id))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .finish()
    }
}

/// UTF-8 with everything but RFC 3986's unreserved characters as `%XX`: headers are ASCII, names are not.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _written = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
