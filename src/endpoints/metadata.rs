//! Authorization server metadata (RFC 8414): exactly what is served, and the one place that a client
//! needs to know.

use actix_web::{HttpResponse, http::header, web};
use serde::Serialize;

use crate::app::App;
use crate::error::Result;
use crate::oauth::GrantType;
use crate::web::paths;

/// §2, with `authorization_response_iss_parameter_supported` of RFC 9207 §3.
#[derive(Serialize)]
struct Metadata<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    token_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<&'a str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: Vec<GrantType>,
    code_challenge_methods_supported: [&'static str; 1],
    token_endpoint_auth_methods_supported: [&'static str; 3],
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    authorization_response_iss_parameter_supported: bool,
}

/// `GET /.well-known/oauth-authorization-server`, followed by the issuer's path.
///
/// # Errors
/// The database's.
pub async fn get(app: web::Data<App>) -> Result<HttpResponse> {
    const CONFIDENTIAL: [&str; 2] = ["client_secret_basic", "client_secret_post"];
    const ALL: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];
    let permissions = app.directory.permissions().await?;
    let password = app.directory.browser_facts().await?.password_grant;
    let keys = app.directory.signing_keys().await?;
    let mut scopes: Vec<&str> = permissions.scopes.keys().map(String::as_str).collect();
    scopes.sort_unstable();
    let grant_types = GrantType::ALL
        .into_iter()
        .filter(|grant| *grant != GrantType::Password || password);
    let metadata = Metadata {
        issuer: app.issuer.as_str(),
        authorization_endpoint: app.issuer.url(paths::AUTHORIZE),
        token_endpoint: app.issuer.url(paths::TOKEN),
        introspection_endpoint: app.issuer.url(paths::INTROSPECT),
        revocation_endpoint: app.issuer.url(paths::REVOKE),
        jwks_uri: keys.jwks().map(|_| app.issuer.url(paths::JWKS)),
        scopes_supported: scopes,
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: grant_types.collect(),
        code_challenge_methods_supported: ["S256"],
        token_endpoint_auth_methods_supported: ALL,
        introspection_endpoint_auth_methods_supported: CONFIDENTIAL,
        revocation_endpoint_auth_methods_supported: ALL,
        authorization_response_iss_parameter_supported: true,
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
        .json(metadata))
}
