//! Authorization server metadata: RFC 8414, RFC 9207 §3. Exact about what is served.

use latchkey::config::Config;
use serde_json::Value;
use url::Url;

use crate::support::{Answer, NewClient, TestServer, ThirdPartyApp};

const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

fn metadata(server: &TestServer) -> Value {
    server.get(WELL_KNOWN).json()
}

/// An issuer with a host that nobody resolves: the test speaks to the bound address.
fn with_issuer(issuer: &'static str) -> TestServer {
    TestServer::with(move |config: &mut Config| config.issuer = Some(issuer.to_owned()))
}

fn texts(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap_or_else(|| panic!("{value} is no list"))
        .iter()
        .map(|text| text.as_str().unwrap())
        .collect()
}

#[test]
fn the_metadata_is_one_json_object_that_everybody_may_read() {
    let server = TestServer::start();
    let answer = server.get(WELL_KNOWN);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.json().is_object());
    assert!(answer.header("set-cookie").is_none());
}

#[test]
fn the_metadata_tells_what_a_client_must_know() {
    let server = TestServer::start();
    let metadata = metadata(&server);
    let url = server.url.as_str();
    assert_eq!(metadata["issuer"], url);
    assert_eq!(
        metadata["authorization_endpoint"],
        format!("{url}/oauth/authorize")
    );
    assert_eq!(metadata["token_endpoint"], format!("{url}/oauth/token"));
    assert_eq!(
        metadata["introspection_endpoint"],
        format!("{url}/oauth/introspect")
    );
    assert_eq!(
        metadata["revocation_endpoint"],
        format!("{url}/oauth/revoke")
    );
    assert_eq!(texts(&metadata["response_types_supported"]), ["code"]);
    assert_eq!(texts(&metadata["response_modes_supported"]), ["query"]);
    assert_eq!(
        texts(&metadata["code_challenge_methods_supported"]),
        ["S256"]
    );
    assert_eq!(texts(&metadata["scopes_supported"]), ["read", "write"]);
    assert_eq!(
        metadata["authorization_response_iss_parameter_supported"],
        true
    );
    let all = ["client_secret_basic", "client_secret_post", "none"];
    assert_eq!(
        texts(&metadata["token_endpoint_auth_methods_supported"]),
        all
    );
    assert_eq!(
        texts(&metadata["revocation_endpoint_auth_methods_supported"]),
        all
    );
    assert_eq!(
        texts(&metadata["introspection_endpoint_auth_methods_supported"]),
        all[..2]
    );
    assert_eq!(metadata["jwks_uri"], format!("{url}/oauth/jwks"));
    for absent in ["registration_endpoint", "signed_metadata"] {
        assert!(metadata.get(absent).is_none(), "{absent} is not served");
    }
}

#[test]
fn nothing_in_the_metadata_is_empty_or_null() {
    let server = TestServer::start();
    server.db_write(|connection| {
        latchkey::models::scope::delete(connection, "read")?;
        latchkey::models::scope::delete(connection, "write")?;
        Ok(())
    });
    let metadata = metadata(&server);
    for (name, value) in metadata.as_object().unwrap() {
        assert!(!value.is_null(), "{name}");
        assert!(
            value.as_array().is_none_or(|list| !list.is_empty()),
            "{name} is an empty list"
        );
        assert!(value.as_str().is_none_or(|text| !text.is_empty()), "{name}");
    }
    assert!(metadata.get("scopes_supported").is_none());
}

#[test]
fn every_endpoint_of_the_metadata_answers() {
    let server = TestServer::start();
    let metadata = metadata(&server);
    let endpoints = metadata
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint"));
    for (name, endpoint) in endpoints {
        let endpoint = endpoint.as_str().unwrap();
        let url = Url::parse(endpoint).unwrap();
        assert_eq!((url.fragment(), url.query()), (None, None), "{name}");
        let answer = if name == "authorization_endpoint" {
            Answer::get(endpoint, &[])
        } else {
            Answer::post(
                endpoint,
                &[],
                &[("token", "x"), ("grant_type", "client_credentials")],
            )
        };
        assert!(
            ![404, 405].contains(&answer.status) && answer.status < 500,
            "{name}: {answer:?}"
        );
    }
}

#[test]
fn every_listed_grant_works_and_no_other() {
    let server = TestServer::start();
    server.db_user("ada");
    let grants = metadata(&server)["grant_types_supported"].clone();
    assert_eq!(
        texts(&grants),
        ["authorization_code", "refresh_token", "client_credentials"]
    );

    let app = ThirdPartyApp::web(&server);
    let (_, refresh_token) = app.tokens("ada");
    app.refresh(&refresh_token).assert_tokens();
    let service = server.db_client(NewClient::service());
    let answer = server.post_as(
        &service,
        "/oauth/token",
        &[("grant_type", "client_credentials"), ("scope", "read")],
    );
    answer.assert_tokens();
    for unlisted in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "nonsense",
    ] {
        let form = [
            ("grant_type", unlisted),
            ("username", "ada"),
            ("password", "x"),
        ];
        server
            .post_as(&service, "/oauth/token", &form)
            .assert_error(400, "unsupported_grant_type");
    }
}

