//! What is written down for administrators: how often what happened, and why requests were refused, with
//! what was expected and what came, and never a secret.

use latchkey::models::activity::{self, DAY, HOUR, MINUTE, What};
use latchkey::models::purge;
use latchkey::models::refusal::{self, Refusal};

use crate::support::actors::REDIRECT_URI;
use crate::support::app::PASSWORD;
use crate::support::{Answer, Browser, NewClient, Pkce, ResourceServer, TestServer, ThirdPartyApp};

/// Has what is in memory written.
fn db_write_records(server: &TestServer) {
    server.wait(server.app.records.write(&server.app)).unwrap();
}

/// What is kept of a refused request.
#[track_caller]
fn db_refusal(server: &TestServer, answer: &Answer) -> Refusal {
    db_write_records(server);
    let id = answer.header("x-request-id").unwrap().to_owned();
    let found = server.db_read(move |connection| Ok(refusal::find(connection, &id)?));
    found.unwrap_or_else(|| panic!("nothing is kept of {answer:?}"))
}

/// How often something happened in the present minute, hour and day.
fn db_activity(server: &TestServer, what: What) -> [i64; 3] {
    let now = server.app.now();
    [MINUTE, HOUR, DAY].map(|period| {
        let from = activity::start_of(period, now);
        let rows =
            server.db_read(move |connection| Ok(activity::since(connection, period, what, from)?));
        rows.iter().map(|(_, count)| count).sum()
    })
}

#[test]
fn what_happens_is_counted_by_minute_hour_and_day_once() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let service = server.db_client(NewClient::service());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    assert!(api.is_active(&token));
    assert!(!api.is_active("nothing"));
    assert!(!api.is_active("nothing"));
    db_write_records(&server);
    db_write_records(&server);
    assert_eq!(db_activity(&server, What::TokensIssued), [1; 3]);
    assert_eq!(db_activity(&server, What::IntrospectionsActive), [1; 3]);
    assert_eq!(db_activity(&server, What::IntrospectionsInactive), [2; 3]);
    server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    db_write_records(&server);
    assert_eq!(
        db_activity(&server, What::TokensIssued),
        [2; 3],
        "they add up"
    );
}

#[test]
fn both_ways_to_sign_in_are_counted_and_a_refused_scope_is_no_failed_sign_in() {
    let server = TestServer::start();
    server.db_user("alice");
    let spa = server.db_client(NewClient::first_party_spa());
    let sign_in = |password: &str, scope: &str| {
        let form = [
            ("grant_type", "password"),
            ("username", "alice"),
            ("password", password),
            ("scope", scope),
        ];
        server.post_as(&spa, "/oauth/token", &form).status
    };
    assert_eq!(sign_in(PASSWORD, "read"), 200);
    assert_eq!(sign_in("wrong", "read"), 400);
    assert_eq!(sign_in(PASSWORD, "nothing"), 400);
    let app = ThirdPartyApp::web(&server);
    app.code("alice");
    db_write_records(&server);
    assert_eq!(db_activity(&server, What::SignInsRight), [2; 3]);
    assert_eq!(db_activity(&server, What::SignInsWrong), [1; 3]);
}

#[test]
fn what_is_not_written_yet_is_written_when_the_server_stops() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    let server = server.restart();
    assert_eq!(db_activity(&server, What::TokensIssued), [1; 3]);
}

#[test]
fn an_idle_server_writes_nothing_down() {
    let server = TestServer::start();
    db_write_records(&server);
    assert_eq!(server.db_count("activity"), 0);
    assert_eq!(server.db_count("refusals"), 0);
}

#[test]
fn minutes_go_after_two_hours_hours_after_eight_days_days_after_400() {
    let server = TestServer::start();
    let now = server.app.now();
    for age in [0, 3 * HOUR, 9 * DAY, 401 * DAY] {
        server.db_write(move |connection| {
            Ok(activity::add(
                connection,
                What::TokensIssued,
                1,
                now.plus(-age),
            )?)
        });
    }
    server.db_write(move |connection| Ok(purge::batch(connection, now)?));
    let kept = |period| server.db_count(&format!("activity WHERE period = {period}"));
    assert_eq!(
        [kept(MINUTE), kept(HOUR), kept(DAY)],
        [1, 2, 3].map(|all| {
            // Three hours ago may have been yesterday.
            if all == 3
                && activity::start_of(DAY, now) == activity::start_of(DAY, now.plus(-3 * HOUR))
            {
                2
            } else {
                all
            }
        })
    );
}

#[test]
fn a_wrong_redirect_uri_is_kept_with_the_character_that_differs() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let wrong = "https://app.example/call-back";
    let request = app.request_with(&[("redirect_uri", Some(wrong))]);
    let kept = db_refusal(&server, &Answer::get(&app.address(&request), &[]));
    assert_eq!(kept.path, "/oauth/authorize");
    assert_eq!(kept.client_id.as_deref(), Some(app.client.id.as_str()));
    assert_eq!(kept.expected.as_deref(), Some(REDIRECT_URI));
    assert_eq!(kept.presented.as_deref(), Some(wrong));
    let difference = kept.difference().unwrap();
    assert_eq!(
        (difference.nearest, difference.character),
        (REDIRECT_URI, 25)
    );
    assert_eq!(kept.address.as_deref(), Some("127.0.0.1"));
}

