//! Why a token is active or not, and why a request was refused. Whatever is pasted here comes as a form and
//! is found by its digest: it is in no address and no log, and never shown again.

mod found;
pub mod look_up;
mod meant;
pub mod refusal;
pub mod refusals;
pub mod revoke;
pub mod secret;
pub mod show;
mod verdict;

use crate::authentication::bearer::{from_jti, jti};
use crate::oauth::SecretId;
use crate::web::error_page::PageError;
use crate::web::form::field;
use crate::web::page::Crumb;
use crate::web::person::Administrator;

/// Where a token is looked up.
const PATH: &str = "/admin/tokens";
/// Where the refusals are listed.
const REFUSALS: &str = "/admin/tokens/refusals";

fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new(PATH, "Tokens")]
}

/// Where a token, or a code, is told about.
fn address_of(id: &SecretId) -> String {
    format!("{PATH}/show?jti={}", jti(id))
}

/// Where a client's secret is told about.
fn address_of_secret(id: &str) -> String {
    format!("{PATH}/secret?id={id}")
}

/// The key of the token that the address names.
fn named(admin: &Administrator) -> Result<SecretId, PageError> {
    let query = admin.query()?;
    from_jti(field(&query, "jti")?).ok_or_else(PageError::not_found)
}
