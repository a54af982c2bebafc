//! The secrets of a project's client, for client credentials (RFC 6749 §4.4).

pub mod new;
pub mod revoke;
