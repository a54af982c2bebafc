//! Where the browser goes back to: RFC 6749 §4.1.2 and §4.1.2.1, with `iss` (RFC 9207).

use url::form_urlencoded;

use super::redirect_uri::MatchedRedirectUri;
use super::{OAuthError, PlainSecret};

/// An answer to an authorization request, for the client behind a matched redirect URI.
#[derive(Debug)]
pub struct AuthorizationResponse<'a> {
    /// Where it goes.
    pub redirect_uri: &'a MatchedRedirectUri,
    /// `state`, byte for byte as the request had it.
    pub state: Option<&'a str>,
    /// `iss`: this server.
    pub issuer: &'a str,
}

impl AuthorizationResponse<'_> {
    /// The address with `code`.
    pub fn granted(&self, code: &PlainSecret) -> String {
        self.location(&[("code", code.expose())])
    }

    /// The address with `error`.
    pub fn refused(&self, error: &OAuthError) -> String {
        self.location(&[
            ("error", error.code.as_str()),
            ("error_description", &error.description),
        ])
    }

    /// Appends to the URI as it was registered, so that its own query survives to the byte.
    fn location(&self, parameters: &[(&str, &str)]) -> String {
        let uri = self.redirect_uri.as_str();
        let separator = match uri.find('?') {
            None => "?",
            Some(at) if at + 1 == uri.len() => "",
            Some(_) => "&",
        };
        let start = uri.len() + separator.len();
        let mut query = form_urlencoded::Serializer::for_suffix(format!("{uri}{separator}"), start);
        query.extend_pairs(parameters);
        query.extend_pairs(self.state.map(|state| ("state", state)));
        query.append_pair("iss", self.issuer);
        query.finish()
    }
}
