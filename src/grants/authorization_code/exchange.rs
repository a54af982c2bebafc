//! A code becomes tokens (RFC 6749 §4.1.3). oxide-auth's `AccessToken` machine asks for the facts; the
//! client is authenticated before it starts, and it is left at `Issue`: claiming the code and making
//! tokens are ours.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use oxide_auth::code_grant::accesstoken::{
    AccessToken, Authorization as Credentials, Input, Output, Request,
};
use oxide_auth::primitives::grant::{Extensions, Grant};
use url::Url;

use crate::clock::UnixTime;
use crate::db::DbConnection;
use crate::error::{Error, Result};
use crate::grants::issue::{Lifetimes, NewTokens};
use crate::grants::mint::{Mint, NewAccessToken, Subject};
use crate::grants::{Parts, TokenRequest, unknown};
use crate::models::audit_event::AuditEvent;
use crate::models::authorization::{self, Authorization};
use crate::models::authorization_code::{self, AuthorizationCode};
use crate::models::client::Client;
use crate::models::ending::Ending;
use crate::models::user::{self, User};
use crate::oauth::{GrantType, OAuthError, PlainSecret, SecretId, SecretKind, TokenResponse};

/// One use of a code.
struct Exchange {
    client: Client,
    presented: PlainSecret,
    redirect_uri: Option<String>,
    code_verifier: String,
    lifetimes: Lifetimes,
    mint: Mint,
    address: IpAddr,
    now: UnixTime,
}

pub(in crate::grants) async fn exchange(
    parts: &Parts<'_>,
    request: TokenRequest<'_>,
) -> Result<TokenResponse> {
    let text = request.params.required("code")?;
    let code_verifier = request.params.required("code_verifier")?.to_owned();
    let Some(presented) = PlainSecret::recognise_as(SecretKind::AuthorizationCode, text) else {
        return Err(unknown(parts.misses, request.address, request.now));
    };
    let client = request.client.client.clone();
    let lifetimes = Lifetimes::of(&client, parts.tokens);
    let mut mint = Mint::of(parts, &client, lifetimes, request.now).await?;
    if mint.signs() {
        let id = presented.id();
        let foreseen = parts.db.read(move |connection| foresee(connection, &id));
        if let Some(subject) = foreseen.await? {
            mint.prepare(subject)?;
        }
    }
    let exchange = Exchange {
        lifetimes,
        mint,
        client,
        presented,
        redirect_uri: request.params.one("redirect_uri")?.map(str::to_owned),
        code_verifier,
        address: request.address,
        now: request.now,
    };
    let outcome = parts
        .db
        .write(move |connection| exchange.run(connection))
        .await?;
    outcome.ok_or_else(|| unknown(parts.misses, request.address, request.now))
}

/// What the token of a code will say, if all is well.
fn foresee(connection: &mut DbConnection, id: &SecretId) -> Result<Option<Subject>> {
    let Some(code) = authorization_code::find(connection, id)? else {
        return Ok(None);
    };
    let granted = authorization::find(connection, &code.authorization_id)?;
    let user = user::find(connection, &code.user_id)?;
    Ok(granted
        .zip(user)
        .map(|(granted, user)| subject(&granted, user)))
}

fn subject(authorization: &Authorization, user: User) -> Subject {
    Subject {
        user: Some((user.id, user.roles.0)),
        scope: authorization.scope.clone(),
    }
}

impl Exchange {
    /// The checks, in this order: the code is known, the client's own, sent to this redirect URI, meets
    /// its challenge, was not used before, has not expired, its authorization and user are live, its token can
    /// be made; the claim is last. So only a fully valid replay revokes anything. None where nobody knows the
    /// code.
    fn run(&self, connection: &mut DbConnection) -> Result<Option<TokenResponse>> {
        let Some(code) = authorization_code::find(connection, &self.presented.id())? else {
            return Ok(None);
        };
        self.drive(&code)?;
        if code.claimed_at.is_some() {
            return self.replayed(connection, &code);
        }
        if self.now >= code.expires_at {
            return Err(OAuthError::invalid_grant("expired code").into());
        }
        let authorization = authorization::find_live_and_lock(connection, &code.authorization_id)?
            .ok_or_else(|| OAuthError::invalid_grant("the authorization was revoked"))?;
        let user = user::find(connection, &code.user_id)?
            .filter(|user| user.disabled_at.is_none())
            .ok_or_else(|| OAuthError::invalid_grant("the user is disabled"))?;
        let access = self.mint.access_token(&subject(&authorization, user))?;
        if !authorization_code::claim(connection, &code.id, self.now)? {
            return self.replayed(connection, &code);
        }
        self.issue(connection, &authorization, access).map(Some)
    }

