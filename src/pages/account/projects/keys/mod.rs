//! The API keys of a project's client: long-lived access tokens that belong to the client and to nobody.

pub mod new;
pub mod revoke;
pub mod rotate;

use actix_web::HttpResponse;

use crate::models::access_token::UsedToken;
use crate::models::named_token;
use crate::web::error_page::PageError;

use super::super::tokens::revoke::token_of_address;
use super::member::ClientKeeper;

/// The key that the address names, if it is this client's.
async fn named(keeper: &ClientKeeper) -> Result<UsedToken, PageError> {
    let id = token_of_address(keeper)?;
    let client_id = keeper.client.id.clone();
    let find = keeper
        .app
        .db
        .read(move |connection| Ok(named_token::find(connection, &client_id, &id)?));
    find.await?.ok_or_else(PageError::not_found)
}

/// Answers an act on a key that does not work any more.
fn ended_before(keeper: &ClientKeeper) -> HttpResponse {
    keeper.done(&keeper.client_path(""), "That key had ended before.")
}
