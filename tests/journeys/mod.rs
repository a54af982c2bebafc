//! One for each kind of user, the whole way through.

mod first_party_spa;
mod resource_server;
mod service;
mod third_party_app;
