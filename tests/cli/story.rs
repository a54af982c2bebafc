//! A whole story for the log: people and programs do right and wrong, and everything secret in it is noted.

use crate::support::actors::sign_in;
use crate::support::browser::Form;
use crate::support::program::Served;
use crate::support::{Answer, Browser, Pkce, Program};

const PASSWORD: &str = "correct horse battery staple";
const WRONG_PASSWORD: &str = "incorrect horse battery staple";
const WRONG_SECRET: &str = "lks_a-wrong-secret-that-somebody-typed";
const REDIRECT_URI: &str = "https://app.example/cb";

/// What happened, and everything in it that nobody else may read.
pub struct Story {
    pub served: Served,
    pub secrets: Vec<String>,
}

/// The client in the story: its form fields.
type Client = [(&'static str, String); 2];

impl Story {
    /// Tells it all.
    pub fn tell(program: &Program) -> Self {
        let run = |line: &str| program.json(&line.split(' ').collect::<Vec<_>>());
        run("scope add read --description Read --default");
        let add = "user add ada --email ada@example.org --password-stdin";
        program.json_with(&add.split(' ').collect::<Vec<_>>(), PASSWORD);
        let app = run(&format!(
            "client add --name App --redirect-uri {REDIRECT_URI} --scope read"
        ));
        let own = run("client add --name Own --public --first-party --grant password --scope read");
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let client = [
            ("client_id", text(&app["client_id"])),
            ("client_secret", text(&app["client_secret"])),
        ];
        let secrets = [&client[1].1, PASSWORD, WRONG_PASSWORD, WRONG_SECRET]
            .map(str::to_owned)
            .to_vec();
        let mut story = Self {
            served: program.serve(),
            secrets,
        };
        story.code_flow(&client);
        story.password(&text(&own["client_id"]));
        story
    }

    fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        Answer::post(&format!("{}{path}", self.served.url), &[], form)
    }

    fn post_as(&self, client: &Client, path: &str, form: &[(&str, &str)]) -> Answer {
        let own = client.iter().map(|(name, value)| (*name, value.as_str()));
        self.post(path, &own.chain(form.iter().copied()).collect::<Vec<_>>())
    }

    fn keep(&mut self, answer: &Answer) {
        answer.assert_tokens();
        for name in ["access_token", "refresh_token"] {
            self.secrets
                .extend(answer.json()[name].as_str().map(str::to_owned));
        }
    }

    /// Sign-in on the page, wrong and right; consent; returns the code.
    fn code(&mut self, client_id: &str, challenge: &str) -> String {
        let mut browser = Browser::new();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", client_id),
                ("redirect_uri", REDIRECT_URI),
                ("scope", "read"),
                ("state", "a-state-of-the-app"),
                ("code_challenge", challenge),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        let (at, page) = browser.get(&format!("{}/oauth/authorize?{query}", self.served.url));
        self.secrets.extend(browser.cookies.values().cloned());
        let (at, page) = sign_in(&mut browser, &at, &page, "ada", WRONG_PASSWORD);
        self.secrets
            .extend(Form::find(&page, "/login").field("csrf").map(str::to_owned));
        let (at, page) = sign_in(&mut browser, &at, &page, "ada", PASSWORD);
        self.secrets.extend(browser.cookies.values().cloned());
        let form = Form::find(&page, "/consent");
        self.secrets.extend(form.field("csrf").map(str::to_owned));
        let (_, answer) = browser.submit(&at, &form.fill("decision", "allow"));
        answer.location_params()["code"].clone()
    }

    /// A code, its replay, a refresh, a wrong secret, introspection and revocation.
    fn code_flow(&mut self, client: &Client) {
        let pkce = Pkce::new();
        let code = self.code(&client[0].1, &pkce.challenge);
        self.secrets.extend([code.clone(), pkce.verifier.clone()]);
        let redemption = |verifier| {
            [
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
                ("redirect_uri", REDIRECT_URI),
                ("code_verifier", verifier),
            ]
        };
        let wrong = redemption("a-wrong-verifier-a-wrong-verifier-a-wrong-verifier");
        self.post_as(client, "/oauth/token", &wrong)
            .assert_error(400, "invalid_grant");
        let tokens = self.post_as(client, "/oauth/token", &redemption(&pkce.verifier));
        self.keep(&tokens);
        let (token, refresh_token) = (
            tokens.member("access_token"),
            tokens.member("refresh_token"),
        );
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.as_str()),
        ];
        let refreshed = self.post_as(client, "/oauth/token", &refresh);
        self.keep(&refreshed);
        let stranger = [
            client[0].clone(),
            ("client_secret", WRONG_SECRET.to_owned()),
        ];
        self.post_as(&stranger, "/oauth/token", &refresh)
            .assert_error(401, "invalid_client");
        let about = [("token", token.as_str())];
        assert_eq!(
            self.post_as(client, "/oauth/introspect", &about).status,
            200
        );
        assert_eq!(self.post_as(client, "/oauth/revoke", &about).status, 200);
        self.lost_in_addresses(
            &format!(
                "client_secret={}&access_token={token}&code={code}",
                client[1].1
            ),
            &token,
        );
        let replay = self.post_as(client, "/oauth/token", &redemption(&pkce.verifier));
        replay.assert_error(400, "invalid_grant");
    }

    /// Secrets where they do not belong.
    fn lost_in_addresses(&self, query: &str, token: &str) {
        for path in ["/oauth/token", "/nothing", "/login", "/oauth/authorize"] {
            let lost = format!("{}{path}?{query}", self.served.url);
            let bearer = format!("Bearer {token}");
            Answer::get(&lost, &[("authorization", &bearer), ("referer", &lost)]);
        }
    }

    fn password(&mut self, client_id: &str) {
        let sign_in = |password| {
            [
                ("grant_type", "password"),
                ("client_id", client_id),
                ("username", "ada"),
                ("password", password),
            ]
        };
        let tokens = self.post("/oauth/token", &sign_in(PASSWORD));
        self.keep(&tokens);
        self.post("/oauth/token", &sign_in(WRONG_PASSWORD))
            .assert_error(400, "invalid_grant");
    }
}
