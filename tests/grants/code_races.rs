//! A code under concurrency: one use, whoever comes at once, and never a token that outlives its
//! authorization.

use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp, at_once};

#[test]
fn of_fifty_at_once_exactly_one_redeems_a_code_and_the_others_end_its_tokens() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let code = app.code("ada");
    let answers = at_once(50, |_| app.redeem(&code));
    let (won, lost): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(won.len(), 1, "{won:?}");
    for answer in &lost {
        answer.assert_error(400, "invalid_grant");
    }
    assert!(!api.is_active(&won[0].assert_tokens()));
    app.refresh(&won[0].member("refresh_token"))
        .assert_error(400, "invalid_grant");
}

#[test]
fn of_fifty_public_clients_at_once_exactly_one_redeems_a_code() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::new(&server, NewClient::public("https://spa.example/callback"));
    let code = app.code("ada");
    let answers = at_once(50, |_| app.redeem(&code).status);
    assert_eq!(
        answers.iter().filter(|status| **status == 200).count(),
        1,
        "{answers:?}"
    );
    assert!(
        answers.iter().all(|status| [200, 400].contains(status)),
        "{answers:?}"
    );
}

#[test]
fn wrong_redemptions_beside_the_right_one_cannot_spoil_it() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, other) = (ThirdPartyApp::web(&server), ThirdPartyApp::web(&server));
    let api = ResourceServer::new(&server);
    let code = app.code("ada");
    let answers = at_once(20, |number| match number {
        0 => app.redeem(&code),
        _ => other.token(&app.redemption(&code)),
    });
    assert!(api.is_active(&answers[0].assert_tokens()));
    for answer in &answers[1..] {
        answer.assert_error(400, "invalid_grant");
    }
}

#[test]
fn codes_of_many_users_at_once_each_give_their_own_tokens() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let names: Vec<String> = (0..20).map(|number| format!("user{number}")).collect();
    let codes: Vec<String> = names
        .iter()
        .map(|name| (server.db_user(name), app.code(name)).1)
        .collect();
    let tokens = at_once(20, |number| app.redeem(&codes[number]).assert_tokens());
    for (name, token) in names.iter().zip(&tokens) {
        assert_eq!(api.introspect(token)["username"], *name);
    }
}

#[test]
fn no_token_outlives_an_authorization_that_is_revoked_during_the_exchange() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    for _ in 0..40 {
        let code = app.code("ada");
        let answers = at_once(2, |number| {
            if number == 0 {
                return Some(app.redeem(&code));
            }
            server.db_revoke_of_user(&ada);
            None
        });
        let answer = answers[0].as_ref().unwrap();
        if answer.status == 200 {
            assert!(
                !api.is_active(&answer.assert_tokens()),
                "a live token of a revoked authorization"
            );
        } else {
            answer.assert_error(400, "invalid_grant");
        }
    }
}
