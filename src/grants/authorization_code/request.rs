//! Validates an authorization request (RFC 6749 §4.1.1) apart from how it came. oxide-auth's
//! `Authorization` machine asks for the facts; nothing is stored here, and no page is shown.

use std::borrow::Cow;
use std::sync::Arc;

use oxide_auth::code_grant::authorization::{Authorization, Input, Output, Request};
use oxide_auth::primitives::grant::Extensions;
use oxide_auth::primitives::registrar::{BoundClient, ExactUrl, PreGrant, RegisteredUrl};

use crate::authentication::client::unknown_client;
use crate::directory::{Directory, KnownClient, Permissions};
use crate::error::Error;
use crate::grants::scope::{self, Unnamed};
use crate::grants::unregistered_grant;
use crate::models::client::Client;
use crate::oauth::pkce::CodeChallenge;
use crate::oauth::redirect_uri::MatchedRedirectUri;
use crate::oauth::{ErrorCode, GrantType, OAuthError, Params, Scope};

/// A request in which everything is right.
#[derive(Debug)]
pub struct ValidRequest {
    /// Who wishes.
    pub client: Arc<KnownClient>,
    /// Where the answer goes.
    pub redirect_uri: MatchedRedirectUri,
    /// Whether the request named it.
    pub redirect_uri_sent: bool,
    /// What is wished for, within what the client may ask for.
    pub scope: Scope,
    /// Returned as it came.
    pub state: Option<String>,
    /// RFC 7636 §4.3.
    pub code_challenge: CodeChallenge,
}

/// A request in which something is wrong.
#[derive(Debug)]
pub enum Refusal {
    /// The client or redirect URI is unknown: the person is told, and nobody is redirected.
    Page {
        /// What the person reads.
        shown: PageRefusal,
        /// What administrators read.
        error: OAuthError,
    },
    /// The client is told, at a URI that is its own.
    Redirect {
        /// Where.
        redirect_uri: MatchedRedirectUri,
        /// `state`, unless it was repeated.
        state: Option<String>,
        /// What.
        error: Box<OAuthError>,
    },
    /// The server failed before it knew where to send the answer.
    Failed(Error),
}

/// Why a person sees an error page instead of the application (RFC 6749 §4.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageRefusal {
    /// `client_id` is missing, repeated, unknown or disabled.
    Client,
    /// `redirect_uri` is repeated, unknown or missing where the client has several.
    RedirectUri,
}

/// Parameters that no request may repeat (RFC 6749 §3.1); `client_id` and `redirect_uri` come before.
const SINGLE: [&str; 6] = [
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
];

/// Bytes of `state`: it is kept for an hour, for anybody who knows a `client_id`.
const LONGEST_STATE: usize = 4096;

/// The checks, in this order: client, redirect URI (from here on the client is told), repeated
/// parameters, response type, response mode, whether the client may use this grant, PKCE, scope.
///
/// # Errors
/// [`Refusal`].
pub async fn validate(
    directory: &Directory,
    client: Arc<KnownClient>,
    params: &Params<'_>,
) -> Result<ValidRequest, Refusal> {
    if client.client.disabled_at.is_some() {
        return Err(no_client(OAuthError::invalid_client("disabled client")));
    }
    let (redirect_uri, redirect_uri_sent) = find_redirect_uri(&client.client, params)?;
    let permissions = directory.permissions().await.map_err(Refusal::Failed)?;
    let facts = Facts {
        params,
        client: &client.client,
        redirect_uri: &redirect_uri,
        permissions: &permissions,
    };
    match facts.check() {
        Ok((code_challenge, scope, state)) => Ok(ValidRequest {
            client,
            redirect_uri,
            redirect_uri_sent,
            scope,
            state,
            code_challenge,
        }),
        Err(error) => {
            let state = params.one("state").ok().flatten().map(str::to_owned);
            Err(Refusal::Redirect {
                redirect_uri,
                state,
                error: Box::new(error),
            })
        }
    }
}

/// The client that a request names, disabled ones too.
///
/// # Errors
/// [`Refusal::Page`] where nobody is registered under that id.
pub async fn find_client(
    directory: &Directory,
    params: &Params<'_>,
) -> Result<Arc<KnownClient>, Refusal> {
    let id = params
        .one("client_id")
        .and_then(|id| id.ok_or_else(|| OAuthError::invalid_client("no client_id")))
        .map_err(no_client)?;
    let client = directory.client(id).await.map_err(Refusal::Failed)?;
    client.ok_or_else(|| no_client(unknown_client(id)))
}

fn no_client(error: OAuthError) -> Refusal {
    Refusal::Page {
        shown: PageRefusal::Client,
        error,
    }
}

