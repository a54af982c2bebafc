//! The API keys of a project's client: long-lived access tokens that belong to the client and to nobody.

pub mod new;
pub mod revoke;
pub mod rotate;

use crate::models::access_token::UsedToken;
use crate::models::named_token;
use crate::web::error_page::PageError;

use super::super::tokens::revoke::token_of_address;
use super::member::ClientKeeper;

/// The key that the address names, if it is this client's and works.
async fn named(keeper: &ClientKeeper) -> Result<UsedToken, PageError> {
    let id = token_of_address(keeper)?;
    let (client_id, now) = (keeper.client.id.clone(), keeper.now);
    let find = keeper
        .app
        .db
        .read(move |connection| Ok(named_token::find(connection, &client_id, &id)?));
    let found = find.await?.filter(|key| key.token.is_live(now));
    found.ok_or_else(PageError::not_found)
}
