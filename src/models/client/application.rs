//! What kind of application a client is, as people say it. Nothing is decided by it: it follows from the
//! registration.

use crate::oauth::GrantType;

use super::Client;
use crate::models::word;

word! {
    /// A kind of application.
    Application {
        /// Runs on a web server, where it keeps a secret, and acts for people.
        Web = "web",
        /// Runs on people's devices (RFC 8252).
        Native = "native",
        /// Runs in browsers, also where somebody develops it on a loopback address.
        SinglePage = "single-page",
        /// Acts for itself.
        Service = "service",
        /// An API that asks what tokens are worth.
        ResourceServer = "resource-server",
    }
}

impl Application {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [
        Self::Web,
        Self::Native,
        Self::SinglePage,
        Self::Service,
        Self::ResourceServer,
    ];

    /// What a client is. `search` says the same in the database's words.
    pub fn of(client: &Client) -> Self {
        let acts_for_people = [GrantType::AuthorizationCode, GrantType::Password]
            .iter()
            .any(|grant_type| client.grant_types.contains(grant_type));
        if client.is_native() && client.allowed_origins.is_empty() {
            Self::Native
        } else if client.is_public() {
            Self::SinglePage
        } else if acts_for_people {
            Self::Web
        } else if client.is_resource_server {
            Self::ResourceServer
        } else {
            Self::Service
        }
    }

    /// Reads the word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.as_str() == word)
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Web => "Web application",
            Self::Native => "Native or command-line application",
            Self::SinglePage => "Single-page application",
            Self::Service => "Service",
            Self::ResourceServer => "Resource server",
        }
    }

    /// The same where there is little room.
    pub fn short_title(self) -> &'static str {
        match self {
            Self::Web => "Web",
            Self::Native => "Native",
            Self::SinglePage => "Single-page",
            Self::Service => "Service",
            Self::ResourceServer => "Resource server",
        }
    }

    /// Whether it keeps a secret.
    pub fn is_confidential(self) -> bool {
        !matches!(self, Self::Native | Self::SinglePage)
    }
}