/// The redirect URI and whether the request named it.
fn find_redirect_uri(
    client: &Client,
    params: &Params<'_>,
) -> Result<(MatchedRedirectUri, bool), Refusal> {
    let registered = &client.redirect_uris;
    let refuse = |error| Refusal::Page {
        shown: PageRefusal::RedirectUri,
        error,
    };
    let sent = params.one("redirect_uri").map_err(refuse)?;
    let (found, reason) = match sent {
        Some(sent) => (
            MatchedRedirectUri::find(registered, client.is_native(), sent),
            "The redirect_uri is not one that the client is registered with.",
        ),
        None => (
            MatchedRedirectUri::only(registered),
            "A client without exactly one registered redirect URI must send redirect_uri.",
        ),
    };
    let redirect_uri = found.ok_or_else(|| {
        let registered = registered.iter().map(String::as_str);
        refuse(OAuthError::invalid_request(reason).expecting(registered, sent))
    })?;
    Ok((redirect_uri, sent.is_some()))
}

/// What the machine asks about.
struct Facts<'a> {
    params: &'a Params<'a>,
    client: &'a Client,
    redirect_uri: &'a MatchedRedirectUri,
    permissions: &'a Permissions,
}

impl Facts<'_> {
    fn check(&self) -> Result<(CodeChallenge, Scope, Option<String>), OAuthError> {
        self.params.each_once(&SINGLE)?;
        // Before the machine binds: it would call a missing response_type unsupported.
        let response_type = self.params.required("response_type")?;
        if response_type != "code" {
            return Err(OAuthError::new(
                ErrorCode::UnsupportedResponseType,
                "response_type must be code.",
            )
            .expecting(["code"], Some(response_type)));
        }
        if self
            .params
            .one("state")?
            .is_some_and(|state| state.len() > LONGEST_STATE)
        {
            return Err(OAuthError::invalid_request(
                "state is longer than 4,096 bytes.",
            ));
        }
        let response_mode = self.params.one("response_mode")?;
        if response_mode.is_some_and(|mode| mode != "query") {
            return Err(
                OAuthError::invalid_request("response_mode must be query or left out.")
                    .expecting(["query"], response_mode),
            );
        }
        for (name, code) in [
            ("request", ErrorCode::RequestNotSupported),
            ("request_uri", ErrorCode::RequestUriNotSupported),
        ] {
            if self.params.one(name)?.is_some() {
                let description = "Request objects are not supported (RFC 9101).";
                return Err(OAuthError::new(code, description));
            }
        }
        if !self.client.may_use(GrantType::AuthorizationCode) {
            return Err(unregistered_grant(
                self.client,
                GrantType::AuthorizationCode,
            ));
        }
        let code_challenge = CodeChallenge::parse(
            self.params.one("code_challenge")?,
            self.params.one("code_challenge_method")?,
        )?;
        let scope = scope::requested(
            self.permissions,
            self.client,
            self.params.one("scope")?,
            Unnamed::Default,
        )?;
        self.drive(&scope)?;
        Ok((
            code_challenge,
            scope,
            self.params.one("state")?.map(str::to_owned),
        ))
    }

    /// Lets the machine go its way over what has been checked; it must come to the same end.
    fn drive(&self, scope: &Scope) -> Result<(), OAuthError> {
        let odd = || {
            OAuthError::invalid_request("The request is malformed.").because("oxide-auth refused")
        };
        let granted = scope.as_str().parse().map_err(|_| odd())?;
        let uri: ExactUrl = self.redirect_uri.as_str().parse().map_err(|_| odd())?;
        let uri = RegisteredUrl::from(uri);
        let bound = BoundClient {
            client_id: Cow::Owned(self.client.id.clone()),
            redirect_uri: Cow::Owned(uri.clone()),
        };
        let pre_grant = PreGrant {
            client_id: self.client.id.clone(),
            redirect_uri: uri,
            scope: granted,
        };
        let mut machine = Authorization::new(self);
        let mut input = Input::None;
        loop {
            input = match machine.advance(input) {
                Output::Bind { .. } => Input::Bound {
                    request: self,
                    bound_client: bound.clone(),
                },
                Output::Extend => Input::Extended(Extensions::new()),
                Output::Negotiate { .. } => Input::Negotiated {
                    pre_grant: pre_grant.clone(),
                    state: self.state().map(Cow::into_owned),
                },
                Output::Ok { .. } => return Ok(()),
                Output::Err(_) => return Err(odd()),
            };
        }
    }

    fn param(&self, name: &'static str) -> Option<Cow<'_, str>> {
        self.params.one(name).ok().flatten().map(Cow::Borrowed)
    }
}

impl Request for Facts<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.client.id))
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.param("scope")
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.redirect_uri.as_str()))
    }

    fn state(&self) -> Option<Cow<'_, str>> {
        self.param("state")
    }

    fn response_type(&self) -> Option<Cow<'_, str>> {
        self.param("response_type")
    }

    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}
