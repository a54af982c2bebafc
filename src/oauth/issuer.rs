//! The issuer identifier (RFC 8414 §2, RFC 9207): this server's name, and the base of all its addresses.

use url::Url;

/// The issuer, spelled as the operator spells it.
#[derive(Clone, Debug)]
pub struct Issuer {
    text: String,
    origin: String,
    path: String,
    port: u16,
    is_https: bool,
}

impl Issuer {
    /// Reads one that the configuration has checked.
    ///
    /// # Errors
    /// Where it is no URL.
    pub fn parse(text: &str) -> Result<Self, url::ParseError> {
        let url = Url::parse(text)?;
        Ok(Self {
            text: text.to_owned(),
            origin: url.origin().ascii_serialization(),
            path: url.path().trim_end_matches('/').to_owned(),
            port: url.port_or_known_default().unwrap_or_default(),
            is_https: url.scheme() == "https",
        })
    }

    /// The identifier, character for character.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port as browsers send them in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path below which every route lies, without a slash at its end; often empty.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The absolute address of a path of ours.
    pub fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.path)
    }

    /// Whether cookies may be Secure and plain http must be refused.
    pub fn is_https(&self) -> bool {
        self.is_https
    }

    /// The name of one of our cookies. On https the prefix makes browsers hold it to this host, Secure
    /// and without a domain; cookies ignore ports, so on http the port keeps two servers apart.
    pub fn cookie_name(&self, name: &str) -> String {
        if self.is_https {
            format!("__Host-latchkey_{name}")
        } else {
            format!("latchkey_{name}_{}", self.port)
        }
    }
}
