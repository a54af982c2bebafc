//! What administrators can find of a refused question: which rule, what was demanded and what came; never a
//! secret, and never so much that others' refusals are crowded out.

use latchkey::models::refusal::{self, Refusal};

use super::{ask, bearer};
use crate::support::app::basic;
use crate::support::{Answer, NewClient, TestServer};

/// What is kept of a refused question, if anything is.
fn db_refusal(server: &TestServer, answer: &Answer) -> Option<Refusal> {
    server.wait(server.app.records.write(&server.app)).unwrap();
    let id = answer.header("x-request-id").unwrap().to_owned();
    server.db_read(move |connection| Ok(refusal::find(connection, &id)?))
}

#[test]
fn a_wrong_secret_is_kept_as_a_refusal_of_the_client_that_it_names() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let header = basic(&service.id, "wrong");
    let answer = ask(&server, "/auth/verify", &[("authorization", &header)]);
    let kept = db_refusal(&server, &answer).unwrap();
    assert_eq!(kept.client_id, Some(service.id));
}

#[test]
fn why_a_question_was_refused_is_kept_with_what_was_demanded() {
    let server = TestServer::start();
    let export = server.db_project_client("export", "read");
    let key = server.db_api_key(&export.id, "read", None);
    let header = format!("Bearer {key}");
    for (query, error, expected, presented) in [
        (
            "scope=read+write",
            "insufficient_scope",
            "read\nwrite",
            "read",
        ),
        ("project=import", "insufficient_scope", "import", "export"),
        (
            "audience=https://api.example",
            "invalid_token",
            "https://api.example",
            server.app.audience(),
        ),
    ] {
        let path = format!("/auth/verify?{query}");
        let answer = ask(&server, &path, &[("authorization", &header)]);
        let kept = db_refusal(&server, &answer).unwrap();
        assert_eq!(
            (kept.path.as_str(), kept.error.as_str()),
            ("/auth/verify", error)
        );
        assert_eq!(kept.client_id.as_deref(), Some(export.id.as_str()));
        assert_eq!(kept.expected.as_deref(), Some(expected));
        assert_eq!(kept.presented.as_deref(), Some(presented));
    }
    server.db_revoke_token(&key);
    let kept = db_refusal(&server, &bearer(&server, &key)).unwrap();
    assert_eq!(
        (kept.error.as_str(), kept.reason.as_str()),
        ("invalid_token", "it opens nothing any more")
    );
}

#[test]
fn no_secret_and_no_address_of_somebodys_request_is_kept() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let secret = service.secret.as_ref().unwrap();
    let token = server.db_personal_token(&server.db_user("ada"), "read", None);
    let wrong = basic(&service.id, &token);
    let both = [
        ("authorization", &*format!("Bearer {token}")),
        ("x-api-key", secret.as_str()),
    ];
    let below = format!("/auth/verify/people/{token}?scope={token}");
    for answer in [
        ask(&server, "/auth/verify", &both),
        ask(&server, &below, &both),
        ask(&server, "/auth/verify", &[("authorization", &wrong)]),
        ask(&server, &format!("/auth/verify?scope={token}"), &both[..1]),
        ask(
            &server,
            &format!("/auth/verify?project={token}"),
            &both[..1],
        ),
        ask(
            &server,
            &format!("/auth/verify?audience={token}"),
            &both[..1],
        ),
        bearer(&server, secret),
    ] {
        let kept = db_refusal(&server, &answer).unwrap();
        assert_eq!(kept.path, "/auth/verify");
        let kept = format!("{kept:?}");
        assert!(!kept.contains(&token) && !kept.contains(secret), "{kept}");
    }
}

#[test]
fn nothing_is_kept_of_who_shows_nothing() {
    let server = TestServer::start();
    let unknown = [("authorization", "Digest username=\"ada\"")];
    for headers in [&[][..], &unknown] {
        let answer = ask(&server, "/auth/verify", headers);
        assert_eq!(answer.status, 401);
        assert!(db_refusal(&server, &answer).is_none());
    }
}

#[test]
fn refused_questions_neither_fill_the_database_nor_crowd_others_out() {
    let server = TestServer::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    let kept = || {
        server.wait(server.app.records.write(&server.app)).unwrap();
        server.db_count("refusals WHERE path = '/auth/verify'")
    };
    let flood = |count: u8, address: &dyn Fn(u8) -> String| {
        for number in 0..count {
            let from = address(number);
            let headers = [("x-api-key", "nonsense"), ("x-forwarded-for", &*from)];
            assert_eq!(ask(&server, "/auth/verify", &headers).status, 401);
        }
    };
    flood(50, &|number| format!("192.0.2.{number}"));
    let other = server.post("/oauth/token", &[]);
    assert!(db_refusal(&server, &other).is_some());
    let first = kept();
    assert_eq!(first, 16, "of fifty addresses");

    for _ in 0..5 {
        flood(10, &|_| String::from("198.51.100.1"));
        kept();
    }
    assert_eq!(kept() - first, 30, "of one address, in a minute");
}
