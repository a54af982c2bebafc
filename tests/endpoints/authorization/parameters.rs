//! Parameters of the request: how they come, how often, and which of them mean something.

use crate::support::{Answer, Browser, NewClient, TestServer, ThirdPartyApp};

use super::{ask, assert_accepted, assert_refused, refusal_of};

#[test]
fn a_good_request_meets_the_sign_in_page_before_any_code() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let answer = ask(&app, &app.request());
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(
        answer
            .location()
            .starts_with(&format!("{}/oauth/authorize/consent?continue=", server.url)),
        "{answer:?}"
    );
    assert_accepted(&app, &app.request());
}

#[test]
fn the_address_of_the_continuation_carries_nothing_of_the_request() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let (at, page) =
        Browser::new().get(&app.address(&app.request_with(&[("state", Some("a-secret-state"))])));
    for own in [
        "a-secret-state",
        &app.pkce.challenge,
        "app.example/callback",
    ] {
        assert!(!at.contains(own), "{own} is in {at}");
        assert!(!page.body.contains(own), "{own} is in {page:?}");
    }
}

#[test]
fn a_post_is_stored_alike_and_answered_with_303() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let answer = server.post("/oauth/authorize", &app.request());
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(
        answer
            .location()
            .starts_with(&format!("{}/oauth/authorize/consent?continue=", server.url)),
        "{answer:?}"
    );
    let refused = server.post(
        "/oauth/authorize",
        &app.request_with(&[("response_type", Some("token"))]),
    );
    assert_eq!(
        refused.location_params()["error"],
        "unsupported_response_type"
    );
}

#[test]
fn a_repeated_parameter_is_refused_and_neither_copy_counts() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    for name in [
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "response_type",
    ] {
        let own = app
            .request()
            .into_iter()
            .find(|(own, _)| *own == name)
            .unwrap()
            .1;
        for second in [own, "another", ""] {
            let request = [app.request(), vec![(name, second)]].concat();
            let params = refusal_of(&app, &request);
            assert_eq!(params["error"], "invalid_request", "{name}={second}");
            assert_eq!(
                params.get("state").map(String::as_str),
                (name != "state").then_some("a state"),
                "{name}"
            );
        }
    }
    let request = [
        app.request(),
        vec![("response_mode", "query"), ("response_mode", "query")],
    ]
    .concat();
    assert_eq!(refusal_of(&app, &request)["error"], "invalid_request");
}

#[test]
fn a_repeated_client_id_or_redirect_uri_is_a_page() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    for (name, value) in [
        ("client_id", app.client.id.as_str()),
        ("redirect_uri", app.redirect_uri.as_str()),
    ] {
        for second in [value, "https://evil.test/", ""] {
            let answer = ask(&app, &[app.request(), vec![(name, second)]].concat());
            assert_eq!(
                (answer.status, answer.header("location")),
                (400, None),
                "{name}={second}"
            );
        }
    }
}

#[test]
fn an_empty_parameter_is_as_if_it_were_absent() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let request = app.request_with(&[
        ("scope", Some("")),
        ("state", Some("")),
        ("redirect_uri", Some("")),
    ]);
    let answer = app.authorize(&mut Browser::new(), "ada", &request);
    let params = answer.location_params();
    assert!(!params.contains_key("state"), "{answer:?}");
    let redemption = [
        ("grant_type", "authorization_code"),
        ("code", &params["code"]),
        ("code_verifier", &app.pkce.verifier),
    ];
    let answer = app.token(&redemption);
    answer.assert_tokens();
    assert_eq!(answer.member("scope"), "read");
    for (name, error) in [
        ("response_type", "invalid_request"),
        ("code_challenge", "invalid_request"),
    ] {
        assert_refused(&app, error, &[(name, Some(""))]);
    }
}

#[test]
fn unknown_parameters_change_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let others = [
        ("foo", "bar"),
        ("foo", "again"),
        ("nonce", "n"),
        ("prompt", "login"),
        ("resource", "https://a.example"),
        ("ui_locales", "de"),
    ];
    let request = [app.request(), others.to_vec()].concat();
    let code = app.code_for("ada", &request);
    app.redeem(&code).assert_tokens();
}

#[test]
fn response_type_is_code_and_nothing_else() {
    let server = TestServer::start();
    let web = ThirdPartyApp::web(&server);
    let public = ThirdPartyApp::new(&server, NewClient::public("https://spa.example/callback"));
    for app in [&web, &public] {
        assert_refused(app, "invalid_request", &[("response_type", None)]);
        for other in [
            "foo",
            "token",
            "id_token",
            "id_token token",
            "code token",
            "code id_token",
            "CODE",
            "code code",
            "none",
        ] {
            assert_refused(
                app,
                "unsupported_response_type",
                &[("response_type", Some(other))],
            );
        }
    }
}

#[test]
fn response_mode_is_query_or_left_out() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    assert_accepted(&app, &app.request_with(&[("response_mode", Some("query"))]));
    for mode in ["fragment", "form_post", "web_message", "query.jwt"] {
        assert_refused(&app, "invalid_request", &[("response_mode", Some(mode))]);
    }
}

#[test]
fn request_objects_are_refused_and_never_fetched() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    assert_refused(
        &app,
        "request_not_supported",
        &[("request", Some("eyJhbGciOiJub25lIn0.e30."))],
    );
    let ours = format!("{}/healthz", server.url);
    assert_refused(
        &app,
        "request_uri_not_supported",
        &[("request_uri", Some(ours.as_str()))],
    );
}

#[test]
fn an_embedded_browser_gets_the_same_sign_in_page() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let agent = "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Version/4.0 Chrome/120.0 Mobile Safari/537.36";
    let mut browser = Browser {
        headers: vec![("user-agent".to_owned(), agent.to_owned())],
        ..Browser::new()
    };
    let (_, page) = browser.get(&app.address(&app.request()));
    assert!(page.body.contains("name=\"password\""), "{page:?}");
}

#[test]
fn no_page_of_a_flow_gives_cors_permission() {
    let server = TestServer::start();
    let origin = "https://app.example";
    let client = NewClient {
        origins: vec![origin.to_owned()],
        ..NewClient::web("https://app.example/callback")
    };
    let app = ThirdPartyApp::new(&server, client);
    let preflight = [("origin", origin), ("access-control-request-method", "GET")];
    for path in [
        "/oauth/authorize",
        "/oauth/authorize/consent",
        "/login",
        "/account",
    ] {
        let url = format!("{}{path}", server.url);
        let answers = [
            Answer::send("OPTIONS", &url, &preflight, None),
            Answer::get(&url, &[("origin", origin)]),
            Answer::get(&app.address(&app.request()), &[("origin", origin)]),
        ];
        for answer in answers {
            assert!(
                !answer
                    .headers
                    .iter()
                    .any(|(name, _)| name.starts_with("access-control-")),
                "{path}: {answer:?}"
            );
        }
    }
}
