//! Whoever acts has been let in before the form was read: what ends meanwhile ends the act too. Nothing is written, and
//! the page says what it would have said to somebody who came later.

use crate::support::app::PASSWORD;
use crate::support::at_once;
use crate::support::browser::Form;
use crate::support::hashing::while_hashing;
use crate::support::{Browser, NewClient, Person, TestServer};

use super::assert_page;

/// What ends, as whoever ends it writes it, and what the page says then.
struct Ended(&'static str, u16, &'static str);

const SIGNED_OUT: Ended = Ended("DELETE FROM sessions", 403, "You are signed out");
const DISABLED: Ended = Ended(
    "UPDATE users SET disabled_at = 1",
    403,
    "You are signed out",
);
const NO_ADMINISTRATOR: Ended = Ended(
    "UPDATE users SET roles = '[]'",
    403,
    "This page is for administrators",
);
const NO_MEMBER: Ended = Ended(
    "UPDATE projects SET name = name; DELETE FROM project_members",
    404,
    "Nothing is here",
);
const NO_OWNER: Ended = Ended(
    "UPDATE projects SET name = name; UPDATE project_members SET membership = 'member'",
    403,
    "This page is for owners",
);
const TAKEN_OVER: Ended = Ended(
    "UPDATE clients SET is_resource_server = (1 = 1)",
    404,
    "Nothing is here",
);

/// Where a page is, what is done there, and what is typed.
type Act<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Sends a form whose sender has been let in when something ends: nothing is written.
#[track_caller]
fn assert_too_late(person: &mut Person<'_>, form: &Form, Ended(sql, status, title): &Ended) {
    let server = person.server;
    let events = server.db_count("audit_events");
    let answer = server.db_while_written(sql, || person.browser.submit_once(&server.url, form));
    assert_page(&answer, *status);
    assert!(answer.body.contains(title), "{form:?}: {answer:?}");
    assert_eq!(server.db_count("audit_events"), events, "{form:?}");
}

/// The form of a page to `action`, filled in.
#[track_caller]
fn filled(person: &mut Person<'_>, page: &str, action: &str, fields: &[(&str, &str)]) -> Form {
    let mut form = Form::find(&person.open(page), action);
    if form.action.is_empty() {
        form.action = person.server.address(page);
    }
    let fill = |form: Form, (name, value): &(&str, &str)| form.fill(name, value);
    fields.iter().fold(form, fill)
}

/// Somebody who administers.
fn grace(server: &TestServer) -> Person<'_> {
    server.db_user("grace");
    give_back(server);
    Person::signed_in(server, "grace")
}

fn give_back(server: &TestServer) {
    server.db_execute("UPDATE users SET roles = '[\"admin\"]' WHERE username = 'grace'");
}

/// Ada, who has a project with a client; the path of its page.
fn ada(server: &TestServer) -> (Person<'_>, String) {
    server.db_user("ada");
    let mut ada = Person::signed_in(server, "ada");
    let new = "/account/projects/new";
    ada.send(new, new, &[("name", "weather")]);
    let new = "/account/projects/weather/clients/new";
    let station = [
        ("name", "Station"),
        ("proof", "secret"),
        ("scope", "read"),
        ("expires", "never"),
    ];
    let new_key = ada.send(new, new, &station).link("/keys/new");
    (ada, new_key.trim_end_matches("/keys/new").to_owned())
}

#[test]
fn who_is_no_administrator_any_more_makes_and_opens_nothing() {
    let server = TestServer::start();
    let (user, client) = (
        server.db_user("ada"),
        server.db_client(NewClient::service()),
    );
    let mut grace = grace(&server);
    let user = format!("/admin/users/{user}");
    let client = format!("/admin/clients/{}", client.id);
    let new = [("username", "bea"), ("email", "bea@example.org")];
    let secret = [("secret_name", "second"), ("days", "0")];
    let scope = [("name", "more"), ("description", "Do more")];
    let acts: [Act<'_>; 12] = [
        (&user, "/link", &[]),
        (&user, "/roles", &[]),
        (&user, "/edit", &[("username", "eve")]),
        (&user, "/disable", &[]),
        (&user, "/panic", &[]),
        ("/admin/users", "/new", &new),
        (&client, "/secrets", &secret),
        (&client, "/edit", &[("name", "Other")]),
        ("/admin/clients", "/new?kind=service", &[("name", "Other")]),
        ("/admin/scopes", "/new", &scope),
        ("/admin/scopes", "/edit?name=read", &scope[1..]),
        ("/admin/roles", "/new", &[("name", "editor")]),
    ];
    for (path, act, fields) in acts {
        let own = format!("{path}{act}");
        let page = if act == "/secrets" { path } else { &own };
        let form = filled(&mut grace, page, &own, fields);
        assert_too_late(&mut grace, &form, &NO_ADMINISTRATOR);
        give_back(&server);
    }
}

