//! The keys that sign access tokens: how they are encrypted (`seal`), which of them signs and which is due
//! for what (`schedule`), and how that is done (`rotation`). What they sign is in `oauth::jwt_access_token`,
//! the servers' opened copies in `directory::signing_keys`.

mod rotation;
mod schedule;
mod seal;

pub use rotation::Rotation;
pub use schedule::{State, signer, state};
pub use seal::KeySeal;
