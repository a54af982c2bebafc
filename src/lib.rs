//! Latchkey, a standalone OAuth 2 authorization server.
//!
//! Where to find what:
//!
//! | what | specification | file |
//! |---|---|---|
//! | authorization endpoint | RFC 6749 §3.1 | `endpoints/authorization`, then `grants/authorization_code/request` |
//! | sign-in and consent | | `pages/login`, `pages/consent`, then `grants/authorization_code/grant` |
//! | token endpoint | RFC 6749 §3.2 | `endpoints/token`, then a file of `grants` for each grant type |
//! | code exchange | RFC 6749 §4.1.3, RFC 7636 | `grants/authorization_code/exchange` |
//! | refresh | RFC 6749 §6, RFC 9700 §4.14 | `grants/refresh_token` |
//! | client authentication | RFC 6749 §2.3 | `authentication/client` |
//! | introspection | RFC 7662 | `endpoints/introspection`, then `authentication/bearer` |
//! | what gateways ask | RFC 6750 §3 | `endpoints/verify` |
//! | revocation | RFC 7009 | `endpoints/revocation` |
//! | reports of leaked tokens | | `endpoints/leaked`, then `leaked` |
//! | metadata | RFC 8414 | `endpoints/metadata` |
//! | redirect URIs | RFC 6749 §3.1.2, RFC 8252 | `oauth/redirect_uri` |
//! | the form of tokens | | `oauth/secret` |
//! | signed access tokens | RFC 9068 | `grants/mint`, then `oauth/jwt_access_token` |
//! | signing keys | RFC 7517, RFC 7638 | `endpoints/jwks`, `signing` |
//! | people's own tokens, projects and keys | | `pages/account` |
//! | routes | | `routes`; the layers around them in `server` |
//!
//! Imports go one way, from lower lines of this list to higher ones:
//!
//! 1. `clock`, `config`, `oauth`: neither database nor HTTP
//! 2. `error`, `sealing`
//! 3. `schema`, `db`, `models`: rows and queries
//! 4. `signing`: the keys that sign access tokens
//! 5. `directory`, `authentication`: copies of what every request reads; who is calling
//! 6. `grants`: what the token endpoint does; `leaked`
//! 7. `master_key`, `metrics`, `last_use`, `records`, `census`, `app`: a server's parts
//! 8. `web`, then `endpoints` and `pages`, which do not know each other
//! 9. `routes`, `housekeeping`, `server`, `log`, `demo`, `cli`

pub mod app;
pub mod authentication;
pub mod census;
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
pub mod last_use;
pub mod leaked;
pub mod log;
pub mod master_key;
pub mod metrics;
pub mod models;
pub mod oauth;
pub mod pages;
pub mod records;
mod routes;
#[expect(missing_docs, reason = "Diesel writes it")]
pub mod schema;
pub mod sealing;
pub mod server;
pub mod signing;
pub mod web;