#[test]
fn no_link_is_made_behind_the_end_of_its_makers_session() {
    for ended in [SIGNED_OUT, DISABLED] {
        let server = TestServer::start();
        let path = format!("/admin/users/{}/link", server.db_user("ada"));
        let mut grace = grace(&server);
        let form = filled(&mut grace, &path, &path, &[]);
        assert_too_late(&mut grace, &form, &ended);
        assert_eq!(server.db_count("one_time_links"), 0);
    }
}

#[test]
fn a_password_typed_again_after_the_end_of_the_session_confirms_nothing() {
    let server = TestServer::with(|config| config.password.max_concurrent = 1);
    let path = format!("/admin/users/{}/link", server.db_user("ada"));
    let mut grace = grace(&server);
    server.advance(601);
    let form = filled(&mut grace, &path, &path, &[("confirmation", PASSWORD)]);
    let end = || server.db_execute("DELETE FROM sessions");
    let answer = while_hashing(&server, end, || {
        grace.browser.submit_once(&server.url, &form)
    });
    assert_page(&answer, 403);
    answer.assert_says(&["You are signed out"]);
    assert_eq!(server.db_count("one_time_links"), 0);
}

#[test]
fn of_two_administrators_who_disable_each_other_one_does() {
    let server = TestServer::start();
    let names = ["grace", "edsger"];
    let ids = names.map(|name| server.db_user(name));
    server.db_execute("UPDATE users SET roles = '[\"admin\"]'");
    let acts = [0, 1].map(|own| {
        let mut person = Person::signed_in(&server, names[own]);
        let path = format!("/admin/users/{}/disable", ids[1 - own]);
        let form = filled(&mut person, &path, &path, &[]);
        (person.browser, form)
    });
    let mut statuses = at_once(2, |at| {
        let (mut browser, form): (Browser, Form) = acts[at].clone();
        browser.submit_once(&server.url, &form).status
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 403]);
    assert_eq!(server.db_events("user.disabled"), 1);
}

#[test]
fn of_two_sessions_that_end_each_other_one_does() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browsers = [(); 2].map(|()| Person::signed_in(&server, "ada").browser);
    let acts = browsers.each_mut().map(|browser| {
        let page = browser.get_once(&server.address("/account"));
        let mut lines = page.body.split("<li>");
        let own = lines.find(|line| line.contains("This browser")).unwrap();
        let is_other = |form: &Form| form.field("session").is_some_and(|id| !own.contains(id));
        let other = Form::all(&page).into_iter().find(is_other).unwrap();
        (browser.clone(), other)
    });
    let mut statuses = at_once(2, |at| {
        let (mut browser, end) = acts[at].clone();
        browser.submit_once(&server.url, &end).status
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 403]);
    assert_eq!(server.db_count("sessions"), 1);
}

#[test]
fn nothing_is_made_behind_the_end_of_a_session() {
    let server = TestServer::start();
    let (mut ada, client) = ada(&server);
    let named = [("name", "backup"), ("scope", "read")];
    for page in [
        "/account/tokens/new",
        "/account/projects/new",
        "/account/projects/weather/clients/new",
        &format!("{client}/edit"),
        &format!("{client}/keys/new"),
        &format!("{client}/secrets/new"),
    ] {
        let form = filled(&mut ada, page, page, &named);
        assert_too_late(&mut ada, &form, &SIGNED_OUT);
        ada = Person::signed_in(&server, "ada");
    }
    assert_eq!(server.db_count("access_tokens"), 0);
}

#[test]
fn who_is_no_owner_any_more_adds_nobody_and_changes_nothing() {
    let server = TestServer::start();
    server.db_user("eve");
    let (mut ada, _) = ada(&server);
    let project = "/account/projects/weather";
    let accomplice = [("username", "eve"), ("membership", "owner")];
    let acts: [(&str, &[(&str, &str)]); 3] = [
        ("/members", &accomplice),
        ("/settings", &[("name", "Mine")]),
        ("/delete", &[("typed", "weather")]),
    ];
    for (act, fields) in acts {
        let page = format!("{project}{act}");
        let form = filled(&mut ada, &page, &page, fields);
        assert_too_late(&mut ada, &form, &NO_OWNER);
        server.db_execute("UPDATE project_members SET membership = 'owner'");
    }
    let page = format!("{project}/members");
    let form = filled(&mut ada, &page, &page, &accomplice);
    assert_too_late(&mut ada, &form, &NO_MEMBER);
}