#[test]
fn the_password_grant_is_announced_once_a_client_has_it() {
    let server = TestServer::start();
    let has_password = |server: &TestServer| {
        texts(&metadata(server)["grant_types_supported"]).contains(&"password")
    };
    assert!(!has_password(&server));
    let spa = server.db_client(NewClient::first_party_spa());
    assert!(has_password(&server));
    let now = server.app.now();
    server.db_write(move |connection| {
        Ok(latchkey::models::client::set_disabled(
            connection,
            &spa.id,
            Some(now),
        )?)
    });
    assert!(!has_password(&server), "a disabled client cannot use it");
}

#[test]
fn every_listed_way_to_authenticate_works_and_no_other() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let secret = service.secret.clone().unwrap();
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    let post = [
        ("client_id", service.id.as_str()),
        ("client_secret", &secret),
    ];
    server
        .post("/oauth/token", &[&grant[..], &post].concat())
        .assert_tokens();
    server.db_user("ada");
    let native = ThirdPartyApp::new(&server, NewClient::public("https://spa.example/cb"));
    native.redeem(&native.code("ada")).assert_tokens();

    let assertion = [
        ("client_id", service.id.as_str()),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", "e30.e30.e30"),
    ];
    let answer = server.post("/oauth/token", &[&grant[..], &assertion].concat());
    answer.assert_error(401, "invalid_client");
    for endpoint in ["/oauth/introspect", "/oauth/revoke"] {
        let answer = server.post(endpoint, &[&[("token", "x")][..], &assertion].concat());
        answer.assert_error(401, "invalid_client");
    }
    let digest = [("authorization", "Digest username=\"x\"")];
    let answer = server.post_with("/oauth/token", &digest, &grant);
    answer.assert_error(401, "invalid_client");
    assert!(
        answer
            .header("www-authenticate")
            .is_some_and(|value| value.starts_with("Basic ")),
        "{answer:?}"
    );
}

#[test]
fn the_path_of_the_issuer_comes_after_the_well_known_one_and_before_all_others() {
    let server = with_issuer("http://localhost:9/t1");
    let answer = server.get(&format!("{WELL_KNOWN}/t1"));
    assert_eq!(answer.status, 200, "{answer:?}");
    let metadata = answer.json();
    assert_eq!(metadata["issuer"], "http://localhost:9/t1");
    assert_eq!(
        metadata["token_endpoint"],
        "http://localhost:9/t1/oauth/token"
    );
    assert_eq!(
        server
            .post("/t1/oauth/token", &[("grant_type", "client_credentials")])
            .status,
        401
    );
    assert_eq!(server.get("/t1/login").status, 200);
    assert_eq!(server.get("/t1/healthz").status, 200);
    for elsewhere in [
        WELL_KNOWN,
        "/.well-known/oauth-authorization-server/t2",
        "/oauth/token",
        "/login",
        "/healthz",
    ] {
        assert_eq!(server.get(elsewhere).status, 404, "{elsewhere}");
    }
}

#[test]
fn a_slash_at_the_issuers_end_stays_in_the_issuer_and_leaves_the_address() {
    let server = with_issuer("http://localhost:9/t1/");
    let metadata = server.get(&format!("{WELL_KNOWN}/t1")).json();
    assert_eq!(metadata["issuer"], "http://localhost:9/t1/");
    assert_eq!(
        metadata["token_endpoint"],
        "http://localhost:9/t1/oauth/token"
    );

    let server = with_issuer("http://localhost:9/");
    let metadata = server.get(WELL_KNOWN).json();
    assert_eq!(metadata["issuer"], "http://localhost:9/");
    assert_eq!(metadata["token_endpoint"], "http://localhost:9/oauth/token");
}

#[test]
fn the_issuer_is_the_same_wherever_it_is_told_and_whatever_host_is_named() {
    let server = TestServer::start();
    server.db_user("ada");
    let quiet = metadata(&server);
    for name in ["host", "x-forwarded-host", "x-forwarded-proto", "forwarded"] {
        let value = if name == "forwarded" {
            "host=evil.test;proto=https"
        } else {
            "evil.test"
        };
        let answer = Answer::get(&format!("{}{WELL_KNOWN}", server.url), &[(name, value)]);
        assert_eq!(answer.json(), quiet, "{name}");
    }
    let app = ThirdPartyApp::web(&server);
    let answer = app.authorize(&mut crate::support::Browser::new(), "ada", &app.request());
    let params = answer.location_params();
    assert_eq!(params["iss"], quiet["issuer"].as_str().unwrap());
    let token = app.redeem(&params["code"]).assert_tokens();
    let known = server
        .post_as(&app.client, "/oauth/introspect", &[("token", &token)])
        .json();
    assert_eq!(known["iss"], quiet["issuer"]);
}

#[test]
fn there_are_no_keys_until_there_are_keys() {
    let server = TestServer::start();
    server.db_execute(
        "DELETE FROM signing_keys; UPDATE revision SET value = value + 1 WHERE id = 1;",
    );
    let answer = server.get("/oauth/jwks");
    assert_eq!(answer.status, 404);
    assert!(answer.json()["error"].is_string(), "{answer:?}");
    assert!(metadata(&server).get("jwks_uri").is_none());
}

#[test]
fn the_metadata_takes_get_alone() {
    let server = TestServer::start();
    for method in ["POST", "PUT", "DELETE"] {
        let answer = Answer::send(
            method,
            &format!("{}{WELL_KNOWN}", server.url),
            &[],
            Some(b"".as_slice()),
        );
        assert_eq!(
            (
                answer.status,
                answer
                    .header("allow")
                    .is_some_and(|allow| allow.contains("GET"))
            ),
            (405, true)
        );
    }
}
