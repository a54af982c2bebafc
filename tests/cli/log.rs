//! The log: who did what, and never a secret. A whole story at the most talkative levels, and then a
//! search for everything that was secret in it.

use serde_json::Value;

use crate::support::actors::sign_in;
use crate::support::browser::Form;
use crate::support::program::Served;
use crate::support::{Answer, Browser, Pkce, Program};

const PASSWORD: &str = "correct horse battery staple";
const WRONG_PASSWORD: &str = "incorrect horse battery staple";

/// What happened, and everything in it that nobody else may read.
struct Story {
    served: Served,
    secrets: Vec<String>,
}

impl Story {
    fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        Answer::post(&format!("{}{path}", self.served.url), &[], form)
    }

    /// Sign-in on the page, wrong and right; consent; returns the code.
    fn code(&mut self, client_id: &str, challenge: &str) -> String {
        let mut browser = Browser::new();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", client_id),
                ("redirect_uri", "https://app.example/cb"),
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
        self.secrets.extend(
            Form::find(&page, "/consent")
                .field("csrf")
                .map(str::to_owned),
        );
        let (_, answer) = browser.submit(
            &at,
            &Form::find(&page, "/consent").fill("decision", "allow"),
        );
        answer.location_params()["code"].clone()
    }

    fn keep(&mut self, answer: &Answer) {
        for name in ["access_token", "refresh_token"] {
            self.secrets
                .extend(answer.json()[name].as_str().map(str::to_owned));
        }
    }
}

/// The whole story: code, refresh, replay, password, revocation, and everything done wrong once.
fn tell(program: &Program) -> Story {
    program.json(&["scope", "add", "read", "--description", "Read", "--default"]);
    let email = [
        "user",
        "add",
        "ada",
        "--email",
        "ada@example.org",
        "--password-stdin",
    ];
    program.json_with(&email, PASSWORD);
    let app = program.json(&[
        "client",
        "add",
        "--name",
        "App",
        "--redirect-uri",
        "https://app.example/cb",
        "--scope",
        "read",
    ]);
    let own = program.json(&[
        "client",
        "add",
        "--name",
        "Own",
        "--public",
        "--first-party",
        "--grant",
        "password",
        "--scope",
        "read",
    ]);
    let (id, secret) = (
        app["client_id"].as_str().unwrap(),
        app["client_secret"].as_str().unwrap(),
    );
    let mut story = Story {
        served: program.serve(),
        secrets: vec![secret.into(), PASSWORD.into(), WRONG_PASSWORD.into()],
    };
    let pkce = Pkce::new();
    let code = story.code(id, &pkce.challenge);
    story.secrets.extend([code.clone(), pkce.verifier.clone()]);
    let client = [("client_id", id), ("client_secret", secret)];
    let redeem = |verifier: &str| {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", "https://app.example/cb"),
            ("code_verifier", verifier),
        ];
        story.post("/oauth/token", &[&client[..], &form].concat())
    };
    redeem("a-wrong-verifier-a-wrong-verifier-a-wrong-verifier").assert_error(400, "invalid_grant");
    let tokens = redeem(&pkce.verifier);
    let token = tokens.assert_tokens();
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &tokens.member("refresh_token")),
    ];
    let refreshed = story.post("/oauth/token", &[&client[..], &refresh].concat());
    let wrong_secret = [
        ("client_id", id),
        ("client_secret", "lks_a-wrong-secret-that-somebody-typed"),
    ];
    story
        .post("/oauth/token", &[&wrong_secret[..], &refresh].concat())
        .assert_error(401, "invalid_client");
    let form = [
        ("grant_type", "password"),
        ("client_id", own["client_id"].as_str().unwrap()),
        ("username", "ada"),
    ];
    let signed_in = story.post(
        "/oauth/token",
        &[&form[..], &[("password", PASSWORD)]].concat(),
    );
    story
        .post(
            "/oauth/token",
            &[&form[..], &[("password", WRONG_PASSWORD)]].concat(),
        )
        .assert_error(400, "invalid_grant");
    story.post(
        "/oauth/introspect",
        &[&client[..], &[("token", token.as_str())]].concat(),
    );
    story.post(
        "/oauth/revoke",
        &[&client[..], &[("token", token.as_str())]].concat(),
    );
    // Secrets where they do not belong: in addresses.
    let lost = format!(
        "{}/oauth/token?client_secret={secret}&access_token={token}&code={code}",
        story.served.url
    );
    Answer::get(
        &lost,
        &[
            ("authorization", &format!("Bearer {token}")),
            ("referer", &lost),
        ],
    );
    Answer::get(
        &format!("{}/nothing?access_token={token}", story.served.url),
        &[],
    );
    redeem(&pkce.verifier).assert_error(400, "invalid_grant");
    for answer in [&tokens, &refreshed, &signed_in] {
        answer.assert_tokens();
        story.keep(answer);
    }
    story
        .secrets
        .push(String::from("lks_a-wrong-secret-that-somebody-typed"));
    story
}