#[test]
fn a_client_that_members_do_not_look_after_any_more_is_none_of_theirs() {
    let server = TestServer::start();
    let (mut ada, client) = ada(&server);
    for (page, ended) in [
        ("/secrets/new", TAKEN_OVER),
        ("/delete", TAKEN_OVER),
        ("/keys/new", NO_MEMBER),
    ] {
        let page = format!("{client}{page}");
        let form = filled(
            &mut ada,
            &page,
            &page,
            &[("name", "backup"), ("scope", "read")],
        );
        assert_too_late(&mut ada, &form, &ended);
        server.db_execute("UPDATE clients SET is_resource_server = (1 = 0)");
    }
    assert_eq!(server.db_count("client_secrets"), 1);
    assert_eq!(server.db_count("access_tokens"), 0);
}

#[test]
fn a_client_is_not_made_in_a_project_that_is_deleted_meanwhile() {
    let server = TestServer::start();
    let (mut ada, _) = ada(&server);
    let new = "/account/projects/weather/clients/new";
    let form = filled(&mut ada, new, new, &[("name", "Roof"), ("scope", "read")]);
    // As a deletion does: the project first, and then its members and clients.
    let (hold, delete) = (
        "UPDATE projects SET name = name WHERE slug = 'weather'",
        "DELETE FROM project_members; DELETE FROM projects WHERE slug = 'weather'",
    );
    let answer = server.db_between(hold, delete, || ada.browser.submit_once(&server.url, &form));
    assert_page(&answer, 404);
}

#[test]
fn a_scope_that_is_taken_from_a_client_meanwhile_is_not_given_back_by_a_members_form() {
    let server = TestServer::start();
    let (mut ada, client) = ada(&server);
    let set = |scope: &str| format!("UPDATE clients SET scope = '{scope}' WHERE name = 'Station'");
    // One that members cannot give, and that their form leaves as it is.
    server.db_scope("things", "Do things", false, true);
    server.db_execute(&set("read things"));
    let edit = format!("{client}/edit");
    let form = filled(&mut ada, &edit, &edit, &[("name", "Roof")]);
    let answer =
        server.db_while_written(&set("read"), || ada.browser.submit_once(&server.url, &form));
    assert_eq!(answer.status, 303, "{answer:?}");
    let client = |condition: &str| server.db_count(&format!("clients WHERE {condition}"));
    assert_eq!(client("name = 'Roof'"), 1, "the form was saved");
    assert_eq!(client("name = 'Roof' AND scope LIKE '%things%'"), 0);
}

#[test]
fn what_an_administrators_form_is_about_and_is_gone_meanwhile_is_not_told_as_done() {
    let server = TestServer::start();
    let client = server.db_client(NewClient::service());
    server.db_execute("INSERT INTO roles VALUES ('editor', '', '[]', 0)");
    let mut grace = grace(&server);
    let disable = format!("/admin/clients/{}/disable", client.id);
    for (page, sql) in [
        (
            "/admin/roles/edit?name=editor",
            "DELETE FROM roles WHERE name = 'editor'",
        ),
        (
            &disable,
            "DELETE FROM client_secrets; DELETE FROM clients WHERE user_id IS NULL",
        ),
    ] {
        let form = filled(&mut grace, page, page, &[]);
        let events = server.db_count("audit_events");
        let answer = server.db_while_written(sql, || grace.browser.submit_once(&server.url, &form));
        assert_page(&answer, 404);
        assert_eq!(server.db_count("audit_events"), events, "{page}");
    }
}

#[test]
fn a_name_that_is_taken_meanwhile_is_told_beside_its_field() {
    let server = TestServer::start();
    let path = format!("/admin/users/{}/edit", server.db_user("ada"));
    let mut grace = grace(&server);
    let form = filled(&mut grace, &path, &path, &[("username", "bea")]);
    let taken = "INSERT INTO users (id, username, username_key, email, roles, created_at) \
                 VALUES ('usr_other', 'bea', 'bea', 'bea@example.org', '[]', 0)";
    let answer = server.db_while_written(taken, || grace.browser.submit_once(&server.url, &form));
    assert_page(&answer, 422);
    answer.assert_says(&["Somebody has this name already."]);
    assert_eq!(server.db_events("user.changed"), 0);
}
