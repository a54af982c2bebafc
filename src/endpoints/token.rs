//! The token endpoint (RFC 6749 §3.2). What each grant type does is in `grants`.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::error::{Error, Result};
use crate::grants::{self, TokenRequest};
use crate::oauth::{ErrorCode, GrantType, Params, TokenResponse};
use crate::web::client_address;
use crate::web::form::{self, Body};

use super::{authenticate, uncacheable_json};

/// `POST /oauth/token`.
///
/// # Errors
/// RFC 6749 §5.2.
pub async fn post(app: web::Data<App>, request: HttpRequest, body: Body) -> Result<HttpResponse> {
    let params = form::params(&request, &body)?;
    let grant_type = grants::grant_type(&params)?;
    let outcome = exchange(&app, &request, grant_type, &params).await;
    app.metrics.grants(grant_type).count(outcome.is_ok());
    if grant_type == GrantType::Password {
        count_sign_in(&app, &outcome);
    }
    let response = outcome?;
    app.metrics.access_tokens.add();
    if response.refresh_token.is_some() {
        app.metrics.refresh_tokens.add();
    }
    Ok(uncacheable_json(response.to_json()))
}

/// Only a password that was tried is a sign-in: of this grant, what answers `invalid_grant` or 429.
fn count_sign_in(app: &App, outcome: &Result<TokenResponse>) {
    let sign_ins = &app.metrics.password_grant_sign_ins;
    match outcome {
        Ok(_) => sign_ins.good.add(),
        Err(Error::Refused(refusal))
            if matches!(
                refusal.code,
                ErrorCode::InvalidGrant | ErrorCode::TemporarilyUnavailable
            ) =>
        {
            sign_ins.bad.add();
        }
        Err(_) => {}
    }
}

async fn exchange(
    app: &App,
    request: &HttpRequest,
    grant_type: GrantType,
    params: &Params<'_>,
) -> Result<TokenResponse> {
    let client = authenticate(app, request, params).await?;
    let address = client_address::client(&app.config, request);
    let now = app.now();
    let request = TokenRequest {
        client: Arc::clone(&client),
        params,
        address,
        now,
    };
    let response = grants::exchange(&app.grant_parts(), grant_type, request).await?;
    app.last_uses.client(&client, now);
    Ok(response)
}
