//! RFC 6749 §4.1.3: what a code needs to become tokens, and that a refused redemption uses nothing up.
//! Replays are in `code_replay`, PKCE in `pkce`.

use latchkey::oauth::GrantType;

use crate::grants::altered;
use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp};

const FIRST: &str = "https://app.example/callback";
const SECOND: &str = "https://app.example/other";

fn with_two_uris() -> NewClient {
    NewClient {
        redirect_uris: vec![FIRST.into(), SECOND.into()],
        ..NewClient::web(FIRST)
    }
}

#[test]
fn a_code_becomes_tokens_once() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let code = app.code("ada");
    let answer = app.redeem(&code);
    let token = answer.assert_tokens();
    assert!(api.is_active(&token));
    app.redeem(&code).assert_error(400, "invalid_grant");
    assert!(!api.is_active(&token), "a replay ends the authorization");
}

#[test]
fn the_answer_to_a_code_has_the_members_of_the_specification() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let answer = app.redeem(&app.code("ada"));
    answer.assert_tokens();
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("pragma"), Some("no-cache"));
    let json = answer.json();
    assert_eq!(json["expires_in"], 3600, "a number");
    assert_eq!(json["scope"], "read");
    assert!(json["refresh_token"].as_str().unwrap().starts_with("lkr_"));
    assert_eq!(json.as_object().unwrap().len(), 5, "{json}");
}

#[test]
fn a_client_without_the_grant_refresh_token_gets_none() {
    let server = TestServer::start();
    server.db_user("ada");
    let grants = vec![GrantType::AuthorizationCode];
    let app = ThirdPartyApp::new(
        &server,
        NewClient {
            grants,
            ..NewClient::web(FIRST)
        },
    );
    let answer = app.redeem(&app.code("ada"));
    answer.assert_tokens();
    assert!(answer.json().get("refresh_token").is_none(), "{answer:?}");
}

#[test]
fn a_client_without_the_grant_authorization_code_is_unauthorized() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    let service = server.db_client(NewClient::service());
    let answer = server.post_as(&service, "/oauth/token", &app.redemption(&code));
    answer.assert_error(400, "unauthorized_client");
    app.redeem(&code).assert_tokens();
}

#[test]
fn another_client_cannot_redeem_a_code_nor_use_it_up() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, other) = (ThirdPartyApp::web(&server), ThirdPartyApp::web(&server));
    let code = app.code("ada");
    other
        .token(&app.redemption(&code))
        .assert_error(400, "invalid_grant");
    app.redeem(&code).assert_tokens();
}

#[test]
fn a_confidential_client_without_its_secret_cannot_redeem_a_code_nor_use_it_up() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    let form = [
        app.redemption(&code),
        vec![("client_id", app.client.id.as_str())],
    ]
    .concat();
    server
        .post("/oauth/token", &form)
        .assert_error(401, "invalid_client");
    app.redeem(&code).assert_tokens();
}

#[test]
fn another_registered_redirect_uri_is_refused_and_uses_nothing_up() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut app = ThirdPartyApp::new(&server, with_two_uris());
    let code = app.code("ada");
    SECOND.clone_into(&mut app.redirect_uri);
    app.redeem(&code).assert_error(400, "invalid_grant");
    FIRST.clone_into(&mut app.redirect_uri);
    app.redeem(&code).assert_tokens();
}

#[test]
fn the_redirect_uri_is_compared_byte_by_byte() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    for other in [
        "https://app.example/callback/",
        "https://APP.example/callback",
        "https://app.example:443/callback",
        "x",
    ] {
        other.clone_into(&mut app.redirect_uri);
        app.redeem(&code).assert_error(400, "invalid_grant");
    }
    FIRST.clone_into(&mut app.redirect_uri);
    app.redeem(&code).assert_tokens();
}

#[test]
fn a_redirect_uri_that_was_sent_must_be_repeated() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    for redirect_uri in [None, Some("")] {
        let mut form = app.redemption(&code);
        form.retain(|(name, _)| *name != "redirect_uri");
        form.extend(redirect_uri.map(|value| ("redirect_uri", value)));
        app.token(&form).assert_error(400, "invalid_grant");
    }
    app.redeem(&code).assert_tokens();
}

#[test]
fn a_redirect_uri_that_was_not_sent_may_be_left_out_but_not_be_another() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let request = app.request_with(&[("redirect_uri", None)]);
    let code = app.code_for("ada", &request);
    let mut form = app.redemption(&code);
    form.retain(|(name, _)| *name != "redirect_uri");
    let wrong = [form.clone(), vec![("redirect_uri", SECOND)]].concat();
    app.token(&wrong).assert_error(400, "invalid_grant");
    app.token(&form).assert_tokens();
    app.redeem(&app.code_for("ada", &request)).assert_tokens();
}

#[test]
fn a_code_lives_as_long_as_configured() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (early, late) = (app.code("ada"), app.code("ada"));
    server.advance(50);
    app.redeem(&early).assert_tokens();
    server.advance(11);
    app.redeem(&late).assert_error(400, "invalid_grant");

    let server = TestServer::with(|config| config.tokens.code_ttl = 300);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (early, late) = (app.code("ada"), app.code("ada"));
    server.advance(290);
    app.redeem(&early).assert_tokens();
    server.advance(11);
    app.redeem(&late).assert_error(400, "invalid_grant");
}

#[test]
fn a_disabled_user_or_client_gets_nothing_for_a_code() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    server.db_disable_user(&ada, true);
    app.redeem(&code).assert_error(400, "invalid_grant");
    server.db_disable_user(&ada, false);
    server.db_disable_client(&app.client.id, true);
    app.redeem(&code).assert_error(401, "invalid_client");
    server.db_disable_client(&app.client.id, false);
    app.redeem(&code).assert_tokens();
}

#[test]
fn a_code_of_a_revoked_authorization_is_worth_nothing() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let code = app.code("ada");
    assert_eq!(server.db_revoke_of_user(&ada), 1);
    app.redeem(&code).assert_error(400, "invalid_grant");
}

#[test]
fn every_code_that_is_no_good_gets_the_same_answer() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (access, refresh) = app.tokens("ada");
    let code = app.code("ada");
    let random = latchkey::oauth::PlainSecret::generate(
        latchkey::oauth::SecretKind::AuthorizationCode,
        server.app.now(),
    );
    let mut wrong = vec![
        code[..58].to_owned(),
        format!("{code}0"),
        code.to_uppercase(),
        String::from("x"),
        access,
        refresh,
    ];
    wrong.push(random.expose().to_owned());
    wrong.extend((0..code.len()).step_by(7).map(|at| altered(&code, at)));
    let expected = app.redeem("nonsense");
    expected.assert_error(400, "invalid_grant");
    for wrong in wrong {
        let answer = app.redeem(&wrong);
        assert_eq!(
            (answer.status, answer.body),
            (400, expected.body.clone()),
            "{wrong}"
        );
    }
    app.redeem(&code).assert_tokens();
}

#[test]
fn the_tokens_of_a_code_act_for_the_user_who_granted() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    server.db_user("bob");
    let app = ThirdPartyApp::web(&server);
    let api = ResourceServer::new(&server);
    let (access, _) = app.tokens("ada");
    let of_bob = app.tokens("bob").0;
    let json = api.introspect(&access);
    assert_eq!(
        (json["sub"].as_str(), json["username"].as_str()),
        (Some(ada.as_str()), Some("ada"))
    );
    assert_eq!(api.introspect(&of_bob)["username"], "bob");
}
