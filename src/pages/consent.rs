//! The consent page: who asks for what, and the person's decision. Writing the decision is in
//! `grants::authorization_code::grant`.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::directory::Permissions;
use crate::error::Error;
use crate::grants::authorization_code::grant;
use crate::grants::issue::Lifetimes;
use crate::grants::scope;
use crate::models::{consent, session};
use crate::oauth::authorization_response::AuthorizationResponse;
use crate::oauth::{ErrorCode, GrantType, OAuthError, Scope};
use crate::web::error_page::PageError;
use crate::web::form::{Body, field};
use crate::web::page::{Page, ScopeLine, count, scope_lines};
use crate::web::visitor::{PageResult, SignedIn, Visitor, redirect};
use crate::web::{cookies, csrf, paths, refusal_log};

use super::waiting_request::{WaitingRequest, gone};

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent {
    page: Page,
    csrf: String,
    sign_out_csrf: String,
    continue_id: String,
    client_name: String,
    returns_to: String,
    returns_to_device: bool,
    unverified: bool,
    username: String,
    scopes: Vec<ScopeLine>,
    lasts: Option<String>,
    at_most: String,
}

/// A waiting request whose person is signed in.
struct Question {
    waiting: WaitingRequest,
    signed_in: SignedIn,
    permissions: Arc<Permissions>,
    /// What would be granted.
    scope: Scope,
}

/// Whether the person was asked. What nobody was asked about is not remembered as allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Yes,
    No,
}

/// `GET /oauth/authorize/consent`: the continuation of every authorization request. Sign-in comes first;
/// consent passes by itself where it is remembered.
pub async fn get(visitor: Visitor) -> HttpResponse {
    visitor.answer(continue_request(&visitor).await)
}

/// `POST /oauth/authorize/consent`: the decision.
pub async fn post(visitor: Visitor, body: Body) -> HttpResponse {
    visitor.answer(decide(&visitor, &body).await)
}

async fn continue_request(visitor: &Visitor) -> PageResult {
    let query = visitor.query()?;
    let mut waiting = WaitingRequest::find(visitor, field(&query, "continue")?).await?;
    let cookie = waiting.cookie.take();
    let mut response = match visitor.signed_in().await? {
        None => visitor.go_to(&format!(
            "{}?continue={}",
            paths::LOGIN,
            waiting.id.expose()
        )),
        Some(signed_in) => match Question::new(visitor, waiting, signed_in).await? {
            Ok(question) if question.is_answered(visitor).await? => {
                question.allow(visitor, Asked::No).await?
            }
            Ok(question) => question.show(visitor),
            Err(refusal) => refusal,
        },
    };
    if let Some(cookie) = cookie {
        cookies::set(&mut response, &cookie);
    }
    Ok(response)
}

/// The checks, in this order: origin, form, waiting request, session, and the token, which covers the
/// request and the scope that was shown: the decision is about exactly that.
async fn decide(visitor: &Visitor, body: &Body) -> PageResult {
    let fields = visitor.form(body)?;
    let waiting = WaitingRequest::find(visitor, field(&fields, "continue")?).await?;
    let signed_in = visitor.signed_in().await?.ok_or_else(PageError::forged)?;
    let question = match Question::new(visitor, waiting, signed_in).await? {
        Ok(question) => question,
        Err(refusal) => return Ok(refusal),
    };
    let about = question.about();
    if !csrf::is_valid(
        &visitor.app,
        &question.signed_in.form_key(),
        &about,
        field(&fields, "csrf")?,
    ) {
        return Err(PageError::forged());
    }
    match field(&fields, "decision")? {
        "allow" => question.allow(visitor, Asked::Yes).await,
        "deny" => question.deny(visitor).await,
        _ => Ok(question.show(visitor)),
    }
}

impl Question {
    /// The question, or the answer to the client where the person can grant none of it.
    async fn new(
        visitor: &Visitor,
        waiting: WaitingRequest,
        signed_in: SignedIn,
    ) -> Result<Result<Self, HttpResponse>, PageError> {
        waiting.bind(visitor, &signed_in).await?;
        let permissions = visitor.app.directory.permissions().await?;
        let allowed = permissions.scope_of_client(&waiting.client.client);
        let wished = waiting.request.scope.intersection(&allowed);
        match scope::within_user(&permissions, &signed_in.user.roles, &wished) {
            Ok(scope) => Ok(Ok(Self {
                waiting,
                signed_in,
                permissions,
                scope,
            })),
            Err(error) => Ok(Err(refuse(visitor, &waiting, &signed_in, &error).await?)),
        }
    }

    /// What the form's token is bound to.
    fn about(&self) -> String {
        format!("consent {} {}", self.waiting.id.expose(), self.scope)
    }

