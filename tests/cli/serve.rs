//! `latchkey serve`: its start, and its end without cutting anybody off.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::patience::PATIENCE;
use crate::support::{Answer, Program};

#[test]
fn the_program_alone_serves() {
    let program = Program::new();
    let served = program.serve();
    assert_eq!(
        Answer::get(&format!("{}/readyz", served.url), &[]).status,
        200
    );
    let metadata = Answer::get(
        &format!("{}/.well-known/oauth-authorization-server", served.url),
        &[],
    )
    .json();
    assert_eq!(
        metadata["issuer"], served.url,
        "the issuer is the bound address"
    );
}

#[test]
fn a_taken_address_is_told_so() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = Program::new()
        .set("LATCHKEY_LISTEN", &address)
        .run(&["serve"]);
    assert_eq!(ended.status, Some(1), "{ended:?}");
    assert!(
        ended.err.contains(&address) && ended.err.contains("listen"),
        "{ended:?}"
    );
}

/// Both ways to ask for the end: the platform's and Ctrl-C.
fn stops_on(signal: &str) {
    let program = Program::new();
    let served = program.serve();
    let address = served.url.strip_prefix("http://").unwrap().to_owned();
    let body = "grant_type=client_credentials";
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let head = format!(
        "POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // Half of the request is there when the server is asked to stop.
    stream.write_all(&body.as_bytes()[..10]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    served.signal(signal);
    std::thread::sleep(Duration::from_millis(300));
    stream.write_all(&body.as_bytes()[10..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 401"),
        "the request in flight is answered: {answer:?}"
    );
    let ended = served.wait();
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(
        TcpStream::connect(&address).is_err(),
        "nothing listens any more"
    );
}

#[test]
fn sigterm_ends_the_server_once_requests_in_flight_are_answered() {
    stops_on("TERM");
}

#[test]
fn sigint_ends_the_server_once_requests_in_flight_are_answered() {
    stops_on("INT");
}

#[test]
fn a_client_that_never_finishes_does_not_keep_the_server_alive() {
    let program = Program::new();
    let served = program.serve();
    let mut stream = TcpStream::connect(served.url.strip_prefix("http://").unwrap()).unwrap();
    stream
        .write_all(b"POST /oauth/token HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nx")
        .unwrap();
    let _idle = TcpStream::connect(served.url.strip_prefix("http://").unwrap()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    served.signal("TERM");
    let ended = served.wait();
    assert_eq!(ended.status, Some(0), "{ended:?}");
}

#[test]
fn a_developers_server_with_cheap_hashes_says_so() {
    let started = |program: Program| {
        let served = program.serve();
        served.signal("TERM");
        served.wait().err
    };
    // What the tests set is cheap.
    let log = started(Program::new());
    assert!(log.contains("passwords are cheap to guess"), "{log}");
    let log = started(
        Program::new()
            .set("LATCHKEY_PASSWORD__MEMORY_KIB", "7168")
            .set("LATCHKEY_PASSWORD__ITERATIONS", "5"),
    );
    assert!(!log.contains("cheap to guess"), "{log}");
}
