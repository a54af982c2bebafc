//! The log: who did what, and never a secret. A whole story at the most talkative levels, and then a
//! search for everything that was secret in it.

use latchkey::clock::Clock;
use latchkey::oauth::{PlainSecret, SecretKind};
use serde_json::Value;

use super::story::Story;
use crate::support::{Answer, Program, raw};

fn log_of(format: &str, level: &str) -> (String, Vec<String>) {
    let program = Program::new()
        .set("LATCHKEY_LOG__FORMAT", format)
        .set("LATCHKEY_LOG__LEVEL", level);
    let Story { served, secrets } = Story::tell(&program);
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
fn what_people_paste_into_addresses_is_not_logged_and_what_is_no_http_is_no_error() {
    let program = Program::new().set("LATCHKEY_LOG__FORMAT", "json");
    let served = program.serve();
    let token = PlainSecret::generate(SecretKind::AccessToken, Clock::System.now());
    let token = token.expose();
    for path in [
        "",
        "static/",
        "account/projects/",
        "auth/verify/",
        "auth/verify/notes/",
    ] {
        Answer::get(&format!("{}/{path}{token}/x", served.url), &[]);
    }
    Answer::get(&format!("{}/auth/verify/somebodys/path", served.url), &[]);
    raw(&served.url, b"garbage\r\n\r\n");
    raw(&served.url, b"GET / HTTP/1.1\r\nhost : x\r\n\r\n");
    served.signal("TERM");
    let log = served.wait().err;
    assert!(!log.contains(token) && !log.contains("somebodys"), "{log}");
    assert!(log.contains("\"path\":\"/auth/verify\""), "{log}");
    assert!(!log.contains("ERROR"), "{log}");
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