#[test]
fn a_refusal_that_is_redirected_to_the_client_is_kept_too() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let request = app.request_with(&[("scope", Some("read everything"))]);
    let kept = db_refusal(&server, &Answer::get(&app.address(&request), &[]));
    assert_eq!(kept.error, "invalid_scope");
    assert_eq!(kept.expected.as_deref(), Some("read\nwrite"));
    assert_eq!(kept.presented.as_deref(), Some("everything\nread"));
    assert!(!format!("{kept:?}").contains("a state"), "{kept:?}");
}

#[test]
fn a_decision_against_it_is_kept_as_one() {
    let server = TestServer::start();
    server.db_user("alice");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = browser.get(&app.address(&app.request()));
    let (at, page) = crate::support::actors::sign_in(&mut browser, &at, &page, "alice", PASSWORD);
    let form = crate::support::browser::Form::find(&page, "/consent").fill("decision", "deny");
    let kept = db_refusal(&server, &browser.submit_once(&at, &form));
    assert_eq!(
        (kept.error.as_str(), kept.path.as_str()),
        ("access_denied", "/oauth/authorize/consent")
    );
    assert_eq!(kept.client_id.as_deref(), Some(app.client.id.as_str()));
}

#[test]
fn an_unknown_client_is_kept_by_its_id_only_where_it_could_be_one() {
    let server = TestServer::start();
    let ask = |client_id: &str| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client_id),
            ("client_secret", "what nobody may read"),
        ];
        db_refusal(&server, &server.post("/oauth/token", &form))
    };
    let gone = "cli_1z2y3x4w5v6u7t8s9r0q1p";
    let kept = ask(gone);
    assert_eq!(kept.client_id, None);
    assert_eq!(kept.presented.as_deref(), Some(gone));
    let kept = ask("my secret, in the wrong field");
    assert_eq!(
        (kept.client_id.as_ref(), kept.presented.as_ref()),
        (None, None)
    );
    assert_eq!(
        (kept.error.as_str(), kept.reason.as_str()),
        ("invalid_client", "unknown client")
    );
}

#[test]
fn no_secret_of_a_refused_request_is_kept() {
    let server = TestServer::start();
    server.db_user("alice");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("alice");
    let other = "https://app.example/other";
    let verifier = Pkce::new().verifier;
    let secret = app.client.secret.clone().unwrap();
    let wrong_uri = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", other),
        ("code_verifier", app.pkce.verifier.as_str()),
    ];
    let kept = db_refusal(&server, &app.token(&wrong_uri));
    assert_eq!(kept.expected.as_deref(), Some(REDIRECT_URI));
    assert_eq!(kept.presented.as_deref(), Some(other));
    let wrong_verifier = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", verifier.as_str()),
    ];
    let second = db_refusal(&server, &app.token(&wrong_verifier));
    assert_eq!(second.reason, "wrong code_verifier");
    let mixed_up = app.address(&app.request_with(&[("redirect_uri", Some(code.as_str()))]));
    let third = db_refusal(&server, &Answer::get(&mixed_up, &[]));
    let service = server.db_client(NewClient::service().signed());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let signed = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    let fourth = db_refusal(&server, &app.token(&[("grant_type", &signed)]));
    let kept = format!("{kept:?} {second:?} {third:?} {fourth:?}");
    for hidden in [
        code.as_str(),
        &verifier,
        &app.pkce.verifier,
        &secret,
        &signed,
    ] {
        assert!(!kept.contains(hidden), "{hidden} is in {kept}");
    }
}

#[test]
fn a_clients_refusals_are_read_newest_first() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    for grant in ["password", "refresh_token", "authorization_code"] {
        server.post_as(&service, "/oauth/token", &[("grant_type", grant)]);
        server.advance(1);
    }
    db_write_records(&server);
    let id = service.id;
    let rows = server.db_read(move |connection| Ok(refusal::recent_of_client(connection, &id, 2)?));
    let presented: Vec<_> = rows.iter().map(|row| row.presented.as_deref()).collect();
    assert_eq!(
        presented,
        [Some("authorization_code"), Some("refresh_token")]
    );
    assert_eq!(rows[0].expected.as_deref(), Some("client_credentials"));
}

#[test]
fn one_address_cannot_fill_the_database_with_refusals() {
    let server = TestServer::start();
    for _ in 0..100 {
        server.post("/oauth/token", &[]);
    }
    db_write_records(&server);
    assert_eq!(server.db_count("refusals"), 30);
    server.advance(61);
    let answer = server.post("/oauth/token", &[]);
    db_refusal(&server, &answer);
    server.advance(30 * DAY);
    let now = server.app.now();
    server.db_write(move |connection| Ok(purge::batch(connection, now)?));
    assert_eq!(
        server.db_count("refusals"),
        0,
        "none stays longer than 30 days"
    );
}
