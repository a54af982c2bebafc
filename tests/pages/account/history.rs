//! Sign-in history: what was right, what was wrong, and nobody else's.

use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, NewClient, TestServer};

use super::super::signed_in;
use super::open;

const HISTORY: &str = "/account/history";

fn lines(page: &Answer, outcome: &str) -> usize {
    page.body.matches(&format!(">{outcome}</span>")).count()
}

fn wrong(server: &TestServer, username: &str) {
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let form = Form::find(&page, "/login")
        .fill("username", username)
        .fill("password", "wrong");
    assert_eq!(browser.submit_once(&at, &form).status, 422);
}

#[test]
fn it_lists_sign_ins_with_address_and_device() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
    let mut browser = Browser {
        headers: vec![("user-agent".to_owned(), agent.to_owned())],
        ..Browser::new()
    };
    let (at, page) = browser.get(&format!("{}/login", server.url));
    crate::support::actors::sign_in(&mut browser, &at, &page, "ada", PASSWORD);
    signed_in(&server, "bea");
    let (_, page) = open(&server, &mut browser, HISTORY);
    assert_eq!((lines(&page, "Signed in"), lines(&page, "Failed")), (1, 0));
    for piece in ["127.0.0.1", "Firefox on Linux"] {
        assert!(page.body.contains(piece), "{piece}: {page:?}");
    }
}

#[test]
fn wrong_passwords_are_listed_once_a_minute_for_each_address() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    for _ in 0..5 {
        wrong(&server, "ada");
    }
    wrong(&server, "nobody");
    let mut browser = signed_in(&server, "ada");
    let (_, page) = open(&server, &mut browser, HISTORY);
    assert_eq!((lines(&page, "Signed in"), lines(&page, "Failed")), (1, 1));
    server.advance(61);
    wrong(&server, "ada");
    let (_, page) = open(&server, &mut browser, HISTORY);
    assert_eq!(lines(&page, "Failed"), 2);
    let (_, page) = open(&server, &mut signed_in(&server, "bea"), HISTORY);
    assert_eq!((lines(&page, "Signed in"), lines(&page, "Failed")), (1, 0));
}

#[test]
fn names_that_nobody_has_are_in_the_audit_log_once_a_minute_without_the_name() {
    let server = TestServer::start();
    server.db_user("ada");
    for name in ["nobody", "hunter2 typed too early", "nobody"] {
        wrong(&server, name);
    }
    // Which writes what was noted.
    open(&server, &mut signed_in(&server, "ada"), HISTORY);
    let failed = "audit_events WHERE action = 'user.sign_in_failed'";
    assert_eq!(server.db_count(failed), 1);
    let without_name =
        "user_id IS NULL AND detail LIKE 'unknown name, %' AND address = '127.0.0.1'";
    assert_eq!(server.db_count(&format!("{failed} AND {without_name}")), 1);
    assert_eq!(
        server.db_count(&format!("{failed} AND detail LIKE '%hunter2%'")),
        0
    );
}

#[test]
fn the_password_grant_is_in_it_with_its_client() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = server.db_client(NewClient::first_party_spa());
    for password in ["wrong", PASSWORD] {
        let form = [
            ("grant_type", "password"),
            ("username", "ada"),
            ("password", password),
        ];
        server.post_as(&app, "/oauth/token", &form);
    }
    let (_, page) = open(&server, &mut signed_in(&server, "ada"), HISTORY);
    assert_eq!((lines(&page, "Signed in"), lines(&page, "Failed")), (2, 1));
    assert_eq!(
        page.body
            .matches("password typed into Sunny Calendar")
            .count(),
        2
    );
}

#[test]
fn it_shows_the_newest_fifty() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let now = server.app.now();
    server.db_write(move |connection| {
        for number in 0..60 {
            let mut event = latchkey::models::audit_event::AuditEvent::new(
                "user.signed_in",
                now.plus(-1000 + number),
            )
            .about(&format!("sign-in {number}"));
            event.user_id = Some(ada.clone());
            event.insert(connection)?;
        }
        Ok(())
    });
    let (_, page) = open(&server, &mut signed_in(&server, "ada"), HISTORY);
    assert_eq!(lines(&page, "Signed in"), 50);
    assert!(
        page.body.contains("sign-in 59") && !page.body.contains("sign-in 10<"),
        "{page:?}"
    );
}
