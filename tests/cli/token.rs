//! `latchkey token`: why a token is active or not, without the token ever being typed.

use latchkey::clock::Clock;
use latchkey::oauth::{PlainSecret, SecretKind};

use super::assert_refused;
use crate::support::{NewClient, Program, ResourceServer, TestServer, ThirdPartyApp};

#[test]
fn a_token_is_shown_by_its_jti_or_from_standard_input() {
    let server = TestServer::start();
    let user_id = server.db_user("ada");
    let program = Program::beside(&server);
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (token, refresh_token) = app.tokens("ada");
    let known = api.introspect(&token);
    let jti = known["jti"].as_str().unwrap();
    let by_id = program.json(&["token", "show", jti]);
    let by_itself = program.json_with(&["token", "show", "-"], &format!("{token}\n"));
    assert_eq!(by_id, by_itself);
    assert_eq!(by_id["active"], true, "{by_id}");
    for name in [
        "jti",
        "client_id",
        "scope",
        "sub",
        "username",
        "iat",
        "exp",
        "kind",
    ] {
        assert_eq!(by_id[name], known[name], "{name}");
    }
    assert_eq!(by_id["sub"], user_id);
    let refresh = program.json_with(&["token", "show", "-"], &refresh_token);
    assert_eq!(
        (refresh["active"].as_bool(), refresh["kind"].as_str()),
        (Some(true), Some("refresh"))
    );
    for text in [
        program.run(&["token", "show", jti]).out,
        by_id.to_string(),
        refresh.to_string(),
    ] {
        assert!(
            !text.contains(&token) && !text.contains(&refresh_token),
            "{text}"
        );
    }
}

#[test]
fn the_reason_says_why_a_token_is_not_active() {
    let server = TestServer::start();
    server.db_user("ada");
    let program = Program::beside(&server);
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let show = |token: &str| {
        let shown = program.json_with(&["token", "show", "-"], token);
        (
            shown["active"].as_bool().unwrap(),
            shown["reason"].as_str().unwrap().to_lowercase(),
        )
    };
    let told = |token: &str, reason: &str| {
        let (active, told) = show(token);
        assert!(
            !active && told.contains(reason),
            "{told} should say {reason}"
        );
    };
    let service = server.db_client(NewClient::service());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    assert!(show(&token).0);
    server.post_as(&service, "/oauth/revoke", &[("token", &token)]);
    told(&token, "revoked");

    let (token, refresh_token) = app.tokens("ada");
    app.refresh(&refresh_token).assert_tokens();
    told(&refresh_token, "rotated");
    program.json(&["client", "disable", &app.client.id]);
    told(&token, "client");
    program.json(&["client", "enable", &app.client.id]);
    program.json(&["user", "disable", "ada"]);
    let (active, reason) = show(&token);
    assert!(!active && reason.contains("user"), "{reason}");
    assert!(!api.is_active(&token));

    let unknown = PlainSecret::generate(SecretKind::AccessToken, server.app.now());
    told(unknown.expose(), "not found");
    told("lka_mistyped", "not found");
}

#[test]
fn what_was_granted_and_what_of_it_is_still_allowed_are_both_told() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let program = Program::beside(&server);
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let both = app.request_with(&[("scope", Some("read write"))]);
    let tokens = app.redeem(&app.code_for("ada", &both));
    let of_ada = [
        tokens.member("access_token"),
        tokens.member("refresh_token"),
        server.db_personal_token(&ada, "read write", None),
    ];
    let show = |token: &str| program.json_with(&["token", "show", "-"], token);
    for token in &of_ada {
        let shown = show(token);
        assert_eq!(shown["scope"], "read write");
        assert!(shown.get("granted_scope").is_none(), "{shown}");
    }
    server.db_grant_to_everybody("read");
    for token in &of_ada {
        let shown = show(token);
        assert_eq!(
            [&shown["scope"], &shown["granted_scope"]],
            ["read", "read write"]
        );
    }
    assert_eq!(api.introspect(&of_ada[0])["scope"], "read");
}

