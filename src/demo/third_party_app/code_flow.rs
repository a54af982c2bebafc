//! The authorization code flow as a client walks it (RFC 6749 §4.1, with PKCE of RFC 7636 and
//! the issuer check of RFC 9207). This is the file to read before writing a client of your own.
//! What the page says about it is in `words`.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::super::random;
use super::ThirdPartyApp;
use super::story::{Step, Story, Tokens, Trip};
use super::{refusal, words};

/// What Latchkey adds to our redirect URI: a code or an error (RFC 6749 §4.1.2).
#[derive(Deserialize)]
pub(super) struct AuthorizationResponse {
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    pub(super) state: Option<String>,
    iss: Option<String>,
}

impl ThirdPartyApp {
    /// Steps 1 and 2: this trip's secrets, and the URL that the browser is sent to.
    pub(super) fn connect(&self, scope: &str) -> Result<(Story, String), String> {
        let metadata = self.discovery.metadata(&self.back_channel)?;
        let state = random::string()?;
        let code_verifier = random::string()?;
        let code_challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, code_verifier.as_bytes()));
        let redirect_uri = self.redirect_uri();
        let request = [
            ("response_type", "code"),
            ("client_id", &self.client.client_id),
            ("redirect_uri", &redirect_uri),
            ("scope", scope),
            ("state", &state),
            ("code_challenge", &code_challenge),
            ("code_challenge_method", "S256"),
        ];
        let mut url = Url::parse(&metadata.authorization_endpoint)
            .map_err(|error| format!("The authorization endpoint is no URL: {error}."))?;
        url.query_pairs_mut().extend_pairs(request);

        let mut story = Story::default();
        let pair = [
            ("code_verifier", code_verifier.as_str()),
            ("code_challenge", &code_challenge),
        ];
        let made = Step::new("Making a verifier and its challenge", words::VERIFIER);
        story.tell(made.with(&pair));
        let sent = Step::new("Sending your browser to Latchkey", words::SENT).with(&request);
        story.tell(sent.requesting(format!("GET {}", metadata.authorization_endpoint)));
        story.trip = Some(Trip {
            state,
            code_verifier,
            authorization_url: url.to_string(),
        });
        Ok((story, url.into()))
    }

    /// Step 3: the browser is back. The trip is over, whatever the answer says.
    pub(super) fn come_back(&self, story: &mut Story, trip: &Trip, answer: &AuthorizationResponse) {
        story.trip = None;
        let step =
            Step::new("Your browser comes back", words::CAME_BACK).with(&answer.parameters());
        match self.check(answer) {
            Ok(code) => {
                story.tell(step);
                self.redeem(story, code, &trip.code_verifier);
            }
            Err(problem) => story.tell(step.failed(problem)),
        }
        if story.tokens.is_some() {
            self.read_notes(story);
        }
    }

    /// The code, if the server that we asked gave one. (`state` was checked to find the trip.)
    fn check<'a>(&self, answer: &'a AuthorizationResponse) -> Result<&'a str, String> {
        let issuer = &self.discovery.metadata(&self.back_channel)?.issuer;
        // RFC 9207 §2.4: a code of another server must not reach our token request.
        if answer.iss.as_ref() != Some(issuer) {
            return Err(format!(
                "The answer does not name {issuer} as its issuer, so we did not use it."
            ));
        }
        if let Some(error) = &answer.error {
            return Err(refusal::in_words(
                error,
                answer.error_description.as_deref(),
            ));
        }
        let code = answer.code.as_deref();
        code.ok_or_else(|| "The answer holds neither a code nor an error.".to_owned())
    }

    /// Step 4: the code becomes tokens, from our server to Latchkey's (RFC 6749 §4.1.3).
    fn redeem(&self, story: &mut Story, code: &str, code_verifier: &str) {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri()),
            ("code_verifier", code_verifier),
        ];
        let step = Step::new("Exchanging the code for tokens", words::REDEEMED);
        self.request_tokens(story, step, &fields);
    }

    /// New tokens for the old refresh token, which is worth nothing from then on (RFC 6749 §6).
    pub(super) fn refresh(&self, story: &mut Story) {
        let step = Step::new("Refreshing the tokens", words::REFRESHED);
        let Some(refresh_token) = story.refresh_token() else {
            return story.tell(step.failed(words::NO_REFRESH_TOKEN));
        };
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.as_str()),
        ];
        self.request_tokens(story, step, &fields);
    }

    fn request_tokens(&self, story: &mut Story, step: Step, fields: &[(&str, &str)]) {
        let exchange = self
            .discovery
            .metadata(&self.back_channel)
            .and_then(|metadata| {
                let endpoint = &metadata.token_endpoint;
                self.back_channel.post_form(endpoint, &self.client, fields)
            });
        let exchange = match exchange {
            Ok(exchange) => exchange,
            Err(problem) => return story.tell(step.failed(problem)),
        };
        let step = step.after(&exchange);
        match tokens(&exchange.answer) {
            Some(tokens) if exchange.succeeded() => {
                // Without a new refresh token the old one stays good (RFC 6749 §6).
                let refresh_token = tokens.refresh_token.or_else(|| story.refresh_token());
                story.tokens = Some(Tokens {
                    refresh_token,
                    ..tokens
                });
                story.tell(step);
            }
            _ => story.tell(step.failed(refusal::of(&exchange))),
        }
    }

    /// Ends the authorization: the refresh token takes its access tokens along (RFC 7009 §2.1).
    pub(super) fn revoke(&self, story: &mut Story) {
        let step = Step::new("Revoking the refresh token", words::REVOKED);
        let Some(token) = story.refresh_token() else {
            return story.tell(step.failed(words::NO_REFRESH_TOKEN));
        };
        let fields = [
            ("token", token.as_str()),
            ("token_type_hint", "refresh_token"),
        ];
        let exchange = self
            .discovery
            .metadata(&self.back_channel)
            .and_then(|metadata| {
                let endpoint = &metadata.revocation_endpoint;
                self.back_channel.post_form(endpoint, &self.client, &fields)
            });
        story.tell(match exchange {
            Ok(exchange) if exchange.succeeded() => step.after(&exchange),
            Ok(exchange) => step.after(&exchange).failed(refusal::of(&exchange)),
            Err(problem) => step.failed(problem),
        });
    }
}

impl AuthorizationResponse {
    fn parameters(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("code", &self.code),
            ("error", &self.error),
            ("error_description", &self.error_description),
            ("state", &self.state),
            ("iss", &self.iss),
        ];
        let there = all.into_iter();
        there
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
            .collect()
    }
}

fn tokens(answer: &Value) -> Option<Tokens> {
    // RFC 6749 §7.1: a token of a type that we do not know must not be used.
    let bearer = answer["token_type"]
        .as_str()?
        .eq_ignore_ascii_case("bearer");
    bearer.then_some(Tokens {
        access_token: answer["access_token"].as_str()?.to_owned(),
        refresh_token: answer["refresh_token"].as_str().map(str::to_owned),
    })
}
