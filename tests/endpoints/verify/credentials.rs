//! Which credentials count, and from where.

use std::io::{Read, Write};
use std::net::TcpStream;

use latchkey::config::Config;

use super::{ask, assert_refused, assert_unknown, bearer, told};
use crate::support::app::basic;
use crate::support::{Answer, NewClient, TestServer, ThirdPartyApp};

/// Takes keys from the original URI, which loopback peers may tell.
fn takes_query(config: &mut Config) {
    config.verify.query_parameter = Some(String::from("apikey"));
    config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
}

#[test]
fn a_token_comes_as_bearer_in_any_letters_or_as_x_api_key() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let export = server.db_project_client("export", "read");
    let (access, _) = ThirdPartyApp::web(&server).tokens("ada");
    let personal = server.db_personal_token(&ada, "read", None);
    let key = server.db_api_key(&export.id, "read", None);
    for token in [&access, &personal, &key] {
        for scheme in ["Bearer", "bearer", "BEARER", "Bearer  "] {
            let header = format!("{scheme} {token}");
            let answer = ask(&server, "/auth/verify", &[("authorization", &header)]);
            assert_eq!(answer.status, 200, "{header}");
        }
        let answer = ask(&server, "/auth/verify", &[("x-api-key", token)]);
        assert_eq!(answer.status, 200);
    }
    for header in ["Bearer", "Bearer ", &format!("Bearer{key}")] {
        let answer = ask(&server, "/auth/verify", &[("authorization", header)]);
        assert_eq!(answer.status, 401, "{header}");
    }
    let answer = ask(&server, "/auth/verify", &[("x-api-key", "nonsense")]);
    assert_refused(&answer, 401, "invalid_token");
}

#[test]
fn a_wrong_secret_and_a_client_that_has_none_are_refused() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let public = server.db_client(NewClient::public("http://127.0.0.1/callback"));
    let right = service.secret.as_ref().unwrap();
    let other = server.db_client(NewClient::service()).secret.unwrap();
    let ask = |header: &str| ask(&server, "/auth/verify", &[("authorization", header)]);
    assert_eq!(ask(&basic(&service.id, right)).status, 200);
    for header in [
        basic(&service.id, &other),
        basic(&service.id, ""),
        basic(&public.id, ""),
        basic(&public.id, right),
        basic("cli_nobody", right),
        String::from("Basic"),
        String::from("Basic !!!"),
        String::from("Basic bm9jb2xvbg=="),
    ] {
        assert_refused(&ask(&header), 401, "invalid_token");
    }
    server.db_disable_client(&service.id, true);
    assert_refused(&ask(&basic(&service.id, right)), 401, "invalid_token");
}

#[test]
fn more_than_one_credential_is_refused_even_if_all_are_good() {
    let server = TestServer::with(takes_query);
    let export = server.db_project_client("export", "read");
    let key = server.db_api_key(&export.id, "read", None);
    let as_bearer = ("authorization", &*format!("Bearer {key}"));
    let as_basic = (
        "authorization",
        &*basic(&export.id, export.secret.as_ref().unwrap()),
    );
    let as_key = ("x-api-key", key.as_str());
    let in_uri = ("x-forwarded-uri", &*format!("/notes?apikey={key}"));
    let twice = (
        "x-forwarded-uri",
        &*format!("/notes?apikey={key}&apikey={key}"),
    );
    let unknown = ("authorization", "Digest username=\"ada\"");
    for good in [as_bearer, as_basic, as_key, in_uri] {
        assert_eq!(
            ask(&server, "/auth/verify", &[good]).status,
            200,
            "{good:?}"
        );
    }
    for headers in [
        &[as_bearer, as_key][..],
        &[as_bearer, as_bearer],
        &[as_basic, as_bearer],
        &[as_key, as_key],
        &[as_key, in_uri],
        &[as_basic, in_uri],
        &[unknown, as_key],
        &[twice],
    ] {
        let answer = ask(&server, "/auth/verify", headers);
        assert_refused(&answer, 401, "invalid_request");
    }
}

#[test]
fn an_empty_header_or_an_unknown_scheme_is_no_credential() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let token = server.db_personal_token(&ada, "read", None);
    for headers in [
        [("authorization", "")],
        [("x-api-key", " ")],
        [("authorization", "Digest username=\"ada\"")],
        [("cookie", &*format!("access_token={token}"))],
    ] {
        assert_unknown(&ask(&server, "/auth/verify", &headers));
    }
    let both = [("authorization", ""), ("x-api-key", token.as_str())];
    assert_eq!(ask(&server, "/auth/verify", &both).status, 200);
}

#[test]
fn a_token_in_the_query_or_body_of_the_question_itself_is_not_looked_at() {
    let server = TestServer::with(takes_query);
    let export = server.db_project_client("export", "read");
    let key = server.db_api_key(&export.id, "read", None);
    for path in [
        format!("/auth/verify?apikey={key}"),
        format!("/auth/verify?access_token={key}"),
        format!("/auth/verify/notes?apikey={key}"),
    ] {
        assert_unknown(&ask(&server, &path, &[]));
    }
    assert_unknown(&server.post("/auth/verify", &[("access_token", &key), ("apikey", &key)]));
}

