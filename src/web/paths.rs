//! The paths of everything that is announced or linked, below the issuer's own path.

/// RFC 6749 §3.1.
pub const AUTHORIZE: &str = "/oauth/authorize";
/// Where a stored authorization request is continued.
pub const CONSENT: &str = "/oauth/authorize/consent";
/// RFC 6749 §3.2.
pub const TOKEN: &str = "/oauth/token";
/// RFC 7662.
pub const INTROSPECT: &str = "/oauth/introspect";
/// RFC 7009.
pub const REVOKE: &str = "/oauth/revoke";
/// RFC 7517.
pub const JWKS: &str = "/oauth/jwks";
/// RFC 8414 §3; the issuer's path follows it instead of preceding it.
pub const METADATA: &str = "/.well-known/oauth-authorization-server";
/// For gateways.
pub const VERIFY: &str = "/auth/verify";
/// For gateways that append the original path.
pub const VERIFY_BELOW: &str = "/auth/verify/{original:.*}";
/// Reports of leaked tokens.
pub const LEAKED: &str = "/auth/leaked";
/// Liveness.
pub const HEALTHZ: &str = "/healthz";
/// Readiness.
pub const READYZ: &str = "/readyz";
/// Prometheus.
pub const METRICS: &str = "/metrics";
/// The sign-in page.
pub const LOGIN: &str = "/login";
/// The sign-out page.
pub const LOGOUT: &str = "/logout";
/// The page that creates the first administrator.
pub const SETUP: &str = "/setup";
/// The page behind a one-time link: choosing a password.
pub const LINK: &str = "/link";
/// A user's own page.
pub const ACCOUNT: &str = "/account";
/// The administrators' pages.
pub const ADMIN: &str = "/admin";
/// The stylesheet and its like.
pub const STATIC: &str = "/static";
