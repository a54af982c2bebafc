//! What ends with the old password: what its person chooses.

use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, ResourceServer, TestServer, ThirdPartyApp};

use super::super::{is_signed_in, signed_in};
use super::{account, change, tokens};

const NEW: &str = "a new password, quite long";

/// What is left of a session, an app's token and a personal access token once the password was changed with
/// only `ticked` ticked.
fn left(ticked: &[&str]) -> (bool, bool, bool) {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (access, _) = app.tokens("ada");
    let (mut browser, mut elsewhere) = (signed_in(&server, "ada"), signed_in(&server, "ada"));
    let personal = tokens::create(&server, &mut browser, "backup", &["read"], "never");
    let (at, page) = account(&server, &mut browser);
    let answer = browser.submit_once(&at, &ticking(&page, ticked));
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(is_signed_in(&server, &mut browser), "this browser stays");
    (
        is_signed_in(&server, &mut elsewhere),
        api.is_active(&access),
        api.is_active(&personal),
    )
}

fn ticking(page: &Answer, ticked: &[&str]) -> Form {
    let mut form = change(page, PASSWORD, NEW, NEW);
    form.fields.retain(|(name, _)| !name.starts_with("end_"));
    ticked
        .iter()
        .fold(form, |form, name| form.fill(&format!("end_{name}"), "yes"))
}

#[test]
fn only_what_is_ticked_ends_with_the_password() {
    assert_eq!(left(&[]), (true, true, true));
    assert_eq!(left(&["sessions"]), (false, true, true));
    assert_eq!(left(&["apps"]), (true, false, true));
    assert_eq!(left(&["tokens"]), (true, true, false));
    assert_eq!(left(&["sessions", "apps", "tokens"]), (false, false, false));
}

#[test]
fn sessions_and_apps_are_ticked_and_tokens_are_not() {
    let server = TestServer::start();
    server.db_user("ada");
    let (_, page) = account(&server, &mut signed_in(&server, "ada"));
    let form = Form::find(&page, "/account/password");
    let ticked = |name: &str| form.field(&format!("end_{name}")).is_some();
    assert!(ticked("sessions") && ticked("apps") && !ticked("tokens"));
}

#[test]
fn a_mistake_keeps_what_was_ticked() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let (at, page) = account(&server, &mut browser);
    let answer = browser.submit_once(&at, &ticking(&page, &["tokens"]).fill("new", "short"));
    assert_eq!(answer.status, 422);
    let form = Form::find(&answer, "/account/password");
    assert_eq!(
        ["end_sessions", "end_apps", "end_tokens"].map(|name| form.field(name).is_some()),
        [false, false, true]
    );
}

#[test]
fn a_session_tells_from_where_it_was_last_used() {
    let server = TestServer::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    server.db_user("ada");
    let from = |address: &str| vec![("x-forwarded-for".to_owned(), address.to_owned())];
    let mut browser = Browser {
        headers: from("203.0.113.7"),
        ..Browser::new()
    };
    let (at, page) = browser.get(&format!("{}/login", server.url));
    crate::support::actors::sign_in(&mut browser, &at, &page, "ada", PASSWORD);
    browser.headers = from("198.51.100.9");
    server.advance(61);
    account(&server, &mut browser);
    let (_, page) = account(&server, &mut browser);
    for address in ["203.0.113.7", "198.51.100.9"] {
        assert!(page.body.contains(address), "{address}: {page:?}");
    }
}

#[test]
fn the_password_that_one_has_is_no_new_one() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let (at, page) = account(&server, &mut browser);
    let answer = browser.submit_once(&at, &change(&page, PASSWORD, PASSWORD, PASSWORD));
    super::super::assert_page(&answer, 422);
    answer.assert_says(&["Choose one that differs from the current one."]);
    assert_eq!(server.db_events("user.password_changed"), 0);
}
