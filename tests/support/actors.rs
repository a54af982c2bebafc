//! Those who use the server, as they would.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::oauth::secret::random_base62;
use serde_json::Value;
use url::form_urlencoded;

use super::app::{PASSWORD, RegisteredClient};
use super::browser::{Browser, Form};
use super::{Answer, NewClient, TestServer};

/// RFC 7636's pair.
#[derive(Clone, Debug)]
pub struct Pkce {
    pub verifier: String,
    pub challenge: String,
}

impl Pkce {
    pub fn new() -> Self {
        Self::of(&random_base62())
    }

    pub fn of(verifier: &str) -> Self {
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        Self {
            verifier: verifier.to_owned(),
            challenge,
        }
    }
}

/// An application that somebody else made.
pub struct ThirdPartyApp<'a> {
    pub server: &'a TestServer,
    pub client: RegisteredClient,
    pub redirect_uri: String,
    pub pkce: Pkce,
}

pub const REDIRECT_URI: &str = "https://app.example/callback";

impl<'a> ThirdPartyApp<'a> {
    /// A confidential one.
    pub fn web(server: &'a TestServer) -> Self {
        Self::new(server, NewClient::web(REDIRECT_URI))
    }

    pub fn new(server: &'a TestServer, client: NewClient) -> Self {
        let redirect_uri = client.redirect_uris.first().cloned().unwrap_or_default();
        Self {
            server,
            client: server.db_client(client),
            redirect_uri,
            pkce: Pkce::new(),
        }
    }

    /// The parameters of a good authorization request.
    pub fn request(&self) -> Vec<(&str, &str)> {
        vec![
            ("response_type", "code"),
            ("client_id", &self.client.id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "read"),
            ("state", "a state"),
            ("code_challenge", &self.pkce.challenge),
            ("code_challenge_method", "S256"),
        ]
    }

    /// The same with some parameters replaced, or left out where the value is none.
    pub fn request_with<'b>(
        &'b self,
        changes: &[(&'b str, Option<&'b str>)],
    ) -> Vec<(&'b str, &'b str)> {
        let mut request = self.request();
        for (name, value) in changes {
            request.retain(|(own, _)| own != name);
            request.extend(value.map(|value| (*name, value)));
        }
        request
    }

    /// The address to which it sends a browser.
    pub fn address(&self, request: &[(&str, &str)]) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(request)
            .finish();
        format!("{}/oauth/authorize?{query}", self.server.url)
    }

    /// Sends a browser, signs `username` in where asked and allows where asked. Returns the redirect back
    /// to the application, or the page where it ended.
    pub fn authorize(
        &self,
        browser: &mut Browser,
        username: &str,
        request: &[(&str, &str)],
    ) -> Answer {
        let (mut at, mut page) = browser.get(&self.address(request));
        if page.body.contains("name=\"password\"") {
            (at, page) = sign_in(browser, &at, &page, username, PASSWORD);
        }
        if page.body.contains("value=\"allow\"") {
            (_, page) = browser.submit(
                &at,
                &Form::find(&page, "/consent").fill("decision", "allow"),
            );
        }
        page
    }

    /// A code that `username` has granted with a new browser.
    #[track_caller]
    pub fn code(&self, username: &str) -> String {
        self.code_for(username, &self.request())
    }

    /// A code for a request.
    #[track_caller]
    pub fn code_for(&self, username: &str, request: &[(&str, &str)]) -> String {
        let answer = self.authorize(&mut Browser::new(), username, request);
        let params = answer.location_params();
        params
            .get("code")
            .unwrap_or_else(|| panic!("no code in {answer:?}"))
            .clone()
    }

    /// The parameters that redeem a code.
    pub fn redemption<'b>(&'b self, code: &'b str) -> Vec<(&'b str, &'b str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", &self.pkce.verifier),
        ]
    }

    pub fn redeem(&self, code: &str) -> Answer {
        self.token(&self.redemption(code))
    }

    pub fn refresh(&self, refresh_token: &str) -> Answer {
        self.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ])
    }

    pub fn revoke(&self, token: &str) -> Answer {
        self.server
            .post_as(&self.client, "/oauth/revoke", &[("token", token)])
    }

    /// A token request as this client.
    pub fn token(&self, form: &[(&str, &str)]) -> Answer {
        self.server.post_as(&self.client, "/oauth/token", form)
    }

    /// Goes all the way: access and refresh token.
    #[track_caller]
    pub fn tokens(&self, username: &str) -> (String, String) {
        let answer = self.redeem(&self.code(username));
        (answer.assert_tokens(), answer.member("refresh_token"))
    }
}

/// An API that asks what tokens are worth.
pub struct ResourceServer<'a> {
    pub server: &'a TestServer,
    pub client: RegisteredClient,
}

impl<'a> ResourceServer<'a> {
    pub fn new(server: &'a TestServer) -> Self {
        Self {
            server,
            client: server.db_client(NewClient::resource_server()),
        }
    }

    /// The whole answer.
    #[track_caller]
    pub fn introspect(&self, token: &str) -> Value {
        let answer = self
            .server
            .post_as(&self.client, "/oauth/introspect", &[("token", token)]);
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    #[track_caller]
    pub fn is_active(&self, token: &str) -> bool {
        self.introspect(token)["active"]
            .as_bool()
            .expect("active is a boolean")
    }
}

/// Fills in the sign-in page; returns where that leads.
pub fn sign_in(
    browser: &mut Browser,
    at: &str,
    page: &Answer,
    username: &str,
    password: &str,
) -> (String, Answer) {
    let form = Form::find(page, "/login")
        .fill("username", username)
        .fill("password", password);
    browser.submit(at, &form)
}
