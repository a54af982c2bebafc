//! The authorization endpoint (RFC 6749 §3.1): validates a request, stores it and sends the browser on to
//! its continuation, which carries nothing but the id. Sign-in and consent are pages.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use crate::grants::authorization_code::request::{
    PageRefusal, Refusal, ValidRequest, find_client, validate,
};
use crate::models::authorization_request::{self, AuthorizationRequest, LIFETIME};
use crate::oauth::authorization_response::AuthorizationResponse;
use crate::oauth::{HashedSecret, Params, PlainSecret, SecretKind};
use crate::web::error_page::PageError;
use crate::web::form::Body;
use crate::web::refusal_log;
use crate::web::request_log::LoggedClient;
use crate::web::visitor::{PageResult, Visitor, redirect};
use crate::web::{cookies, paths};

/// `GET /oauth/authorize`.
pub async fn get(visitor: Visitor) -> HttpResponse {
    let outcome = match visitor.query() {
        Ok(params) => begin(&visitor, &params, true).await,
        Err(error) => Err(error),
    };
    visitor.answer(outcome)
}

/// `POST /oauth/authorize`: the same, but `SameSite=Lax` keeps our cookies away from a form of another
/// site, so this browser is tied to the request only at the continuation.
pub async fn post(visitor: Visitor, body: Body) -> HttpResponse {
    let params = crate::web::form::params(&visitor.request, &body);
    let outcome = match params {
        Ok(params) => begin(&visitor, &params, false).await,
        Err(error) => Err(crate::error::Error::from(error).into()),
    };
    visitor.answer(outcome)
}

async fn begin(visitor: &Visitor, params: &Params<'_>, cookies_came: bool) -> PageResult {
    let issuer = visitor.app.issuer.as_str();
    match read(visitor, params).await {
        Ok(request) => store(visitor, request, cookies_came).await,
        Err(Refusal::Redirect {
            redirect_uri,
            state,
            error,
        }) => {
            let response = AuthorizationResponse {
                redirect_uri: &redirect_uri,
                state: state.as_deref(),
                issuer,
            };
            let location = response.refused(&error);
            refusal_log::note(&visitor.app, &visitor.request, &(*error).into());
            Ok(redirect(&location))
        }
        Err(Refusal::Page { shown, error }) => Err(PageError {
            cause: Some(Box::new(error.into())),
            ..page(shown)
        }),
        Err(Refusal::Failed(error)) => Err(error.into()),
    }
}

async fn read(visitor: &Visitor, params: &Params<'_>) -> Result<ValidRequest, Refusal> {
    let directory = &visitor.app.directory;
    let client = find_client(directory, params).await?;
    LoggedClient::note(&visitor.request, &client);
    validate(directory, client, params).await
}

async fn store(visitor: &Visitor, request: ValidRequest, cookies_came: bool) -> PageResult {
    let id = PlainSecret::generate(SecretKind::Browser, visitor.now);
    let (browser, cookie) = visitor.browser();
    let row = AuthorizationRequest {
        id: id.id(),
        client_id: request.client.client.id.clone(),
        redirect_uri: request.redirect_uri,
        redirect_uri_sent: request.redirect_uri_sent,
        scope: request.scope,
        state: request.state,
        code_challenge: request.code_challenge,
        browser_hash: cookies_came.then(|| HashedSecret::of(browser.expose())),
        session_id: None,
        created_at: visitor.now,
        expires_at: visitor.now.plus(LIFETIME),
        claimed_at: None,
    };
    visitor
        .app
        .db
        .write(move |connection| Ok(authorization_request::insert(connection, row)?))
        .await?;
    let mut response = visitor.go_to(&format!("{}?continue={}", paths::CONSENT, id.expose()));
    if let Some(cookie) = cookie.filter(|_| cookies_came) {
        cookies::set(&mut response, &cookie);
    }
    Ok(response)
}

/// RFC 6749 §4.1.2.1: the person is told, and the browser is not sent to an address that nobody vouches
/// for.
fn page(refusal: PageRefusal) -> PageError {
    const REMEDY: &str = "Nothing was shared. Go back to the application and tell its maker.";
    let (title, happened) = match refusal {
        PageRefusal::Client => (
            "Unknown application",
            "The application that sent you here is not registered with this server, or was disabled.",
        ),
        PageRefusal::RedirectUri => (
            "The application's address does not match",
            "The application asked to be answered at an address (redirect_uri) that is not registered for it.",
        ),
    };
    PageError::new(StatusCode::BAD_REQUEST, title, happened, REMEDY)
}
