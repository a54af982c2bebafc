//! One for each kind of user, the whole way through. Signed tokens across a rotation of keys are told in
//! `clients/node/key_rotation.test.mjs`, by the libraries that verify them.

mod dashboard_and_application;
mod first_party_spa;
mod key_of_a_company;
mod resource_server;
mod service;
mod third_party_app;
mod token_in_a_script;
