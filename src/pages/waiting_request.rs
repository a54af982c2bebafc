//! The stored authorization request that a page continues: found by the id in the address, open, and of
//! this browser. From any other browser or session it is an error page.

use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;

use crate::directory::KnownClient;
use crate::models::authorization_request::{self, AuthorizationRequest};
use crate::oauth::{HashedSecret, OAuthError, PlainSecret, SecretKind};
use crate::web::error_page::PageError;
use crate::web::request_log::LoggedClient;
use crate::web::visitor::{SignedIn, Visitor};

/// A request that waits for its person.
pub(super) struct WaitingRequest {
    /// The id, as the pages carry it.
    pub id: PlainSecret,
    /// The request.
    pub request: AuthorizationRequest,
    /// Who wishes.
    pub client: Arc<KnownClient>,
    /// A cookie to set: this browser had none.
    pub cookie: Option<Cookie<'static>>,
}

impl WaitingRequest {
    /// Finds it. A request that came as another site's form is tied to the first browser that continues
    /// it, which is no more than a link could do.
    pub(super) async fn find(visitor: &Visitor, id: &str) -> Result<Self, PageError> {
        let id = PlainSecret::recognise_as(SecretKind::Browser, id).ok_or_else(gone)?;
        let key = id.id();
        let app = &visitor.app;
        let found = app
            .db
            .read(move |connection| Ok(authorization_request::find(connection, &key)?))
            .await?;
        let request = found
            .filter(|request| request.is_open(visitor.now))
            .ok_or_else(gone)?;
        let (browser, cookie) = visitor.browser();
        let browser = HashedSecret::of(browser.expose());
        let ours = match &request.browser_hash {
            Some(own) => own.matches(&browser),
            None => {
                app.db
                    .write(move |connection| {
                        Ok(authorization_request::bind_browser(
                            connection, &key, browser,
                        )?)
                    })
                    .await?
            }
        };
        let client = app.directory.client(&request.client_id).await?;
        let client = client
            .filter(|known| ours && known.client.disabled_at.is_none())
            .ok_or_else(gone)?;
        LoggedClient::note(&visitor.request, &client);
        Ok(Self {
            id,
            request,
            client,
            cookie,
        })
    }

    /// Ties it to the session, or makes sure that it is.
    pub(super) async fn bind(
        &self,
        visitor: &Visitor,
        signed_in: &SignedIn,
    ) -> Result<(), PageError> {
        let (key, session) = (self.request.id, signed_in.session.id);
        let (user_id, now) = (signed_in.user.id.clone(), visitor.now);
        let ours = if let Some(own) = self.request.session_id {
            own == session
        } else {
            let bind = move |connection: &mut _| {
                Ok(authorization_request::bind(
                    connection, &key, &session, &user_id, now,
                )?)
            };
            visitor.app.db.write(bind).await?
        };
        if ours { Ok(()) } else { Err(gone()) }
    }

    /// The CSP source that forms of its pages may lead to.
    pub(super) fn form_target(&self) -> String {
        self.request.redirect_uri.form_action_source()
    }
}

/// One page for expired, decided, unknown and somebody else's: none of them can go on here.
pub(super) fn gone() -> PageError {
    let cause = OAuthError::invalid_request(
        "The authorization request was finished, has expired or was begun in another browser.",
    );
    let page = PageError::new(
        StatusCode::BAD_REQUEST,
        "This sign-in has ended",
        "It was finished already, took longer than an hour, or was begun in another browser.",
        "Go back to the application. It may be connected already; if it is not, start again there.",
    );
    PageError {
        cause: Some(Box::new(cause.into())),
        ..page
    }
}
