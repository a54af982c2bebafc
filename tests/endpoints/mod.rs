//! Mirrors `src/endpoints`.

mod authorization;
mod bad_input;
mod cors;
mod errors;
mod health;
mod introspection;
mod leaked;
mod metadata;
mod redirect_uris;
mod revocation;
mod transport;
mod wrong_method;
mod verify;
