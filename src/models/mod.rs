//! One file a table: the row and its queries. What the protocol makes of them is decided in `grants`,
//! `authentication`, `endpoints` and `pages`.
//!
//! A user owns clients; a client has many tokens; a token has one client and may have one user. An
//! authorization, one act of granting, is the parent of its codes and tokens. In what order rows are locked is in
//! `locks`.

pub mod access_token;
pub mod activity;
pub mod attention;
pub mod audit_event;
pub mod audit_log;
pub mod authorization;
pub mod authorization_code;
pub mod authorization_request;
pub mod census;
pub mod changes;
pub mod client;
pub mod client_secret;
pub mod consent;
pub mod ending;
pub mod held;
pub mod last_use;
pub mod leak;
pub mod locks;
pub mod named_token;
pub mod names;
pub mod one_time_link;
pub mod project;
pub mod project_member;
pub mod purge;
pub mod refresh_token;
pub mod refusal;
pub mod registration;
pub mod role;
pub mod scope;
pub mod session;
pub mod signing_key;
pub mod user;
pub mod user_list;
pub mod visible_name;

/// An enum that is kept as a word.
macro_rules! word {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant),+
        }

        impl $name {
            /// The word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(word: String) -> Result<Self, String> {
                match word.as_str() {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(format!("{word:?} is no {}", stringify!($name))),
                }
            }
        }
    };
}
use word;