    /// Whether nobody need be asked: the operator's own client, or a remembered consent to all of it. A
    /// client whose identity its redirect URI does not prove asks every time (RFC 8252 §8.6).
    async fn is_answered(&self, visitor: &Visitor) -> Result<bool, PageError> {
        let client = &self.waiting.client.client;
        if self.is_unproven() {
            return Ok(false);
        }
        if client.is_first_party {
            return Ok(true);
        }
        let (user_id, client_id) = (self.signed_in.user.id.clone(), client.id.clone());
        let given = visitor
            .app
            .db
            .read(move |connection| Ok(consent::given(connection, &user_id, &client_id)?))
            .await?;
        Ok(given.covers(&self.scope))
    }

    fn is_unproven(&self) -> bool {
        self.waiting.client.client.is_public() && self.waiting.request.redirect_uri.is_unproven()
    }

    fn show(&self, visitor: &Visitor) -> HttpResponse {
        let client = &self.waiting.client.client;
        let lasts = (!client.may_use(GrantType::RefreshToken))
            .then(|| duration(Lifetimes::of(client, &visitor.app.config.tokens).access));
        let template = Consent {
            page: visitor.page("Allow access"),
            csrf: csrf::token(&visitor.app, &self.signed_in.form_key(), &self.about()),
            sign_out_csrf: csrf::token(&visitor.app, &self.signed_in.form_key(), ""),
            continue_id: self.waiting.id.expose().to_owned(),
            client_name: client.name.clone(),
            returns_to: self.waiting.request.redirect_uri.destination(),
            returns_to_device: self.waiting.request.redirect_uri.is_unproven(),
            unverified: self.is_unproven(),
            username: self.signed_in.user.username.clone(),
            scopes: scope_lines(&self.permissions, &self.scope),
            lasts,
            at_most: duration(visitor.app.config.tokens.refresh_max_age),
        };
        visitor.html(StatusCode::OK, &template, Some(&self.waiting.form_target()))
    }

    async fn allow(self, visitor: &Visitor, asked: Asked) -> PageResult {
        let (request, session) = (self.waiting.request.clone(), self.signed_in.session.clone());
        let (scope, code_ttl) = (self.scope.clone(), visitor.app.config.tokens.code_ttl);
        let (address, now) = (visitor.address, visitor.now);
        let allow = visitor.app.db.write(move |connection| {
            // Whoever ended the session meanwhile, by a new password or otherwise, ended this too.
            if !session::is_live_and_hold(connection, &session, now)? {
                return Ok(None);
            }
            let (user_id, client_id) = (&session.user_id, &request.client_id);
            let code = grant::allow(
                connection, &request, user_id, &scope, code_ttl, address, now,
            )?;
            // Where another answer was faster, perhaps *Deny*, this one is not remembered either.
            if asked == Asked::Yes && code.is_some() {
                consent::remember(connection, user_id, client_id, &scope, now)?;
            }
            Ok(code)
        });
        let code = allow.await?.ok_or_else(gone)?;
        Ok(redirect(&response(visitor, &self.waiting).granted(&code)))
    }

    async fn deny(self, visitor: &Visitor) -> PageResult {
        let error = OAuthError::new(ErrorCode::AccessDenied, "The user did not allow it.");
        refuse(visitor, &self.waiting, &self.signed_in, &error).await
    }
}

/// Ends the request with an error for the client.
async fn refuse(
    visitor: &Visitor,
    waiting: &WaitingRequest,
    signed_in: &SignedIn,
    error: &OAuthError,
) -> PageResult {
    let (request, user_id) = (waiting.request.clone(), signed_in.user.id.clone());
    let (address, now) = (visitor.address, visitor.now);
    let refused = visitor
        .app
        .db
        .write(move |connection| grant::deny(connection, &request, &user_id, address, now))
        .await?;
    if refused {
        refusal_log::note(&visitor.app, &visitor.request, &Error::from(error.clone()));
        Ok(redirect(&response(visitor, waiting).refused(error)))
    } else {
        Err(gone())
    }
}

fn response<'a>(visitor: &'a Visitor, waiting: &'a WaitingRequest) -> AuthorizationResponse<'a> {
    AuthorizationResponse {
        redirect_uri: &waiting.request.redirect_uri,
        state: waiting.request.state.as_deref(),
        issuer: visitor.app.issuer.as_str(),
    }
}

fn duration(seconds: i64) -> String {
    match seconds {
        ..120 => count(seconds, "second"),
        120..7200 => count(seconds / 60, "minute"),
        7200..172_800 => count(seconds / 3600, "hour"),
        _ => count(seconds / 86400, "day"),
    }
}
