//! What the form of a client has on it: for a new one only what its kind of application needs, for one that
//! exists all that may change.

use crate::grants::issue::Lifetimes;
use crate::models::client::application::Application;
use crate::models::client::{Client, ClientKind};
use crate::oauth::GrantType;
use crate::web::page::span;
use crate::web::person::Administrator;

const WEB_URI: &str = "One a line, in full, like https://app.example/callback. They are compared \
                       character by character.";
const ANY_URI: &str = "One a line, in full: http://127.0.0.1/callback (at any port), \
                       com.example.app:/callback or https://app.example/callback.";

/// Which parts of a registration a form has.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a part that is there or not, whatever the others are"
)]
pub(super) struct Offer {
    /// Whether the client keeps a secret.
    pub(super) kind: ClientKind,
    /// Whether it introspects, which is not asked.
    pub(super) is_resource_server: bool,
    /// The grants that come with the kind of application.
    pub(super) usual: &'static [GrantType],
    /// The grants that can be ticked; so below for the rest.
    pub(super) choosable: &'static [GrantType],
    /// Who reads its name.
    pub(super) name_hint: &'static str,
    pub(super) redirect_uris: bool,
    /// What redirect URIs may look like.
    pub(super) redirect_hint: &'static str,
    pub(super) origins: bool,
    pub(super) scopes: bool,
    pub(super) first_party: bool,
    pub(super) resource_server: bool,
    pub(super) access_ttl: bool,
    pub(super) refresh_ttl: bool,
}

impl Offer {
    /// What a new client of this kind needs.
    pub(super) fn to_register(application: Application) -> Self {
        use Application::{Native, ResourceServer, Service, SinglePage, Web};
        let acts_for_people = matches!(application, Web | Native | SinglePage);
        Self {
            kind: if application.is_confidential() {
                ClientKind::Confidential
            } else {
                ClientKind::Public
            },
            is_resource_server: application == ResourceServer,
            usual: match application {
                Web | Native | SinglePage => {
                    &[GrantType::AuthorizationCode, GrantType::RefreshToken]
                }
                Service => &[GrantType::ClientCredentials],
                ResourceServer => &[],
            },
            choosable: match application {
                Web => &[GrantType::ClientCredentials, GrantType::Password],
                Native | SinglePage => &[GrantType::Password],
                Service | ResourceServer => &[],
            },
            name_hint: name_hint(acts_for_people),
            redirect_uris: acts_for_people,
            redirect_hint: if application == Native {
                ANY_URI
            } else {
                WEB_URI
            },
            origins: application == SinglePage,
            scopes: application != ResourceServer,
            first_party: acts_for_people,
            resource_server: false,
            access_ttl: application != ResourceServer,
            refresh_ttl: acts_for_people,
        }
    }

    /// All that may change of a client that exists.
    pub(super) fn to_change(client: &Client) -> Self {
        let is_confidential = !client.is_public();
        Self {
            kind: client.kind,
            is_resource_server: false,
            usual: &[],
            choosable: if is_confidential {
                &GrantType::ALL
            } else {
                &[
                    GrantType::AuthorizationCode,
                    GrantType::RefreshToken,
                    GrantType::Password,
                ]
            },
            name_hint: name_hint(client.grant_types.contains(&GrantType::AuthorizationCode)),
            redirect_uris: true,
            redirect_hint: if is_confidential { WEB_URI } else { ANY_URI },
            origins: true,
            scopes: true,
            first_party: true,
            resource_server: is_confidential,
            access_ttl: true,
            refresh_ttl: true,
        }
    }
}

/// How long tokens live where their client has no times of its own, as its form tells.
pub(super) struct UsualTimes {
    pub(super) access: String,
    pub(super) refresh: String,
}

impl UsualTimes {
    pub(super) fn of(admin: &Administrator, kind: ClientKind) -> Self {
        let client = Client::new("", kind, admin.now);
        let usual = Lifetimes::of(&client, &admin.app.config.tokens);
        let told = |seconds| format!("{seconds} ({})", span(seconds));
        Self {
            access: told(usual.access),
            refresh: told(usual.refresh),
        }
    }
}

/// Only who is sent here by a client is asked for consent.
fn name_hint(acts_for_people: bool) -> &'static str {
    if acts_for_people {
        "People read it on the consent page."
    } else {
        "You find it again by this name."
    }
}

/// What a grant is called.
pub(super) fn title(grant_type: GrantType) -> &'static str {
    match grant_type {
        GrantType::AuthorizationCode => "Authorization code grant",
        GrantType::RefreshToken => "Refresh tokens",
        GrantType::ClientCredentials => "Client credentials grant",
        GrantType::Password => "Password grant",
    }
}

/// What a grant is good for, in a sentence for administrators.
pub(super) fn meaning(grant_type: GrantType) -> &'static str {
    match grant_type {
        GrantType::AuthorizationCode => {
            "People sign in here, in their browser, and are sent back with a code."
        }
        GrantType::RefreshToken => "It stays connected without asking people again.",
        GrantType::ClientCredentials => "It acts for itself, with its secret and no person.",
        GrantType::Password => {
            "It asks people for their passwords and sends them here, so it sees them all. Only for a \
             first-party application that cannot open a browser; OAuth 2.1 has dropped this grant."
        }
    }
}
