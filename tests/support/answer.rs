//! What a request was answered with.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;
use url::{Url, form_urlencoded};

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

static AGENT: LazyLock<ureq::Agent> = LazyLock::new(|| {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_mins(5)))
        .max_idle_connections(0)
        .build()
        .into()
});

impl Answer {
    pub fn get(url: &str, headers: &[(&str, &str)]) -> Self {
        Self::send("GET", url, headers, None)
    }

    pub fn post(url: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let form_type = [("content-type", "application/x-www-form-urlencoded")];
        Self::send(
            "POST",
            url,
            &[&form_type, headers].concat(),
            Some(body.as_bytes()),
        )
    }

    /// Any method, any body, no redirects.
    pub fn send(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Self {
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let outcome = match body {
            Some(body) => AGENT.run(request.body(body).unwrap()),
            None => AGENT.run(request.body(()).unwrap()),
        };
        let mut response = outcome.unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| {
            (
                name.to_string(),
                value.to_str().unwrap_or_default().to_owned(),
            )
        });
        Self {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: response.body_mut().read_to_string().unwrap(),
        }
    }

    /// The first header of a name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON in {self:?}"))
    }

    /// A string member of the body.
    pub fn member(&self, name: &str) -> String {
        let json = self.json();
        json[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
            .to_owned()
    }

    /// `error` of the body; fails the test where there is none.
    pub fn error(&self) -> String {
        self.member("error")
    }

    /// Where it redirects to.
    pub fn location(&self) -> &str {
        self.header("location")
            .unwrap_or_else(|| panic!("no Location in {self:?}"))
    }

    /// The query of where it redirects to; fails the test where a name is repeated.
    pub fn location_params(&self) -> BTreeMap<String, String> {
        let url = Url::parse(self.location()).unwrap();
        let mut params = BTreeMap::new();
        for (name, value) in url.query_pairs() {
            assert!(
                params.insert(name.to_string(), value.to_string()).is_none(),
                "{name} is repeated"
            );
        }
        params
    }

    /// Fails the test unless the status and the error are these.
    #[track_caller]
    pub fn assert_error(&self, status: u16, error: &str) {
        assert_eq!(
            (self.status, self.error().as_str()),
            (status, error),
            "{self:?}"
        );
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
    }

    /// Fails the test unless it is a success with tokens; returns the access token.
    #[track_caller]
    pub fn assert_tokens(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        assert_eq!(self.member("token_type"), "Bearer");
        self.member("access_token")
    }
}
