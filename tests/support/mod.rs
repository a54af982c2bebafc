//! What tests work with: a real server on a fresh database, browsers, and the actors who use it.

pub mod actors;
pub mod answer;
pub mod app;
pub mod browser;
pub mod database;
pub mod hashing;
pub mod jwt;
pub mod patience;
pub mod person;
pub mod program;
pub mod race;
pub mod raw;
pub mod routes;
pub mod state;
pub mod tokens;

pub use actors::{Pkce, ResourceServer, ThirdPartyApp};
pub use answer::Answer;
pub use app::{NewClient, TestServer};
pub use browser::Browser;
pub use patience::until;
pub use person::Person;
pub use program::Program;
pub use race::at_once;
pub use raw::raw;
