//! The Rust suite: one binary, since linking is the slow part. It runs on SQLite, and on PostgreSQL where
//! `LATCHKEY_TEST_POSTGRES` names a server.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a test ends where it goes wrong"
)]
#![expect(unreachable_pub, reason = "support is pub to all of the suite")]

mod cli;
mod endpoints;
mod grants;
mod journeys;
mod pages;
mod source_rules;
mod storage;
mod support;
