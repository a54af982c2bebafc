//! One value as an operator wrote it, and its reading into each type of setting.
//! Every reader fails with what is allowed, worded to follow "must be".

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use ipnet::IpNet;

use super::{DatabaseUrl, LogFormat, LogLevel, MasterKey, SigningAlgorithm, check_issuer};

/// A hundred years: what is longer is a slip, and times must not overflow when it is added.
pub(super) const LONGEST: i64 = 100 * 365 * 86_400;

/// Text in the environment; in the file a TOML value, whose type has to fit.
pub(super) enum Written {
    Environment(String),
    File(toml::Value),
}

impl Written {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Environment(text) => Some(text),
            Self::File(value) => value.as_str(),
        }
    }

    fn integer(&self) -> Option<i64> {
        match self {
            Self::Environment(text) => text.parse().ok(),
            Self::File(value) => value.as_integer(),
        }
    }

    fn list(&self) -> Option<Vec<&str>> {
        match self {
            Self::Environment(text) => Some(
                text.split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .collect(),
            ),
            Self::File(value) => value.as_array()?.iter().map(toml::Value::as_str).collect(),
        }
    }

    /// A whole number; `unit` is empty or `" of seconds"`.
    pub(super) fn whole<T: TryFrom<i64>>(
        &self,
        unit: &str,
        allowed: RangeInclusive<i64>,
    ) -> Result<T, String> {
        self.integer()
            .filter(|number| allowed.contains(number))
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| {
                format!(
                    "a whole number{unit} from {} to {}",
                    allowed.start(),
                    allowed.end()
                )
            })
    }

    pub(super) fn seconds(&self) -> Result<i64, String> {
        self.whole(" of seconds", 1..=LONGEST)
    }

    pub(super) fn count(&self) -> Result<u32, String> {
        self.whole("", 1..=1_000_000_000)
    }

    pub(super) fn threads(&self) -> Result<usize, String> {
        self.whole("", 1..=1024)
    }

    pub(super) fn address(&self) -> Result<SocketAddr, String> {
        self.text()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| "an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080".into())
    }

    pub(super) fn networks(&self) -> Result<Vec<IpNet>, String> {
        self.list()
            .and_then(|items| items.into_iter().map(network).collect())
            .ok_or_else(|| {
                "IP addresses or CIDR blocks, such as 192.0.2.7 or 10.0.0.0/8 (in the file an \
                 array of strings, in a variable separated by commas)"
                    .into()
            })
    }

    pub(super) fn path(&self) -> Result<PathBuf, String> {
        self.text()
            .filter(|text| !text.is_empty() && !text.contains('\0'))
            .map(PathBuf::from)
            .ok_or_else(|| "the path of a file".into())
    }

    pub(super) fn issuer(&self) -> Result<String, String> {
        let issuer = self.text().unwrap_or_default();
        check_issuer(issuer).map(|()| issuer.to_owned())
    }

    pub(super) fn database_url(&self) -> Result<DatabaseUrl, String> {
        self.text().and_then(DatabaseUrl::parse).ok_or_else(|| {
            "sqlite://PATH with the path of a file (no options after it), or \
             postgres://USER:PASSWORD@HOST/DATABASE"
                .into()
        })
    }

    /// Only the environment may hold the key: files are copied, backed up and committed.
    pub(super) fn master_key(&self) -> Result<MasterKey, String> {
        match self {
            Self::File(_) => Err("left out of the file: give it by the variable \
                                  LATCHKEY_MASTER_KEY, or use `master_key_file`"
                .into()),
            Self::Environment(text) => MasterKey::from_base64(text.trim()).ok_or_else(|| {
                "32 random bytes in base64, as printed by `openssl rand -base64 32`".into()
            }),
        }
    }

    pub(super) fn audience(&self) -> Result<String, String> {
        self.text()
            .filter(|text| !text.is_empty() && !text.contains(char::is_control))
            .map(str::to_owned)
            .ok_or_else(|| "a text that is not empty and has no control characters".into())
    }

    pub(super) fn signing_algorithm(&self) -> Result<SigningAlgorithm, String> {
        self.text()
            .and_then(SigningAlgorithm::from_name)
            .ok_or_else(|| "ES256, RS256 or EdDSA".into())
    }

    pub(super) fn parameter_name(&self) -> Result<String, String> {
        // The characters of a token, RFC 9110 §5.6.2.
        let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        self.text()
            .filter(|text| !text.is_empty() && text.chars().all(allowed))
            .map(str::to_owned)
            .ok_or_else(|| "the name of a query parameter, such as api_key".into())
    }

    pub(super) fn log_format(&self) -> Result<LogFormat, String> {
        self.text()
            .and_then(LogFormat::from_name)
            .ok_or_else(|| "text or json".into())
    }

    pub(super) fn log_level(&self) -> Result<LogLevel, String> {
        self.text()
            .and_then(LogLevel::from_name)
            .ok_or_else(|| "error, warn, info, debug or trace".into())
    }
}

fn network(text: &str) -> Option<IpNet> {
    let address = || {
        text.parse()
            .ok()
            .map(|address: IpAddr| address.to_canonical().into())
    };
    text.parse()
        .ok()
        .map(|network: IpNet| network.trunc())
        .or_else(address)
}
