//! Input that somebody made to do harm, or that no program of ours would send: nothing of it comes back
//! unescaped, and nothing fails at it.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::browser::Form;
use crate::support::{Answer, Browser, NewClient, ResourceServer, TestServer};

const FORM_TYPE: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn send(server: &TestServer, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    Answer::send(
        "POST",
        &format!("{}{path}", server.url),
        headers,
        Some(body),
    )
}

#[test]
fn nothing_of_a_request_comes_back_unescaped() {
    let server = TestServer::start();
    let script = "%3Cscript%3Ealert(1)%3C/script%3E";
    let line = "x%0d%0aset-cookie:%20evil=1";
    for value in [script, line] {
        for path in [
            format!(
                "/oauth/authorize?client_id={value}&response_type=code&redirect_uri={value}&state={value}&scope={value}"
            ),
            format!("/login?return_to={value}&continue={value}"),
            format!("/{value}"),
            format!("/oauth/{value}"),
            format!("/setup?token={value}"),
        ] {
            let answer = server.get(&path);
            assert!(answer.status < 500, "{path}: {answer:?}");
            assert!(
                !answer.body.contains("<script>alert"),
                "{path}: {}",
                answer.body
            );
            assert!(
                answer
                    .headers
                    .iter()
                    .all(|(_, value)| !value.contains("evil=1")),
                "{path}: {answer:?}"
            );
        }
        let form = format!("grant_type={value}&client_id={value}&token={value}&scope={value}");
        for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
            let answer = send(&server, path, &[FORM_TYPE], form.as_bytes());
            assert!(
                (400..500).contains(&answer.status) && !answer.body.contains("<script>"),
                "{answer:?}"
            );
        }
    }
}

#[test]
fn bytes_that_no_database_takes_are_refused_and_not_failed_at() {
    let server = TestServer::start();
    server.db_user("ada");
    let spa = server.db_client(NewClient::first_party_spa());
    let api = ResourceServer::new(&server);
    let long = "a".repeat(20_000);
    for value in [
        "\0",
        "ad\0a",
        "\u{feff}",
        "\u{10ffff}",
        "' OR 1=1 --",
        &long,
    ] {
        let form = [
            ("grant_type", "password"),
            ("username", value),
            ("password", value),
        ];
        let answer = server.post_as(&spa, "/oauth/token", &form);
        assert!((400..500).contains(&answer.status), "{value:?}: {answer:?}");
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", value),
            ("refresh_token", value),
        ];
        let answer = server.post("/oauth/token", &form);
        assert!((400..500).contains(&answer.status), "{value:?}: {answer:?}");
        let scope = [
            ("grant_type", "password"),
            ("username", "ada"),
            ("password", "x"),
            ("scope", value),
        ];
        let answer = server.post_as(&spa, "/oauth/token", &scope);
        assert!((400..500).contains(&answer.status), "{value:?}: {answer:?}");
        let asked = server.post_as(&api.client, "/oauth/introspect", &[("token", value)]);
        assert!(
            [200, 400].contains(&asked.status) && !asked.body.contains("true"),
            "{value:?}: {asked:?}"
        );
        if value.len() < 1000 {
            let mut browser = Browser::new();
            let (at, page) = browser.get(&format!("{}/login", server.url));
            let form = Form::find(&page, "/login")
                .fill("username", value)
                .fill("password", value);
            let (_, answer) = browser.submit(&at, &form);
            assert!(answer.status < 500, "{value:?}: {answer:?}");
            let query = url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>();
            let answer = server.get(&format!(
                "/oauth/authorize?client_id={query}&response_type=code"
            ));
            assert_eq!(answer.status, 400, "{value:?}: {answer:?}");
        }
    }
}

#[test]
fn a_request_that_is_no_http_does_not_disturb_the_others() {
    let server = TestServer::start();
    let address = server.url.strip_prefix("http://").unwrap();
    let odd: [&[u8]; 4] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /oauth/token HTTP/1.1\r\nhost: x\r\nauthorization: Basic \xff\xfe\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ];
    for bytes in odd {
        let mut stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(std::time::Duration::from_secs(5)))
            .unwrap();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(
            !answer.starts_with("HTTP/1.1 5") && !answer.starts_with("HTTP/1.1 2"),
            "{answer}"
        );
    }
    assert_eq!(server.get("/healthz").status, 200);
}
