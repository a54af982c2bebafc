//! Latchkey, a standalone OAuth 2 authorization server.
pub mod app;
pub mod authentication;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod directory;
pub mod endpoints;
pub mod error;
pub mod grants;
pub mod housekeeping;
pub mod log;
pub mod master_key;
pub mod metrics;
pub mod models;
pub mod oauth;
pub mod pages;
#[expect(missing_docs, reason = "Diesel writes it")]
pub mod schema;
pub mod server;
pub mod web;
