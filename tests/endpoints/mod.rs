//! Mirrors `src/endpoints`.

mod authorization;
mod bad_input;
mod cors;
mod errors;
mod health;
mod introspection;
mod jwks;
mod leaked;
mod metadata;
mod redirect_uris;
mod revocation;
mod signed_tokens;
mod transport;
mod verify;
mod wrong_method;
