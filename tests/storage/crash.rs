//! `kill -9` while tokens are being issued: whoever was told a token has it (`synchronous = FULL`, and no
//! answer before the commit).

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use serde_json::Value;

use crate::support::{Answer, Program, until};

/// A token request that may find the server gone.
fn token(url: &str, authorization: &str) -> Option<String> {
    let request = ureq::post(format!("{url}/oauth/token"))
        .header("authorization", authorization)
        .content_type("application/x-www-form-urlencoded");
    let mut answer = request
        .send("grant_type=client_credentials&scope=read")
        .ok()?;
    assert_eq!(answer.status().as_u16(), 200);
    let body: Value = serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()?;
    body["access_token"].as_str().map(str::to_owned)
}

/// A registered client that acts for itself.
fn service(program: &Program) -> Value {
    program.json(&["scope", "add", "read", "--description", "Read", "--default"]);
    let grant = ["--grant", "client_credentials", "--scope", "read"];
    program.json(&[&["client", "add", "--name", "Night job"][..], &grant].concat())
}

#[test]
fn no_token_whose_answer_was_sent_is_lost_by_kill_9() {
    let program = Program::new();
    let client = service(&program);
    let pair = format!(
        "{}:{}",
        client["client_id"].as_str().unwrap(),
        client["client_secret"].as_str().unwrap()
    );
    let authorization = format!(
        "Basic {}",
        base64::engine::general_purpose::STANDARD.encode(pair)
    );
    let told = Mutex::new(Vec::new());
    for _ in 0..3 {
        let served = program.serve();
        let (url, running) = (served.url.clone(), AtomicBool::new(true));
        let begun = told.lock().unwrap().len();
        std::thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    while running.load(Ordering::Relaxed) {
                        match token(&url, &authorization) {
                            Some(token) => told.lock().unwrap().push(token),
                            None => return,
                        }
                    }
                });
            }
            until("tokens are issued", || {
                told.lock().unwrap().len() >= begun + 150
            });
            served.kill();
            running.store(false, Ordering::Relaxed);
        });
    }
    let served = program.serve();
    let told = told.into_inner().unwrap();
    for token in &told {
        let headers = [("authorization", authorization.as_str())];
        let answer = Answer::post(
            &format!("{}/oauth/introspect", served.url),
            &headers,
            &[("token", token)],
        );
        assert_eq!(
            answer.json()["active"],
            true,
            "one of {} is lost: {answer:?}",
            told.len()
        );
    }
}

#[test]
fn a_revocation_that_was_answered_stays_after_kill_9() {
    let program = Program::new();
    let client = service(&program);
    let form = [
        ("client_id", client["client_id"].as_str().unwrap()),
        ("client_secret", client["client_secret"].as_str().unwrap()),
    ];
    let served = program.serve();
    let grant = [("grant_type", "client_credentials")];
    let token = Answer::post(
        &format!("{}/oauth/token", served.url),
        &[],
        &[&form[..], &grant].concat(),
    )
    .assert_tokens();
    let form = [&form[..], &[("token", token.as_str())]].concat();
    let answer = Answer::post(&format!("{}/oauth/revoke", served.url), &[], &form);
    served.kill();
    assert_eq!(answer.status, 200);
    let served = program.serve();
    let answer = Answer::post(&format!("{}/oauth/introspect", served.url), &[], &form);
    assert_eq!(answer.json()["active"], false);
}
