//! Requests from a sample's own server to another server, which no browser sees, and what a
//! person may see of them: secrets and tokens are cut short.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};
use url::form_urlencoded::byte_serialize;

use super::SampleClient;

/// Parameters and members whose value is a secret.
const SECRETS: [&str; 6] = [
    "access_token",
    "refresh_token",
    "token",
    "code",
    "code_verifier",
    "client_secret",
];

/// A request and its answer.
pub(super) struct Exchange {
    /// The request as a person may see it.
    pub(super) request: String,
    pub(super) status: u16,
    /// `WWW-Authenticate`, in which an API says why it refused (RFC 6750 §3).
    pub(super) challenge: Option<String>,
    pub(super) answer: Value,
}

impl Exchange {
    pub(super) fn succeeded(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The answer as a person may see it.
    pub(super) fn shown_answer(&self) -> String {
        let mut lines = vec![format!("HTTP {}", self.status)];
        if let Some(challenge) = &self.challenge {
            lines.push(format!("WWW-Authenticate: {challenge}"));
        }
        if !self.answer.is_null() {
            lines.push(format!("\n{:#}", cut_secrets(&self.answer)));
        }
        lines.join("\n")
    }
}

/// The connections of one sample.
pub(super) struct BackChannel {
    agent: Agent,
}

impl BackChannel {
    pub(super) fn new() -> Self {
        let agent = Agent::config_builder()
            // An OAuth error is an answer to read, not a failure of the connection.
            .http_status_as_error(false)
            // A secret must not follow a redirect to another server.
            .max_redirects(0)
            // Everything is on this computer; a proxy would not find it.
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(10)))
            .build()
            .into();
        Self { agent }
    }

    /// A form for Latchkey, with the client's id and secret by Basic (RFC 6749 §2.3.1).
    pub(super) fn post_form(
        &self,
        endpoint: &str,
        client: &SampleClient,
        fields: &[(&str, &str)],
    ) -> Result<Exchange, String> {
        let answer = self
            .agent
            .post(endpoint)
            .header("Authorization", basic(client))
            .send_form(fields.iter().copied());
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", shown(name, value)))
            .collect();
        let request = format!(
            "POST {endpoint}\nAuthorization: Basic (client_id:client_secret)\n\
             Content-Type: application/x-www-form-urlencoded\n\n{}",
            fields.join("\n")
        );
        read(endpoint, request, answer)
    }

    /// A question with the bearer token of RFC 6750, or without one.
    pub(super) fn get(&self, url: &str, token: Option<&str>) -> Result<Exchange, String> {
        let question = self.agent.get(url);
        let Some(token) = token else {
            return read(url, format!("GET {url}"), question.call());
        };
        let answer = question
            .header("Authorization", format!("Bearer {token}"))
            .call();
        let request = format!("GET {url}\nAuthorization: Bearer {}", cut_short(token));
        read(url, request, answer)
    }

    /// JSON for an API, with a bearer token.
    pub(super) fn post_json(
        &self,
        url: &str,
        token: &str,
        body: &Value,
    ) -> Result<Exchange, String> {
        let answer = self
            .agent
            .post(url)
            .header("Authorization", format!("Bearer {token}"))
            .send_json(body);
        let request = format!(
            "POST {url}\nAuthorization: Bearer {}\nContent-Type: application/json\n\n{body:#}",
            cut_short(token)
        );
        read(url, request, answer)
    }
}

fn read(
    url: &str,
    request: String,
    answer: Result<Response<Body>, ureq::Error>,
) -> Result<Exchange, String> {
    let mut answer = answer.map_err(|error| format!("{url} gave no answer: {error}."))?;
    let challenge = answer.headers().get("WWW-Authenticate");
    Ok(Exchange {
        request,
        status: answer.status().as_u16(),
        challenge: challenge.and_then(|value| value.to_str().ok().map(str::to_owned)),
        // A revocation is answered without a body (RFC 7009 §2.2).
        answer: answer.body_mut().read_json().unwrap_or_default(),
    })
}

/// RFC 6749 §2.3.1: both parts are form-encoded before they are joined.
fn basic(client: &SampleClient) -> String {
    let encoded = |part: &str| byte_serialize(part.as_bytes()).collect::<String>();
    let secret = client.client_secret.as_deref().unwrap_or_default();
    let pair = format!("{}:{}", encoded(&client.client_id), encoded(secret));
    format!("Basic {}", STANDARD.encode(pair))
}

/// A parameter's value as a person may see it.
pub(super) fn shown(name: &str, value: &str) -> String {
    if SECRETS.contains(&name) {
        cut_short(value)
    } else {
        value.to_owned()
    }
}

/// Enough of a secret to know it again, too little to use it: its kind and its last characters.
fn cut_short(secret: &str) -> String {
    let length = secret.chars().count();
    if length < 24 {
        return "…".to_owned();
    }
    let begin: String = secret.chars().take(4).collect();
    let end: String = secret.chars().skip(length - 4).collect();
    format!("{begin}…{end}")
}

fn cut_secrets(answer: &Value) -> Value {
    let mut answer = answer.clone();
    for name in SECRETS {
        if let Some(Value::String(secret)) = answer.get_mut(name) {
            *secret = cut_short(secret);
        }
    }
    answer
}
