//! `POST /auth/leaked`: whoever has found a token reports it, and it is revoked at once. No specification;
//! nobody needs to authenticate, since whoever holds the token could do worse.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use crate::app::App;
use crate::authentication::throttle::Key;
use crate::error::{Error, Result};
use crate::leaked::{self, Outcome, Reporter};
use crate::oauth::OAuthError;
use crate::web::client_address;
use crate::web::form::{self, Body};

use super::uncacheable_json;

/// Tokens of one report at most.
const MOST: usize = 100;
/// Parameters at most: more than tokens, so that who sends too many is told how many they may be.
const PARAMETERS: usize = 10 * MOST;

/// An answer has one for each reported text, in the same order. Whether a token that is not revoked now
/// was ever one of ours is not told.
#[derive(Serialize)]
struct Told {
    /// None for a text that is no token.
    last_four: Option<String>,
    revoked: bool,
}

#[derive(Serialize)]
struct Answer {
    tokens: Vec<Told>,
}

/// `POST /auth/leaked`. The form parameter `token` may come again and again, and each may have several
/// lines.
///
/// # Errors
/// `invalid_request`; 429 for who reports too much that nobody was ever given, and nothing else.
pub async fn post(app: web::Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse> {
    let params = form::params_up_to(&request, &body, PARAMETERS)?;
    let lines = params.all("token").flat_map(str::lines).map(str::trim);
    let texts: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    if texts.is_empty() {
        return Err(OAuthError::invalid_request("The parameter token is missing.").into());
    }
    if texts.len() > MOST {
        return Err(
            OAuthError::invalid_request("A report has at most 100 tokens: send several.").into(),
        );
    }
    let (now, address) = (app.now(), client_address::client(&app.config, &request));
    let reporter = Reporter {
        actor: None,
        address: Some(address.to_string()),
    };
    let (mut tokens, mut any_known, mut throttled) = (Vec::new(), false, None);
    for text in texts {
        let issuer = app.issuer.as_str();
        let outcome = leaked::report(&app.db, &app.directory, issuer, text, &reporter, now).await?;
        if outcome == Outcome::Unknown {
            let counted = app.misses.count(Key::Address(address), now);
            throttled = counted.err().or(throttled);
        } else {
            any_known = true;
        }
        tokens.push(Told {
            last_four: leaked::last_four(text).map(str::to_owned),
            revoked: outcome == Outcome::Revoked,
        });
    }
    match throttled {
        Some(seconds) if !any_known => Err(OAuthError::throttled(seconds).into()),
        _ => {
            let body = serde_json::to_string(&Answer { tokens }).map_err(Error::failed)?;
            Ok(uncacheable_json(body))
        }
    }
}
