//! Redirect URIs: what may be registered (RFC 6749 §3.1.2, RFC 8252 §7 and §8.4) and what matches at a
//! request (RFC 9700 §2.1: byte by byte, only the port of a native client's loopback URI is free).

use url::{Host, ParseError, Url};

/// A redirect URI that matched one of its client's. Only [`MatchedRedirectUri::find`] makes one from a
/// request, so redirecting to an unchecked URI does not type-check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchedRedirectUri(String);

const LOOPBACK_PREFIXES: [&str; 3] = ["http://127.0.0.1", "http://[::1]", "http://localhost"];

/// Characters of a refused URI that are repeated to whoever wants to register it.
const LONGEST_SHOWN: usize = 200;

/// The names that an authorization response adds, which a registered query must not have already.
const RESPONSE_PARAMETERS: [&str; 5] = ["code", "state", "iss", "error", "error_description"];

impl MatchedRedirectUri {
    /// Compares `sent` with the registered ones.
    pub fn find(registered: &[String], client_is_native: bool, sent: &str) -> Option<Self> {
        let matches = |own: &String| {
            own == sent || (client_is_native && same_but_for_loopback_port(own, sent))
        };
        registered
            .iter()
            .any(matches)
            .then(|| Self(sent.to_owned()))
    }

    /// The one registered URI of a client whose request names none (RFC 6749 §3.1.2.3).
    pub fn only(registered: &[String]) -> Option<Self> {
        match registered {
            [only] => Some(Self(only.clone())),
            _ => None,
        }
    }

    /// Reads back what was matched before it was stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the consent page calls the place that it returns to: the host, or the scheme of an app.
    pub fn destination(&self) -> String {
        match Url::parse(&self.0) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                let host = url.host_str().unwrap_or_default();
                url.port()
                    .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
            }
            Ok(url) => format!("an app ({})", url.scheme()),
            Err(_) => self.0.clone(),
        }
    }

    /// Whether anything on the user's device could be listening there, so that the client's identity is
    /// not proven by the URI (RFC 8252 §8.6).
    pub fn is_unproven(&self) -> bool {
        is_native(&self.0)
    }

    /// The source for CSP's `form-action`, which browsers apply to the whole redirect chain of a form.
    /// CSP has no IPv6 sources, so `[::1]` becomes its scheme; an app's scheme stands for itself.
    pub fn form_action_source(&self) -> String {
        match Url::parse(&self.0) {
            Ok(url) if matches!(url.host(), Some(Host::Ipv6(_))) => format!("{}:", url.scheme()),
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                url.origin().ascii_serialization()
            }
            Ok(url) => format!("{}:", url.scheme()),
            Err(_) => String::new(),
        }
    }
}

/// Whether a registered URI makes its public client a native app: loopback or an own scheme.
pub fn is_native(uri: &str) -> bool {
    loopback_rest(uri).is_some() || !(uri.starts_with("https://") || uri.starts_with("http://"))
}

/// Checks a URI that somebody wants to register.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check(uri: &str, client_is_public: bool) -> Result<(), String> {
    let shown: String = uri.chars().take(LONGEST_SHOWN).collect();
    let refuse = |why: &str| Err(format!("The redirect URI {shown:?} {why}."));
    if uri.len() > 2000
        || !uri
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte))
    {
        return refuse(
            "must be at most 2,000 printable ASCII characters, percent-encoded where needed",
        );
    }
    if uri.contains('#') {
        return refuse("must not have a fragment (RFC 6749 section 3.1.2)");
    }
    let url = match Url::parse(uri) {
        Ok(url) => url,
        Err(ParseError::RelativeUrlWithoutBase) => {
            return refuse("must be absolute, like https://app.example/callback");
        }
        Err(error) => return refuse(&format!("cannot be read: {error}")),
    };
    if uri.contains('*') {
        return refuse("must not have wildcards: register every URI in full");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not have a user name or password");
    }
    if url
        .query_pairs()
        .any(|(name, _)| RESPONSE_PARAMETERS.contains(&name.as_ref()))
    {
        return refuse("must not have a query parameter named code, state, iss or error");
    }
    check_scheme(uri, &url, client_is_public).or_else(refuse)
}

fn check_scheme(uri: &str, url: &Url, client_is_public: bool) -> Result<(), &'static str> {
    match url.scheme() {
        "http" | "https" if !has_plain_authority(uri) => {
            Err("must write its host as letters, digits, dots and hyphens, with a port or none")
        }
        "https" if uri.starts_with("https://") => Ok(()),
        "http" if loopback_rest(uri).is_some() => Ok(()),
        "http" => Err("must be https: http is for 127.0.0.1, [::1] and localhost alone"),
        "https" => Err("must begin with https:// in lower case"),
        scheme if !uri.starts_with(scheme) => Err("must write its scheme in lower case"),
        scheme if !scheme.contains('.') => Err(
            "has a scheme without a dot: an app's scheme is a reversed domain, like com.example.app:/callback",
        ),
        _ if client_is_public => Ok(()),
        _ => Err("has an app's own scheme, which only public clients may register"),
    }
}

/// Whether nothing stands between `//` and the path but a host and perhaps a port. Parsers mend much
/// else (`https:///app.example`, `app.example;x`), each in its own way.
fn has_plain_authority(uri: &str) -> bool {
    let Some((_, rest)) = uri.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
    let plain_host = match host
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
    {
        Some(inner) => inner
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.'),
        None => host.bytes().all(name),
    };
    let plain_port =
        port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    !host.is_empty() && plain_host && plain_port
}

fn same_but_for_loopback_port(registered: &str, sent: &str) -> bool {
    match (loopback_rest(registered), loopback_rest(sent)) {
        (Some((host, rest)), Some((sent_host, sent_rest))) => {
            host == sent_host && rest == sent_rest
        }
        _ => false,
    }
}

/// Splits an http loopback URI into its prefix and what follows the port; none for any other URI, also
/// for one whose port is no port.
fn loopback_rest(uri: &str) -> Option<(&'static str, &str)> {
    let prefix = LOOPBACK_PREFIXES
        .into_iter()
        .find(|prefix| uri.starts_with(prefix))?;
    let after_host = &uri[prefix.len()..];
    let rest = match after_host.strip_prefix(':') {
        None => after_host,
        Some(after_colon) => {
            let end = after_colon
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(after_colon.len());
            after_colon[..end]
                .parse::<u16>()
                .ok()
                .filter(|port| *port > 0)?;
            &after_colon[end..]
        }
    };
    (rest.is_empty() || rest.starts_with('/') || rest.starts_with('?')).then_some((prefix, rest))
}
