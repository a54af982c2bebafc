//! Revoking from the Tokens page, and who is told to have ended a token, whoever it was.

use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, Program, ResourceServer, TestServer, ThirdPartyApp};

use super::super::signed_in;
use super::{administrator, assert_says, look_up};

/// Revokes from a token's page; returns where that leads.
fn revoke(server: &TestServer, browser: &mut Browser, token: &str, what: &str) -> Answer {
    let (at, _) = look_up(server, browser, token);
    let (at, page) = browser.get(&at.replace("/show?", "/revoke?"));
    let jti = at.split_once('?').unwrap().1.to_owned();
    let form = Form::find(&page, &format!("/admin/tokens/revoke?{jti}")).fill("what", what);
    browser.submit(&at, &form).1
}

#[test]
fn a_token_is_ended_alone_and_its_authorization_goes_on() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let mut browser = administrator(&server);
    let (token, refresh) = app.tokens("ada");
    let page = revoke(&server, &mut browser, &token, "token");
    // Who did it is reason enough; what is left to revoke is named.
    let by = "It was revoked just now by grace .";
    let words = ["The token was revoked.", by, "Revoke the authorization"];
    assert_says(&page, 200, &words);
    assert!(!api.is_active(&token));
    assert_eq!(server.db_events("access_token.revoked"), 1);
    let next = app.refresh(&refresh).assert_tokens();
    assert!(api.is_active(&next));
    // What is left to end is the authorization.
    let page = revoke(&server, &mut browser, &token, "authorization");
    assert_says(
        &page,
        200,
        &["The authorization was revoked, with all its tokens."],
    );
    assert!(!api.is_active(&next));
    let page = revoke_again(&server, &mut browser, &token);
    assert_says(&page, 200, &["It was ended before."]);
    assert_eq!(server.db_events("authorization.revoked"), 1);
}

fn revoke_again(server: &TestServer, browser: &mut Browser, token: &str) -> Answer {
    let (at, _) = look_up(server, browser, token);
    browser.get(&at.replace("/show?", "/revoke?")).1
}

#[test]
fn a_refresh_token_and_a_code_end_with_their_authorization() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let mut browser = administrator(&server);
    let (token, refresh) = app.tokens("ada");
    let (_, page) = look_up(&server, &mut browser, &refresh);
    assert_says(&page, 200, &["1 access token and 1 refresh token"]);
    let page = revoke(&server, &mut browser, &refresh, "authorization");
    assert_says(&page, 200, &["The authorization was revoked"]);
    assert!(!api.is_active(&token));
    app.refresh(&refresh).assert_error(400, "invalid_grant");
    let code = app.code("ada");
    revoke(&server, &mut browser, &code, "authorization");
    app.redeem(&code).assert_error(400, "invalid_grant");
}

#[test]
fn revoking_asks_for_the_password_again_after_a_while_and_keeps_the_choice() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let mut browser = administrator(&server);
    let (token, _) = app.tokens("ada");
    server.advance(601);
    let page = revoke(&server, &mut browser, &token, "authorization");
    assert_says(&page, 422, &["Type your own password"]);
    assert!(
        page.body.contains(
            "value=\"authorization\" aria-describedby=\"what-authorization-hint\" checked"
        )
    );
    assert!(api.is_active(&token));
    let (at, _) = look_up(&server, &mut browser, &token);
    let at = at.replace("/show?", "/revoke?");
    let form = Form::find(&page, at.rsplit('/').next().unwrap()).fill("what", "authorization");
    let (_, page) = browser.submit(&at, &form.clone().fill("confirmation", "wrong"));
    assert_says(&page, 422, &["This is not your password."]);
    let (_, page) = browser.submit(&at, &form.fill("confirmation", PASSWORD));
    assert_says(&page, 200, &["The authorization was revoked"]);
    assert!(!api.is_active(&token));
}

#[test]
fn an_unknown_choice_ends_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let mut browser = administrator(&server);
    let (token, _) = app.tokens("ada");
    assert_eq!(
        revoke(&server, &mut browser, &token, "everything").status,
        404
    );
    assert!(api.is_active(&token));
}

#[test]
fn whoever_ends_a_token_is_named_on_its_page() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = administrator(&server);
    let mut told = |token: &str, by: &str, because: &str| {
        let (_, page) = look_up(&server, &mut browser, token);
        let by = match because {
            "" => format!("by {by} ."),
            _ => format!("by {by} , because: {because}"),
        };
        assert_says(&page, 200, &[&by]);
    };

    let (token, refresh) = app.tokens("ada");
    app.revoke(&token);
    told(&token, "Sunny Calendar", "");
    app.revoke(&refresh);
    told(&refresh, "Sunny Calendar", "");

    let (token, _) = app.tokens("ada");
    let mut ada = signed_in(&server, "ada");
    let (at, page) = ada.get(&format!("{}/account", server.url));
    ada.submit_once(&at, &Form::find(&page, "/account/apps"));
    told(&token, "ada", "disconnected by the user");

    let (token, _) = app.tokens("ada");
    Program::beside(&server).run(&["user", "revoke-tokens", "ada"]);
    told(&token, "the command line", "");

    let code = app.code("ada");
    let token = app.redeem(&code).assert_tokens();
    app.redeem(&code).assert_error(400, "invalid_grant");
    told(&token, "Sunny Calendar", "authorization code replay");

    let (token, _) = app.tokens("ada");
    let mut ada = signed_in(&server, "ada");
    let (at, page) = ada.get(&format!("{}/account", server.url));
    let mut form = Form::find(&page, "/account/password").fill("current", PASSWORD);
    for name in ["new", "repeat"] {
        form = form.fill(name, "another battery staple");
    }
    assert_eq!(ada.submit_once(&at, &form).status, 303);
    told(&token, "ada", "the password was changed");
}
