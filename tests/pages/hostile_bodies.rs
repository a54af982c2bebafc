//! Bodies that are no forms, and bytes that are no HTTP: clear answers, never a 5xx.

use crate::support::{Answer, TestServer, raw};

use super::hostile_input::assert_calm;

type Header<'a> = (&'a str, &'a str);

#[test]
fn bodies_that_are_no_forms_stay_calm() {
    let server = TestServer::start();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let long = vec![b'a'; 70_000];
    let many = "a=b&".repeat(10_000);
    for path in [
        "/login",
        "/logout",
        "/setup",
        "/oauth/authorize",
        "/oauth/authorize/consent",
        "/account/password",
    ] {
        let url = format!("{}{path}", server.url);
        let cases: [(&[Header<'_>], &[u8]); 7] = [
            (&[form], &long),
            (&[form], b"\xff\xfe\x00"),
            (&[form], many.as_bytes()),
            (&[form], b""),
            (
                &[("content-type", "application/json")],
                b"{\"username\":\"ada\"}",
            ),
            (
                &[("content-type", "multipart/form-data; boundary=x")],
                b"--x--",
            ),
            (&[], b"username=ada"),
        ];
        for (headers, body) in cases {
            assert_calm(&Answer::send("POST", &url, headers, Some(body)), path);
        }
        for method in ["PUT", "DELETE", "PATCH"] {
            let answer = Answer::send(method, &url, &[form], Some(b"a=b"));
            assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
        }
    }
}

#[test]
fn bytes_that_are_no_http_stay_calm() {
    let server = TestServer::start();
    for line in [
        &b"GET /oauth/authorize?client_id=\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"[..],
        b"GET /login?continue=\x01 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /account HTTP/1.1\r\nHost: x\r\nCookie: \xff\xff=\xff; ;;=\r\nConnection: close\r\n\r\n",
        b"GET /login HTTP/1.1\r\nHost: x\r\nOrigin: \xff\r\nUser-Agent: \xff\xfe\r\nX-Forwarded-For: \xff\r\nConnection: close\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: \xff\r\nContent-Length: 3\r\nConnection: close\r\n\r\na=b",
        b"GET /account HTTP/1.1\r\nHost: evil.test\r\nX-Forwarded-Host: evil.test\r\nConnection: close\r\n\r\n",
        b"GET //evil.test/%2e%2e HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n",
    ] {
        let answer = raw(&server.url, line);
        let status: u16 = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(400);
        assert!(status < 500 && !answer.contains("evil.test"), "{answer}");
    }
    assert_eq!(server.get("/login").status, 200);
}
