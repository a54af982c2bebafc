//! `/admin/clients`.

mod acts;
mod confirmation;
mod edit;
mod entry;
mod list;
mod register;
mod registration_mistakes;
mod secrets;
mod show;

use crate::support::browser::{Form, unescape};
use crate::support::{Answer, Browser, TestServer};

use super::super::assert_page;

const PATH: &str = "/admin/clients";

/// Where the page of a client is.
fn page_of(client_id: &str) -> String {
    format!("{PATH}/{client_id}")
}

/// A page that must be there.
#[track_caller]
fn page(server: &TestServer, browser: &mut Browser, path: &str) -> Answer {
    let answer = browser.get_once(&format!("{}{path}", server.url));
    assert_page(&answer, 200);
    answer
}

/// Sends a form of the page at `path`.
fn send(server: &TestServer, browser: &mut Browser, path: &str, form: &Form) -> Answer {
    browser.submit_once(&format!("{}{path}", server.url), form)
}

/// The form for a new client of a kind, named.
fn new_client(server: &TestServer, browser: &mut Browser, kind: &str) -> Form {
    let asked = page(server, browser, &format!("{PATH}/new?kind={kind}"));
    Form::find(&asked, &format!("/clients/new?kind={kind}")).fill("name", "Sunny Calendar")
}

/// Registers a web application that may act for itself too; the id and the secret.
#[track_caller]
fn registered(server: &TestServer, browser: &mut Browser) -> (String, String) {
    let form = new_client(server, browser, "web")
        .fill("redirect_uris", "https://app.example/callback")
        .tick("grant", "client_credentials");
    let id = form.field("id").unwrap().to_owned();
    let answer = send(server, browser, PATH, &form);
    assert_page(&answer, 200);
    (id, secret_of(&answer))
}

/// The secret that a page shows.
#[track_caller]
fn secret_of(page: &Answer) -> String {
    let (_, after) = page
        .body
        .split_once("id=\"client-secret\" tabindex=\"0\">")
        .unwrap_or_else(|| panic!("no secret in {page:?}"));
    after.split('<').next().unwrap().to_owned()
}

/// The status with which the token endpoint answers a client that acts for itself.
fn token_status(server: &TestServer, id: &str, secret: &str) -> u16 {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
    ];
    server.post("/oauth/token", &form).status
}

/// What the page after a redirect tells, once.
#[track_caller]
fn told(server: &TestServer, browser: &mut Browser, answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    let (_, after) = browser.get(answer.location());
    assert!(after.status == 200, "{} {after:?}", server.url);
    let (_, flash) = after
        .body
        .split_once("role=\"status\">")
        .unwrap_or_else(|| panic!("nothing is told in {after:?}"));
    unescape(flash.split('<').next().unwrap())
}
