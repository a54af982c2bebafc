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
mod verify;
mod wrong_method;
