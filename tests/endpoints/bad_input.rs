//! Input that somebody made to do harm, or that no program of ours would send: nothing of it comes back
//! unescaped, and nothing fails at it.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::browser::Form;
use crate::support::patience::PATIENCE;
use crate::support::{Answer, Browser, NewClient, ResourceServer, TestServer, raw};

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
    let odd: [&[u8]; 4] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"POST /oauth/token HTTP/1.1\r\nhost: x\r\nauthorization: Basic \xff\xfe\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ];
    for bytes in odd {
        let answer = raw(&server.url, bytes);
        assert!(
            !answer.starts_with("HTTP/1.1 5") && !answer.starts_with("HTTP/1.1 2"),
            "{answer}"
        );
    }
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_body_that_comes_too_slowly_is_refused_and_its_connection_closed() {
    let server = TestServer::start();
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).unwrap();
    write!(
        stream,
        "POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-type: {}\r\ncontent-length: 100\r\n\r\ngrant",
        FORM_TYPE.1
    )
    .unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("within 10 seconds"),
        "{answer}"
    );
}

#[test]
fn a_request_that_panics_gets_500_and_the_server_goes_on() {
    async fn panicking() -> &'static str {
        panic!("as a defect would")
    }
    let server = TestServer::start();
    let app = server.app.clone();
    let (sent, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let service = move || {
                actix_web::App::new()
                    .app_data(app.clone())
                    .route("/defect", actix_web::web::get().to(panicking))
                    .route("/well", actix_web::web::get().to(async || "well"))
                    .wrap(actix_web::middleware::from_fn(
                        latchkey::web::request_log::around,
                    ))
            };
            let own = actix_web::HttpServer::new(service)
                .workers(1)
                .bind("127.0.0.1:0")
                .unwrap();
            sent.send(own.addrs()[0]).unwrap();
            own.run().await
        })
    });
    let url = format!("http://{}", address.recv().unwrap());
    for _ in 0..3 {
        let answer = Answer::get(&format!("{url}/defect"), &[]);
        answer.assert_error(500, "server_error");
        assert!(!answer.body.contains("defect would"), "{answer:?}");
        assert_eq!(Answer::get(&format!("{url}/well"), &[]).body, "well");
    }
}
