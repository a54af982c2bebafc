//! Loopback redirect URIs (RFC 8252 §7.3): a native client's port is free, and nothing else.

use crate::support::{Browser, NewClient, TestServer};

use super::{app_with, assert_matches, assert_no_match};

#[test]
fn a_native_client_has_any_port_on_all_three_hosts() {
    let server = TestServer::start();
    for host in ["127.0.0.1", "[::1]", "localhost"] {
        let bare = format!("http://{host}/cb");
        let with_port = format!("http://{host}:4000/cb");
        for registered in [&bare, &with_port] {
            let app = app_with(&server, NewClient::public(""), &[registered]);
            assert_matches(&app, &bare);
            for port in ["1", "80", "4000", "51004", "65535"] {
                assert_matches(&app, &format!("http://{host}:{port}/cb"));
            }
            for port in [
                "0",
                "65536",
                "99999999999999999999",
                "-1",
                "+80",
                "80a",
                "",
                "80:80",
            ] {
                assert_no_match(&app, &format!("http://{host}:{port}/cb"));
            }
        }
    }
}

#[test]
fn the_free_port_carries_a_code_and_binds_it() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut app = app_with(&server, NewClient::public(""), &["http://127.0.0.1/cb"]);
    app.redirect_uri = String::from("http://127.0.0.1:51004/cb");
    let answer = app.authorize(&mut Browser::new(), "ada", &app.request());
    assert!(
        answer
            .location()
            .starts_with("http://127.0.0.1:51004/cb?code="),
        "{answer:?}"
    );
    let code = answer.location_params()["code"].clone();
    app.redirect_uri = String::from("http://127.0.0.1:51005/cb");
    app.redeem(&code).assert_error(400, "invalid_grant");
    app.redirect_uri = String::from("http://127.0.0.1:51004/cb");
    app.redeem(&code).assert_tokens();
}

#[test]
fn a_native_client_has_a_free_port_beside_its_own_scheme() {
    let server = TestServer::start();
    let app = app_with(
        &server,
        NewClient::public(""),
        &["com.example.app:/cb", "http://[::1]:1/cb"],
    );
    assert_matches(&app, "com.example.app:/cb");
    assert_matches(&app, "http://[::1]:51004/cb");
    assert_no_match(&app, "com.example.app:80/cb");
}

#[test]
fn a_confidential_client_has_its_registered_port_alone() {
    let server = TestServer::start();
    for host in ["127.0.0.1", "[::1]", "localhost"] {
        let registered = format!("http://{host}:3000/cb");
        let app = app_with(&server, NewClient::web(""), &[&registered]);
        assert_matches(&app, &registered);
        for port in [":3001", ":80", ""] {
            assert_no_match(&app, &format!("http://{host}{port}/cb"));
        }
    }
}

#[test]
fn only_the_port_is_free() {
    let server = TestServer::start();
    let app = app_with(&server, NewClient::public(""), &["http://127.0.0.1/cb"]);
    for uri in [
        "https://127.0.0.1:5000/cb",
        "https://127.0.0.1/cb",
        "HTTP://127.0.0.1:5000/cb",
        "http://127.0.0.1:5000/other",
        "http://127.0.0.1:5000/cb/",
        "http://127.0.0.1:5000/",
        "http://127.0.0.1:5000",
        "http://127.0.0.1:5000/cb?x=1",
        "http://127.0.0.1:5000/cb?",
        "http://127.0.0.1:5000/cb#x",
        "http://127.0.0.2/cb",
        "http://127.1/cb",
        "http://2130706433/cb",
        "http://0x7f.0.0.1/cb",
        "http://0177.0.0.1/cb",
        "http://0.0.0.0/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://[::1]:5000/cb",
        "http://[0:0:0:0:0:0:0:1]/cb",
        "http://localhost:5000/cb",
        "http://127.0.0.1./cb",
    ] {
        assert_no_match(&app, uri);
    }
}

#[test]
fn names_that_begin_like_loopback_do_not_match() {
    let server = TestServer::start();
    let uris = [
        "http://127.0.0.1/cb",
        "http://localhost/cb",
        "http://[::1]/cb",
    ];
    let app = app_with(&server, NewClient::public(""), &uris);
    for uri in [
        "http://127.0.0.1.evil.test/cb",
        "http://127.0.0.1.evil.test:80/cb",
        "http://127.0.0.1:80.evil.test/cb",
        "http://127.0.0.1:80@evil.test/cb",
        "http://127.0.0.1@evil.test/cb",
        "http://127.0.0.1\\@evil.test/cb",
        "http://localhost.evil.test/cb",
        "http://localhost:80@evil.test/cb",
        "http://localhost:x@evil.test/cb",
        "http://localhostevil.test/cb",
        "http://[::1].evil.test/cb",
        "http://[::1]:80@evil.test/cb",
        "http://[::1%25evil.test]/cb",
        "http://user@127.0.0.1:5000/cb",
        "http://LOCALHOST:5000/cb",
    ] {
        assert_no_match(&app, uri);
    }
}

#[test]
fn no_port_is_free_beyond_loopback() {
    let server = TestServer::start();
    let app = app_with(
        &server,
        NewClient::public(""),
        &["https://c.example/cb", "http://127.0.0.1/cb"],
    );
    for uri in [
        "https://c.example:8443/cb",
        "https://c.example:443/cb",
        "http://c.example:80/cb",
    ] {
        assert_no_match(&app, uri);
    }
}

#[test]
fn a_registered_query_stays_beside_a_free_port() {
    let server = TestServer::start();
    let app = app_with(&server, NewClient::public(""), &["http://127.0.0.1/cb?a=1"]);
    let request = app.request_with(&[
        ("redirect_uri", Some("http://127.0.0.1:9/cb?a=1")),
        ("scope", Some("unknown")),
    ]);
    let answer = Browser::new().get_once(&app.address(&request));
    assert!(
        answer
            .location()
            .starts_with("http://127.0.0.1:9/cb?a=1&error="),
        "{answer:?}"
    );
    assert_no_match(&app, "http://127.0.0.1:9/cb?a=2");
    assert_no_match(&app, "http://127.0.0.1:9/cb");
}