    /// Lets the machine compare client and redirect URI, and answers its question for extensions with
    /// PKCE. Its errors are ours to word: it would answer some with `invalid_request`.
    fn drive(&self, code: &AuthorizationCode) -> Result<()> {
        // The machine compares parsed URLs; RFC 9700 §4.1.3 wants the exact string. A URI that the
        // authorization request named must be repeated (RFC 6749 §4.1.3).
        let sent = self.redirect_uri.as_deref();
        let same =
            sent == Some(code.redirect_uri.as_str()) || (sent.is_none() && !code.redirect_uri_sent);
        let request = CodeRequest {
            exchange: self,
            code,
        };
        let mut machine = AccessToken::new(&request);
        let mut input = Input::None;
        loop {
            input = match machine.advance(input) {
                Output::Authenticate { .. } => Input::Authenticated,
                Output::Recover { .. } => Input::Recovered(Some(Box::new(recovered(code)?))),
                Output::Extend { .. } if !same => return Err(self.mismatch(code).into()),
                Output::Extend { .. } if !code.code_challenge.is_met_by(&self.code_verifier) => {
                    return Err(OAuthError::invalid_grant("wrong code_verifier").into());
                }
                Output::Extend { .. } => Input::Extended {
                    access_extensions: Extensions::new(),
                },
                Output::Issue { .. } => return Ok(()),
                Output::Ok(_) => return Err(Error::failed("oxide-auth issued by itself")),
                Output::Err(_) => return Err(self.mismatch(code).into()),
            };
        }
    }

    /// What the machine compares, told apart for administrators alone.
    fn mismatch(&self, code: &AuthorizationCode) -> OAuthError {
        if code.client_id == self.client.id {
            let sent = self.redirect_uri.as_deref();
            OAuthError::invalid_grant("another redirect_uri")
                .expecting([code.redirect_uri.as_str()], sent)
        } else {
            OAuthError::invalid_grant("another client's code")
                .expecting([code.client_id.as_str()], Some(&self.client.id))
        }
    }

    /// RFC 6749 §4.1.2: whoever redeems a code for the second time with everything right may be the
    /// thief or the robbed; both lose.
    fn replayed(
        &self,
        connection: &mut DbConnection,
        code: &AuthorizationCode,
    ) -> Result<Option<TokenResponse>> {
        let ending = Ending {
            because: "authorization code replay",
            by: Some(&self.client.id),
            at: self.now,
        };
        if authorization::revoke(connection, &code.authorization_id, &ending)? {
            AuditEvent {
                actor: Some(code.client_id.clone()),
                user_id: Some(code.user_id.clone()),
                client_id: Some(code.client_id.clone()),
                authorization_id: Some(code.authorization_id.clone()),
                address: Some(self.address.to_string()),
                ..AuditEvent::new("authorization_code.replayed", self.now)
            }
            .insert(connection)?;
        }
        Err(OAuthError::invalid_grant("code replay: the authorization was ended").into())
    }

    fn issue(
        &self,
        connection: &mut DbConnection,
        authorization: &Authorization,
        access: NewAccessToken,
    ) -> Result<TokenResponse> {
        let tokens = NewTokens::with(access, &self.client, self.now);
        tokens.insert(
            connection,
            authorization,
            &authorization.scope,
            self.lifetimes,
            None,
            self.now,
        )?;
        Ok(TokenResponse {
            access_token: tokens.access.expose().to_owned(),
            expires_in: self.lifetimes.access,
            refresh_token: tokens.refresh,
            scope: authorization.scope.clone(),
        })
    }
}

/// The code as the machine's grant. A used one is fed as unexpired too, and expiry is checked by our own
/// clock: age must not hide a replay.
fn recovered(code: &AuthorizationCode) -> Result<Grant> {
    let far = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(u32::MAX));
    Ok(Grant {
        owner_id: code.user_id.clone(),
        client_id: code.client_id.clone(),
        scope: "any"
            .parse()
            .map_err(|_| Error::failed("oxide-auth refused a scope"))?,
        redirect_uri: Url::parse(code.redirect_uri.as_str()).map_err(Error::failed)?,
        until: far.into(),
        extensions: Extensions::new(),
    })
}

/// The request as the machine reads it.
struct CodeRequest<'a> {
    exchange: &'a Exchange,
    code: &'a AuthorizationCode,
}

impl Request for CodeRequest<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.exchange.presented.expose()))
    }

    /// None: the client was authenticated before.
    fn authorization(&self) -> Credentials<'_> {
        Credentials::None
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.exchange.client.id))
    }

    /// The machine demands one even where RFC 6749 lets it be left out.
    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        let sent = self.exchange.redirect_uri.as_deref();
        Some(Cow::Borrowed(
            sent.unwrap_or(self.code.redirect_uri.as_str()),
        ))
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(GrantType::AuthorizationCode.as_str()))
    }

    fn extension(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}
