//! Acts of administrators that ask for the password where it was not typed lately: what lets a client see tokens
//! or passwords, what gives a scope to more people, and what people sign in with. Other acts are with their pages.

use crate::pages::{assert_page, confirmed};
use crate::support::browser::Form;
use crate::support::{Answer, Browser, TestServer};

use super::administrator;

/// Seconds after which a dangerous act asks for the password again.
const LATER: i64 = 601;

fn open(server: &TestServer, browser: &mut Browser, path: &str) -> Answer {
    let answer = browser.get_once(&server.address(path));
    assert_page(&answer, 200);
    answer
}

/// Fails the test unless the form does nothing without the password, and with it leads on.
#[track_caller]
fn assert_asks(server: &TestServer, browser: &mut Browser, form: &Form, event: &str) {
    let before = server.db_events(event);
    let events = format!("audit_events WHERE action = '{event}'");
    let answer = confirmed(server, browser, form, &events);
    assert!([200, 303].contains(&answer.status), "{answer:?}");
    assert_eq!(server.db_events(event), before + 1, "{form:?}");
}

#[test]
fn registering_what_sees_tokens_or_passwords_asks_for_the_password() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let mut asked = |kind: &str| {
        server.advance(LATER);
        let path = format!("/admin/clients/new?kind={kind}");
        let page = open(&server, &mut root, &path);
        let form = Form::find(&page, &path).fill("name", "Sunny Calendar");
        match kind {
            "resource-server" | "service" => form,
            _ => form.fill("redirect_uris", "https://app.example/callback"),
        }
    };
    let (resource_server, service, web) =
        (asked("resource-server"), asked("service"), asked("web"));
    let own = asked("single-page").tick("first_party", "yes");
    let by_password = asked("web")
        .tick("first_party", "yes")
        .tick("grant", "password");
    for form in [resource_server, own, by_password] {
        server.advance(LATER);
        assert_asks(&server, &mut root, &form, "client.added");
    }
    server.advance(LATER);
    assert_eq!(service.field("confirmation"), None);
    for form in [service, web] {
        assert_page(&root.submit_once(&server.url, &form), 200);
    }
    assert_eq!(server.db_events("client.added"), 5);
}

#[test]
fn giving_a_scope_to_more_people_asks_for_the_password() {
    let server = TestServer::start();
    server.db_scope("things", "Do things", false, true);
    let mut root = administrator(&server);
    let form = |root: &mut Browser, path: &str| {
        server.advance(LATER);
        Form::find(&open(&server, root, path), path)
    };
    let new = form(&mut root, "/admin/scopes/new").fill("description", "Do more");
    let default = new.clone().fill("name", "more").tick("default", "yes");
    assert_asks(&server, &mut root, &default, "scope.added");
    let change = form(&mut root, "/admin/scopes/edit?name=things");
    let mut open_to_all = change.clone();
    open_to_all.fields.retain(|(name, _)| name != "sensitive");
    assert_asks(&server, &mut root, &open_to_all, "scope.changed");
    server.advance(LATER);
    let default = change.clone().tick("default", "yes");
    assert_asks(&server, &mut root, &default, "scope.changed");
    server.advance(LATER);
    // What gives nothing to anybody.
    for form in [
        new.fill("name", "other"),
        change.tick("default", "yes").fill("description", "Do all"),
    ] {
        let answer = root.submit_once(&server.url, &form);
        assert_eq!(answer.status, 303, "{answer:?}");
    }
}

#[test]
fn changing_what_somebody_signs_in_with_asks_for_the_password() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let mut root = administrator(&server);
    let path = format!("/admin/users/{ada}/edit");
    let soon = Form::find(&open(&server, &mut root, &path), &path);
    assert_eq!(soon.field("confirmation"), None);
    server.advance(LATER);
    let form = Form::find(&open(&server, &mut root, &path), &path);
    let form = form.fill("email", "other@example.com");
    assert_asks(&server, &mut root, &form, "user.changed");
}
