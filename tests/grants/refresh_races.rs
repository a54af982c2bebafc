//! Refresh tokens under concurrency: one lineage, whoever comes at once.

use std::collections::BTreeSet;

use crate::support::{ResourceServer, TestServer, ThirdPartyApp, at_once};

#[test]
fn fifty_at_once_within_the_window_all_get_one_and_the_same_successor() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (_, first) = app.tokens("ada");
    let answers = at_once(50, |_| app.refresh(&first));
    let won: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect();
    assert_eq!(
        won.len(),
        50,
        "inside the window every one is a retry: {answers:?}"
    );
    let pairs: BTreeSet<_> = won
        .iter()
        .map(|answer| (answer.assert_tokens(), answer.member("refresh_token")))
        .collect();
    assert_eq!(pairs.len(), 1, "two lineages");
    let (access, second) = pairs.first().unwrap();
    assert!(api.is_active(access));
    app.refresh(second).assert_tokens();
    assert_eq!(server.db_events("refresh_token.reused"), 0);
}

#[test]
fn with_grace_0_exactly_one_of_fifty_succeeds_and_the_family_is_dead() {
    let server = TestServer::with(|config| config.tokens.refresh_reuse_grace = 0);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, first) = app.tokens("ada");
    let answers = at_once(50, |_| app.refresh(&first));
    let (won, lost): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(won.len(), 1, "{won:?}");
    for answer in &lost {
        answer.assert_error(400, "invalid_grant");
    }
    assert!(!api.is_active(&access));
    assert!(!api.is_active(&won[0].assert_tokens()));
    app.refresh(&won[0].member("refresh_token"))
        .assert_error(400, "invalid_grant");
    assert_eq!(server.db_events("refresh_token.reused"), 1);
}

#[test]
fn old_and_new_token_at_once_never_leave_two_lineages() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    for _ in 0..10 {
        let (_, first) = app.tokens("ada");
        let second = app.refresh(&first).member("refresh_token");
        let answers = at_once(10, |number| {
            app.refresh(if number % 2 == 0 { &first } else { &second })
        });
        assert!(
            answers
                .iter()
                .all(|answer| [200, 400].contains(&answer.status)),
            "{answers:?}"
        );
        let given = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .map(|answer| answer.member("refresh_token"));
        let newer: BTreeSet<String> = given.filter(|token| *token != second).collect();
        assert!(newer.len() <= 1, "{answers:?}");
        let live = newer
            .iter()
            .filter(|token| app.refresh(token).status == 200)
            .count();
        assert!(live <= 1);
    }
}

#[test]
fn a_revocation_beside_a_refresh_leaves_nothing_alive() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    for _ in 0..40 {
        let (access, refresh) = app.tokens("ada");
        let answers = at_once(2, |number| {
            if number == 0 {
                app.refresh(&refresh)
            } else {
                app.revoke(&refresh)
            }
        });
        assert_eq!(answers[1].status, 200, "{answers:?}");
        assert!(!api.is_active(&access));
        if answers[0].status == 200 {
            assert!(!api.is_active(&answers[0].assert_tokens()));
            app.refresh(&answers[0].member("refresh_token"))
                .assert_error(400, "invalid_grant");
        } else {
            answers[0].assert_error(400, "invalid_grant");
        }
    }
}

#[test]
fn a_replayed_code_beside_a_refresh_leaves_nothing_alive() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    for _ in 0..20 {
        let code = app.code("ada");
        let refresh = app.redeem(&code).member("refresh_token");
        let answers = at_once(2, |number| {
            if number == 0 {
                app.refresh(&refresh)
            } else {
                app.redeem(&code)
            }
        });
        answers[1].assert_error(400, "invalid_grant");
        if answers[0].status == 200 {
            assert!(!api.is_active(&answers[0].assert_tokens()));
        } else {
            answers[0].assert_error(400, "invalid_grant");
        }
    }
}
