//! Bearer tokens at the API: read from the request (RFC 6750 §2.1), introspected at Latchkey
//! (RFC 7662), refused with a challenge (RFC 6750 §3).

use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;

use super::{SampleApi, refused};

/// A token that Latchkey called active and that reaches far enough.
pub(super) struct Token {
    /// Whose notes these are: the user, or the client where no user is involved.
    pub(super) sub: String,
    /// All that Latchkey said.
    pub(super) introspection: Value,
}

/// Why a call is not answered.
pub(super) enum Refusal {
    NoToken,
    Inactive,
    InsufficientScope(&'static str),
    Unchecked,
}

/// The token of the Authorization header; never from the URL, where logs would keep it.
pub(super) fn token(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get("Authorization")?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
}

impl SampleApi {
    /// Asked anew at every call, so that a revoked token stops working at once.
    pub(super) fn introspect(&self, token: &str, scope: &'static str) -> Result<Token, Refusal> {
        let metadata = self.discovery.metadata(&self.back_channel);
        let exchange = metadata.and_then(|metadata| {
            let endpoint = &metadata.introspection_endpoint;
            let fields = [("token", token), ("token_type_hint", "access_token")];
            self.back_channel.post_form(endpoint, &self.client, &fields)
        });
        // No answer is not a yes.
        let introspection = match exchange {
            Ok(exchange) if exchange.succeeded() => exchange.answer,
            _ => return Err(Refusal::Unchecked),
        };
        let text = |name: &str| introspection[name].as_str().unwrap_or_default();
        // Only access tokens have a token type; a refresh token must not open anything.
        let bearer = text("token_type").eq_ignore_ascii_case("bearer");
        if introspection["active"] != true || !bearer {
            return Err(Refusal::Inactive);
        }
        if !text("scope").split(' ').any(|granted| granted == scope) {
            return Err(Refusal::InsufficientScope(scope));
        }
        Ok(Token {
            sub: text("sub").to_owned(),
            introspection,
        })
    }
}

impl Refusal {
    pub(super) fn answer(&self) -> HttpResponse {
        let (mut response, challenge, error, description) = match self {
            // RFC 6750 §3.1: who sent no token is told the scheme and no error.
            Self::NoToken => (
                HttpResponse::Unauthorized(),
                r#"Bearer realm="notes""#.to_owned(),
                "missing_token",
                "Send an access token: Authorization: Bearer …",
            ),
            Self::Inactive => (
                HttpResponse::Unauthorized(),
                r#"Bearer realm="notes", error="invalid_token""#.to_owned(),
                "invalid_token",
                "The token is unknown, expired or revoked.",
            ),
            Self::InsufficientScope(scope) => (
                HttpResponse::Forbidden(),
                format!(r#"Bearer realm="notes", error="insufficient_scope", scope="{scope}""#),
                "insufficient_scope",
                "The token is good, but was not granted the scope that this needs.",
            ),
            Self::Unchecked => {
                let problem = "Latchkey could not be asked about the token. Try again.";
                return HttpResponse::ServiceUnavailable()
                    .insert_header(("Retry-After", "1"))
                    .json(refused("temporarily_unavailable", problem));
            }
        };
        response
            .insert_header(("WWW-Authenticate", challenge))
            .json(refused(error, description))
    }
}
