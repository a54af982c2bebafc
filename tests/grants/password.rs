//! The password grant (RFC 6749 §4.3), for first-party clients alone. Its throttle is in
//! `password_throttle`.

use std::collections::BTreeSet;

use latchkey::models::client::ClientKind;
use latchkey::oauth::GrantType;

use crate::support::app::{PASSWORD, RegisteredClient};
use crate::support::{Answer, NewClient, ResourceServer, TestServer, ThirdPartyApp};

const URI: &str = "https://app.example/callback";

fn sign_in(
    server: &TestServer,
    client: &RegisteredClient,
    username: &str,
    password: &str,
) -> Answer {
    let form = [
        ("grant_type", "password"),
        ("username", username),
        ("password", password),
    ];
    server.post_as(client, "/oauth/token", &form)
}

fn announced(server: &TestServer) -> bool {
    let metadata = server.get("/.well-known/oauth-authorization-server").json();
    metadata["grant_types_supported"]
        .as_array()
        .unwrap()
        .iter()
        .any(|grant| grant == "password")
}

#[test]
fn it_is_off_until_the_operator_flags_a_client_for_it() {
    let server = TestServer::start();
    server.db_user("ada");
    let web = server.db_client(NewClient::web(URI));
    let grants = vec![GrantType::Password];
    let unflagged = server.db_client(NewClient {
        grants,
        ..NewClient::web(URI)
    });
    assert!(!announced(&server));
    for client in [&web, &unflagged] {
        sign_in(&server, client, "ada", PASSWORD).assert_error(400, "unsupported_grant_type");
    }
    let spa = server.db_client(NewClient::first_party_spa());
    assert!(announced(&server));
    sign_in(&server, &spa, "ada", PASSWORD).assert_tokens();
    for client in [&web, &unflagged] {
        sign_in(&server, client, "ada", PASSWORD).assert_error(400, "unauthorized_client");
    }
    server.db_disable_client(&spa.id, true);
    assert!(!announced(&server), "nobody can use it any more");
    sign_in(&server, &web, "ada", PASSWORD).assert_error(400, "unsupported_grant_type");
}

#[test]
fn the_first_party_flag_alone_does_not_allow_it() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_client(NewClient::first_party_spa());
    let flagged = server.db_client(NewClient {
        first_party: true,
        ..NewClient::web(URI)
    });
    sign_in(&server, &flagged, "ada", PASSWORD).assert_error(400, "unauthorized_client");
}

#[test]
fn a_right_password_gives_tokens_that_act_for_the_user() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let spa = server.db_client(NewClient::first_party_spa());
    let api = ResourceServer::new(&server);
    let answer = sign_in(&server, &spa, "ada", PASSWORD);
    let known = api.introspect(&answer.assert_tokens());
    assert_eq!(
        (known["sub"].as_str(), known["username"].as_str()),
        (Some(ada.as_str()), Some("ada"))
    );
    assert_eq!(answer.json()["expires_in"], 3600);
    let refresh = answer.member("refresh_token");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    server.post_as(&spa, "/oauth/token", &form).assert_tokens();
}

#[test]
fn a_name_is_the_same_however_it_is_written() {
    let server = TestServer::start();
    server.db_user("Ada");
    let spa = server.db_client(NewClient::first_party_spa());
    for name in ["Ada", "ada", "ADA", "\u{ff21}da"] {
        sign_in(&server, &spa, name, PASSWORD).assert_tokens();
    }
}

#[test]
fn unknown_wrong_and_disabled_get_the_same_answer() {
    let server = TestServer::start();
    server.db_user("ada");
    let bob = server.db_user("bob");
    server.db_disable_user(&bob, true);
    let spa = server.db_client(NewClient::first_party_spa());
    let answers = [
        ("ada", "wrong"),
        ("nobody", PASSWORD),
        ("bob", PASSWORD),
        ("bob", "wrong"),
        ("ada ", PASSWORD),
    ]
    .map(|(name, password)| sign_in(&server, &spa, name, password));
    answers[0].assert_error(400, "invalid_grant");
    let shape = |answer: &Answer| {
        let names: BTreeSet<String> = answer
            .headers
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        (answer.status, answer.body.clone(), names)
    };
    for answer in &answers {
        assert_eq!(shape(answer), shape(&answers[0]));
    }
}

