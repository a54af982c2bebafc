//! The protocol's nouns, as the RFCs name them. Pure: no database, no HTTP, no clock of its own.

pub mod authorization_response;
pub mod error;
pub mod grant_type;
pub mod id;
pub mod issuer;
pub mod jwt_access_token;
pub mod key_pair;
pub mod list;
pub mod mismatch;
pub mod origin;
pub mod params;
pub mod pkce;
pub mod redirect_uri;
pub mod scope;
pub mod secret;
pub mod signing_algorithm;
pub mod token_response;

pub use error::{ErrorCode, OAuthError};
pub use grant_type::GrantType;
pub use issuer::Issuer;
pub use key_pair::KeyPair;
pub use list::List;
pub use params::Params;
pub use scope::Scope;
pub use secret::{HashedSecret, PlainSecret, SecretId, SecretKind};
pub use signing_algorithm::SigningAlgorithm;
pub use token_response::TokenResponse;