fn log_of(format: &str, level: &str) -> (String, Vec<String>) {
    let program = Program::new()
        .set("LATCHKEY_LOG__FORMAT", format)
        .set("LATCHKEY_LOG__LEVEL", level);
    let Story { served, secrets } = tell(&program);
    served.signal("TERM");
    (served.wait().err, secrets)
}

#[test]
fn no_secret_is_ever_logged() {
    for (format, level) in [("json", "debug"), ("text", "trace")] {
        let (log, secrets) = log_of(format, level);
        assert!(secrets.len() >= 14, "{secrets:?}");
        assert!(log.lines().count() > 20, "{log}");
        for secret in secrets {
            assert!(
                !log.contains(&secret),
                "{format} {level} holds {secret}:\n{log}"
            );
            let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            assert!(
                !log.contains(&encoded),
                "{format} {level} holds {encoded}:\n{log}"
            );
        }
        for shape in ["lka_", "lkr_", "lkc_", "lks_"] {
            assert!(
                !log.contains(shape),
                "{format} {level} holds {shape}:\n{log}"
            );
        }
    }
}

#[test]
fn a_line_of_the_access_log_has_the_path_without_its_query() {
    let (log, _) = log_of("json", "info");
    let lines: Vec<Value> = log
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let requests: Vec<&Value> = lines
        .iter()
        .filter(|line| line["message"] == "request")
        .collect();
    assert!(
        requests
            .iter()
            .any(|line| line["path"] == "/oauth/authorize"),
        "{log}"
    );
    for line in &requests {
        assert!(!line["path"].as_str().unwrap().contains('?'), "{line}");
        for name in [
            "timestamp",
            "level",
            "method",
            "status",
            "address",
            "request_id",
        ] {
            assert!(!line[name].is_null(), "{name} in {line}");
        }
    }
    assert!(
        !log.contains("a-state-of-the-app") && !log.contains("code_challenge"),
        "{log}"
    );
    assert!(
        requests
            .iter()
            .all(|line| line["path"] != "/oauth/introspect"),
        "what runs on every call is quiet"
    );
}

#[test]
fn a_refusal_is_logged_once_with_its_reason_its_client_and_its_number() {
    let program = Program::new().set("LATCHKEY_LOG__FORMAT", "json");
    program.json(&["scope", "add", "read", "--description", "Read", "--default"]);
    let client = program.json(&["client", "add", "--name", "Night job", "--scope", "read"]);
    let id = client["client_id"].as_str().unwrap();
    let served = program.serve();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", "wrong"),
    ];
    let answer = Answer::post(&format!("{}/oauth/token", served.url), &[], &form);
    let number = answer.header("x-request-id").unwrap().to_owned();
    served.signal("TERM");
    let log = served.wait().err;
    let about: Vec<Value> = log
        .lines()
        .filter(|line| line.contains(&number))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let refused: Vec<&Value> = about
        .iter()
        .filter(|line| line["message"] == "refused")
        .collect();
    assert_eq!(refused.len(), 1, "{log}");
    assert_eq!(
        (
            refused[0]["client_id"].as_str(),
            refused[0]["error"].as_str()
        ),
        (Some(id), Some("invalid_client"))
    );
    assert_eq!(refused[0]["reason"], "wrong secret");
    assert!(
        about
            .iter()
            .any(|line| line["message"] == "request" && line["status"] == 401),
        "{log}"
    );
}

#[test]
fn the_log_is_on_standard_error_alone() {
    let program = Program::new().set("LATCHKEY_LOG__LEVEL", "trace");
    let served = program.serve();
    Answer::get(&format!("{}/login", served.url), &[]);
    served.signal("TERM");
    let ended = served.wait();
    assert_eq!(ended.out, "");
    assert!(ended.err.contains("/login"), "{ended:?}");
}