#[test]
fn without_scope_a_first_party_client_gets_all_of_its_own() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_scope("other", "Something else", true, false);
    let spa = server.db_client(NewClient::first_party_spa());
    let api = ResourceServer::new(&server);
    let answer = sign_in(&server, &spa, "ada", PASSWORD);
    let mut names: Vec<String> = answer
        .member("scope")
        .split(' ')
        .map(str::to_owned)
        .collect();
    names.sort();
    assert_eq!(names, ["read", "write"]);
    assert_eq!(
        api.introspect(&answer.assert_tokens())["scope"],
        answer.member("scope")
    );
}

#[test]
fn what_the_user_lacks_is_left_out_and_told() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_grant_to_everybody("");
    let spa = server.db_client(NewClient::first_party_spa());
    assert_eq!(
        sign_in(&server, &spa, "ada", PASSWORD).member("scope"),
        "read"
    );
    let ask = |scope, password| {
        let form = [
            ("grant_type", "password"),
            ("username", "ada"),
            ("password", password),
            ("scope", scope),
        ];
        server.post_as(&spa, "/oauth/token", &form)
    };
    assert_eq!(ask("write read", PASSWORD).member("scope"), "read");
    ask("write", PASSWORD).assert_error(400, "invalid_scope");
    ask("write", "wrong").assert_error(400, "invalid_grant");
    ask("unknown", PASSWORD).assert_error(400, "invalid_scope");
    ask("read", PASSWORD).assert_tokens();
}

#[test]
fn a_confidential_client_authenticates_before_the_password_is_looked_at() {
    let server = TestServer::with(|config| config.login.max_failures = 3);
    server.db_user("ada");
    let kind = ClientKind::Confidential;
    let mut app = server.db_client(NewClient {
        kind,
        ..NewClient::first_party_spa()
    });
    let right = app.secret.replace(String::from("wrong"));
    for password in [PASSWORD, "wrong"].iter().cycle().take(10) {
        sign_in(&server, &app, "ada", password).assert_error(401, "invalid_client");
    }
    let named = [
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", PASSWORD),
        ("client_id", &app.id),
    ];
    server
        .post("/oauth/token", &named)
        .assert_error(401, "invalid_client");
    app.secret = right;
    sign_in(&server, &app, "ada", PASSWORD).assert_tokens();
}

#[test]
fn name_and_password_are_required() {
    let server = TestServer::start();
    server.db_user("ada");
    let spa = server.db_client(NewClient::first_party_spa());
    let token = |form: &[(&str, &str)]| {
        server.post_as(
            &spa,
            "/oauth/token",
            &[&[("grant_type", "password")], form].concat(),
        )
    };
    for form in [
        &[("username", "ada")][..],
        &[("password", PASSWORD)],
        &[("username", "ada"), ("password", "")],
        &[],
    ] {
        token(form).assert_error(400, "invalid_request");
    }
    let twice = [
        ("username", "ada"),
        ("username", "bob"),
        ("password", PASSWORD),
    ];
    token(&twice).assert_error(400, "invalid_request");
}

#[test]
fn odd_names_and_passwords_are_only_wrong() {
    let server = TestServer::start();
    server.db_user("ada");
    let spa = server.db_client(NewClient::first_party_spa());
    let long = "a".repeat(20_000);
    for odd in [
        "' OR 1=1 --",
        "\u{202e}adb",
        "\u{fdfa}",
        long.as_str(),
        "%",
        "\r\n",
    ] {
        let answer = sign_in(&server, &spa, odd, PASSWORD);
        assert_eq!(answer.status, 400, "{odd:?}: {answer:?}");
        let answer = sign_in(&server, &spa, "bob", odd);
        assert_eq!(answer.status, 400, "{odd:?}: {answer:?}");
    }
}

#[test]
fn each_sign_in_is_an_authorization_of_its_own() {
    let server = TestServer::start();
    server.db_user("ada");
    let spa = server.db_client(NewClient::first_party_spa());
    let api = ResourceServer::new(&server);
    let laptop = sign_in(&server, &spa, "ada", PASSWORD);
    let phone = sign_in(&server, &spa, "ada", PASSWORD);
    let ended = server.post_as(
        &spa,
        "/oauth/revoke",
        &[("token", &laptop.member("refresh_token"))],
    );
    assert_eq!(ended.status, 200);
    assert!(!api.is_active(&laptop.assert_tokens()));
    assert!(api.is_active(&phone.assert_tokens()));
}

#[test]
fn it_gives_no_access_beyond_its_own_client() {
    let server = TestServer::start();
    server.db_user("ada");
    let spa = server.db_client(NewClient::first_party_spa());
    let refresh = sign_in(&server, &spa, "ada", PASSWORD).member("refresh_token");
    ThirdPartyApp::web(&server)
        .refresh(&refresh)
        .assert_error(400, "invalid_grant");
}