#[test]
fn the_original_uri_counts_only_where_a_setting_names_the_parameter_and_a_trusted_proxy_tells_it() {
    let key_at = |server: &TestServer| {
        let export = server.db_project_client("export", "read");
        let key = server.db_api_key(&export.id, "read", None);
        let uri = format!("/notes?page=2&%61pikey={key}&x=%ZZ#part");
        let told = |header: &str| ask(server, "/auth/verify/notes", &[(header, &uri)]);
        (told("x-forwarded-uri"), told("x-original-uri"))
    };
    let trusted = TestServer::with(takes_query);
    let (forwarded, original) = key_at(&trusted);
    assert_eq!((forwarded.status, original.status), (200, 200));
    for server in [
        TestServer::start(),
        TestServer::with(|config| config.verify.query_parameter = Some(String::from("apikey"))),
        TestServer::with(|config| config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()]),
        TestServer::with(|config| {
            takes_query(config);
            config.verify.query_parameter = Some(String::from("key"));
        }),
        TestServer::with(|config| {
            takes_query(config);
            config.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        }),
    ] {
        let (forwarded, original) = key_at(&server);
        assert_unknown(&forwarded);
        assert_unknown(&original);
    }
}

#[test]
fn x_forwarded_uri_goes_before_x_original_uri() {
    let server = TestServer::with(takes_query);
    let export = server.db_project_client("export", "read");
    let key = server.db_api_key(&export.id, "read", None);
    let (with, without) = (format!("/?apikey={key}"), "/notes");
    let answer = |forwarded: &str, original: &str| -> Answer {
        let headers = [("x-forwarded-uri", forwarded), ("x-original-uri", original)];
        ask(&server, "/auth/verify", &headers)
    };
    told(&answer(&with, without));
    assert_unknown(&answer(without, &with));
    told(&answer("", &with));
    told(&answer(" ", &with));
}

#[test]
fn a_repeated_original_uri_hides_no_credential() {
    let server = TestServer::with(takes_query);
    let export = server.db_project_client("export", "read");
    let key = server.db_api_key(&export.id, "read", None);
    let with = format!("/notes?apikey={key}");
    let header = format!("Bearer {key}");
    for name in ["x-forwarded-uri", "x-original-uri"] {
        for (first, second) in [("/notes", &*with), (&*with, "/notes"), ("", &*with)] {
            let both = [(name, first), (name, second)];
            told(&ask(&server, "/auth/verify", &both));
            let more = [both[0], both[1], ("authorization", &header)];
            let answer = ask(&server, "/auth/verify", &more);
            assert_refused(&answer, 401, "invalid_request");
        }
        let twice = [(name, with.as_str()), (name, with.as_str())];
        let answer = ask(&server, "/auth/verify", &twice);
        assert_refused(&answer, 401, "invalid_request");
    }
}

#[test]
fn an_address_that_is_no_text_hides_no_credential() {
    let server = TestServer::with(takes_query);
    let export = server.db_project_client("export", "read");
    let key = server.db_api_key(&export.id, "read", None);
    let header = format!("Bearer {key}");
    for raw in [
        &b"/\xc3\xbc?x=\xc3\xbc&apikey="[..],
        b"/\xff\xfe?\xff=1&apikey=",
    ] {
        let uri = [raw, key.as_bytes()].concat();
        assert_eq!(status_of(&server, &uri, None), 200, "{raw:?}");
        assert_eq!(status_of(&server, &uri, Some(&header)), 401, "{raw:?}");
    }
    for value in [&b"\xff"[..], b"\xc3\xbc", b"%FF", b"%ZZ", b"%00"] {
        let uri = [&b"/?apikey="[..], value].concat();
        assert_eq!(status_of(&server, &uri, None), 401, "{value:?}");
        assert_eq!(status_of(&server, &uri, Some(&header)), 401, "{value:?}");
    }
    let without = b"/\xff?page=\xff";
    assert_eq!(status_of(&server, without, Some(&header)), 200);
}

/// The status of a question whose original address is any bytes, which our HTTP client would not send.
fn status_of(server: &TestServer, uri: &[u8], authorization: Option<&str>) -> u16 {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let authorization = authorization.map(|value| format!("authorization: {value}\r\n"));
    let authorization = authorization.unwrap_or_default();
    let question = [
        &b"GET /auth/verify HTTP/1.1\r\nhost: latchkey\r\nconnection: close\r\n"[..],
        authorization.as_bytes(),
        b"x-original-uri: ",
        uri,
        b"\r\n\r\n",
    ];
    stream.write_all(&question.concat()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn only_an_api_key_may_stand_in_an_address() {
    let server = TestServer::with(takes_query);
    let ada = server.db_user("ada");
    let (access, _) = ThirdPartyApp::web(&server).tokens("ada");
    let personal = server.db_personal_token(&ada, "read", None);
    for token in [&access, &personal, "nonsense", "%ZZ"] {
        let uri = format!("/notes?apikey={token}");
        let answer = ask(&server, "/auth/verify", &[("x-original-uri", &uri)]);
        assert_refused(&answer, 401, "invalid_token");
    }
    let empty = [("x-original-uri", "/notes?apikey=&apikey")];
    assert_unknown(&ask(&server, "/auth/verify", &empty));
    assert_eq!(bearer(&server, &personal).status, 200);
}