#[test]
fn a_signed_token_is_known_to_its_own_issuer_alone() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service().signed());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    let api = ResourceServer::new(&server);
    let other = Program::beside(&server).set("LATCHKEY_ISSUER", "http://localhost:1");
    let shown = other.json_with(&["token", "show", "-"], &token);
    assert_eq!(shown["active"], false, "{shown}");
    assert!(shown["reason"].as_str().unwrap().contains("another server"));
    assert_refused(&other.run_with(&["token", "revoke", "-"], &token), 1);
    let told = other.json_with(&["token", "report-leaked"], &token);
    assert_eq!(told[0]["outcome"], "not a token of this server");
    assert!(api.is_active(&token));

    let program = Program::beside(&server);
    let shown = program.json_with(&["token", "show", "-"], &token);
    assert_eq!(shown["active"], true, "{shown}");
    let told = program.json_with(&["token", "report-leaked"], &token);
    assert_eq!(told[0]["outcome"], "revoked");
    assert!(!api.is_active(&token));
}

#[test]
fn a_token_as_an_argument_is_refused_and_not_repeated() {
    let server = TestServer::start();
    server.db_user("ada");
    let program = Program::beside(&server);
    let (token, refresh_token) = ThirdPartyApp::web(&server).tokens("ada");
    for secret in [&token, &refresh_token] {
        for command in ["show", "revoke"] {
            let ended = program.run(&["token", command, secret]);
            assert_refused(&ended, 2);
            assert!(
                ended.err.contains("standard input") && !ended.err.contains(secret.as_str()),
                "{ended:?}"
            );
        }
    }
    assert!(
        ResourceServer::new(&server).is_active(&token),
        "nothing was revoked"
    );
    assert_refused(&program.run(&["token", "show"]), 2);
}

#[test]
fn no_command_repeats_an_argument_that_begins_like_a_secret() {
    let program = Program::new();
    let random = PlainSecret::generate(SecretKind::PersonalToken, Clock::System.now());
    for secret in [
        random.expose(),
        "lkk_cut.off",
        "eyJhbGciOi.eyJzdWIi-_.c2lnbmVk",
    ] {
        let given = format!("--token={secret}");
        for arguments in [
            &["token", "report-leaked", secret][..],
            &["token", "report-leaked", &given],
            &["token", secret],
            &["token", "show", "-", secret],
            &[secret],
            &["client", "show", secret],
            &["user", "show", secret],
            &["user", "add", "ada", "--role", secret],
            &["--config", secret, "config"],
        ] {
            let ended = program.run(arguments);
            assert!(ended.status != Some(0), "{ended:?}");
            assert!(ended.err.starts_with("error: "), "{ended:?}");
            for part in secret.split(['_', '.']).filter(|part| part.len() > 3) {
                assert!(!ended.err.contains(part), "{arguments:?}: {ended:?}");
            }
        }
    }
    let ended = program.run(&["client", "show", "talks_about_it"]);
    assert!(ended.err.contains("talks_about_it"), "{ended:?}");
}

#[test]
fn a_refresh_token_that_is_revoked_takes_its_authorization_along() {
    let server = TestServer::start();
    server.db_user("ada");
    let program = Program::beside(&server);
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (token, refresh_token) = app.tokens("ada");
    let (other, other_refresh) = app.tokens("ada");
    assert_eq!(
        program.json_with(&["token", "revoke", "-"], &refresh_token)["revoked"],
        true
    );
    assert!(!api.is_active(&token) && api.is_active(&other));
    let jti = api.introspect(&other)["jti"].as_str().unwrap().to_owned();
    assert_eq!(program.json(&["token", "revoke", &jti])["revoked"], true);
    assert!(!api.is_active(&other));
    app.refresh(&other_refresh).assert_tokens();
    assert_eq!(
        program.json(&["token", "revoke", &jti])["revoked"],
        false,
        "it was revoked before"
    );
}

#[test]
fn what_is_no_token_of_ours_is_refused() {
    let program = Program::new();
    assert_refused(
        &program.run_with(&["token", "revoke", "-"], "lka_nonsense"),
        1,
    );
    assert_refused(&program.run_with(&["token", "revoke", "-"], ""), 1);
    assert_refused(&program.run(&["token", "revoke", &"A".repeat(48)]), 1);
    let now = Clock::System.now();
    for kind in [SecretKind::ClientSecret, SecretKind::AuthorizationCode] {
        let secret = PlainSecret::generate(kind, now);
        let ended = program.run_with(&["token", "show", "-"], secret.expose());
        assert_refused(&ended, 1);
        assert!(!ended.err.contains(secret.expose()), "{ended:?}");
    }
}
