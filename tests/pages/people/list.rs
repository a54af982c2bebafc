//! The list of people, and who may come to the pages about them.

use crate::pages::{assert_page, signed_in};
use crate::support::browser::Form;
use crate::support::{Answer, Browser, TestServer};
use latchkey::models::user::{self, User};
use latchkey::oauth::List;

use super::{administrator, db_roles, open};

/// Adds somebody who cannot sign in.
fn db_person(server: &TestServer, name: &str, email: &str, roles: &[&str]) -> String {
    let row = User {
        roles: List(roles.iter().map(|&name| name.to_owned()).collect()),
        password_hash: Some(String::from("$argon2id$none")),
        ..User::new(name, email, server.app.now())
    };
    let id = row.id.clone();
    server.db_write(move |connection| Ok(user::insert(connection, row)?));
    id
}

/// The names of a page of the list.
fn names(page: &Answer) -> Vec<String> {
    let rows = page.body.split("data-label=\"Name\"").skip(1);
    let name = |row: &str| {
        let text = row.split("<bdi>").nth(1).unwrap();
        text.split("</bdi>").next().unwrap().to_owned()
    };
    rows.map(name).collect()
}

#[track_caller]
fn found(server: &TestServer, browser: &mut Browser, query: &str) -> Vec<String> {
    names(&open(server, browser, &format!("/admin/users?{query}")))
}

fn paths(id: &str, slug: &str) -> (Vec<String>, Vec<String>) {
    let user = |act: &str| format!("/admin/users/{id}/{act}");
    let pages = ["edit", "roles", "link", "disable", "panic"].map(user);
    let acts = ["enable", "sessions", "apps", "tokens"].map(user);
    let mut pages: Vec<String> = pages.into();
    pages.push(format!("/admin/projects/{slug}/panic"));
    (pages, acts.into())
}

#[test]
fn only_administrators_come_in() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let mut plain = signed_in(&server, "ada");
    let (pages, acts) = paths(&ada, &ada);
    let own = ["", "/new"].map(|rest| format!("/admin/users{rest}"));
    let roles = [
        "",
        "/new",
        "/scopes",
        "/edit?name=user",
        "/delete?name=user",
    ];
    let roles = roles.map(|rest| format!("/admin/roles{rest}"));
    let shown = [
        format!("/admin/users/{ada}"),
        format!("/admin/projects/{ada}"),
    ];
    for path in pages.iter().chain(&own).chain(&roles).chain(&shown) {
        let answer = server.get(path);
        assert_eq!(answer.status, 303, "{path}: {answer:?}");
        assert!(answer.location().contains("/login?return_to="), "{path}");
        let answer = plain.get_once(&format!("{}{path}", server.url));
        assert_page(&answer, 403);
        assert!(answer.body.contains("for administrators"), "{answer:?}");
    }
    for path in pages.iter().chain(&acts) {
        assert_page(&server.post(path, &[("csrf", "x")]), 403);
        let form = Form {
            action: path.clone(),
            fields: vec![(String::from("csrf"), String::from("x"))],
        };
        assert_page(&plain.submit_once(&server.url, &form), 403);
    }
    assert_eq!(server.db_events("user.tokens_revoked"), 0);
}

#[test]
fn a_form_without_the_pages_token_is_refused_and_changes_nothing() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let mut browser = administrator(&server);
    let (pages, acts) = paths(&ada, &ada);
    let more = [
        "/admin/users/new",
        "/admin/roles/new",
        "/admin/roles/edit?name=user",
        "/admin/roles/delete?name=user",
    ];
    let more = more.map(String::from);
    let events = server.db_count("audit_events");
    for path in pages.iter().chain(&acts).chain(&more) {
        for csrf in ["", "x"] {
            let form = Form {
                action: path.clone(),
                fields: vec![(String::from("csrf"), csrf.to_owned())],
            };
            assert_page(&browser.submit_once(&server.url, &form), 403);
        }
    }
    assert_eq!(server.db_count("audit_events"), events);
}

#[test]
fn whoever_is_not_there_is_not_found() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let csrf = Form::find(&open(&server, &mut browser, "/admin/users/new"), "/new");
    let csrf = csrf.field("csrf").unwrap().to_owned();
    for id in ["usr_nobody", "%00", "..%2F", "%E2%80%AE", "new%20"] {
        let (pages, acts) = paths(id, id);
        for path in pages.iter().chain(&acts) {
            let form = Form {
                action: path.clone(),
                fields: vec![(String::from("csrf"), csrf.clone())],
            };
            let answer = browser.submit_once(&server.url, &form);
            assert!([400, 404].contains(&answer.status), "{path}: {answer:?}");
        }
        for path in pages {
            let answer = browser.get_once(&format!("{}{path}", server.url));
            assert!([400, 404].contains(&answer.status), "{path}: {answer:?}");
        }
        let answer = browser.get_once(&format!("{}/admin/users/{id}", server.url));
        assert!([400, 404].contains(&answer.status), "{id}: {answer:?}");
    }
    for page in ["edit", "delete"] {
        let url = format!("{}/admin/roles/{page}?name=nothing", server.url);
        assert_page(&browser.get_once(&url), 404);
    }
}

#[test]
fn people_are_found_by_how_their_name_address_or_id_begins() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let ada = db_person(&server, "Ada Lovelace", "countess@example.org", &[]);
    db_person(&server, "Alan", "Ada.fan@Example.org", &[]);
    db_person(&server, "Émile", "emile@example.org", &[]);
    db_person(&server, "100% sure_thing", "x@example.org", &[]);
    for (text, expected) in [
        ("ada", vec!["Ada Lovelace", "Alan"]),
        ("ADA", vec!["Ada Lovelace", "Alan"]),
        ("countess%40", vec!["Ada Lovelace"]),
        (ada.as_str(), vec!["Ada Lovelace"]),
        ("%C3%A9mi", vec!["Émile"]),
        ("E%CC%81MI", vec!["Émile"]),
        ("100%25+s", vec!["100% sure_thing"]),
        ("100_", vec![]),
        ("lovelace", vec![]),
        ("%25", vec![]),
        ("%27%29--", vec![]),
    ] {
        assert_eq!(
            found(&server, &mut browser, &format!("q={text}")),
            expected,
            "{text}"
        );
    }
    let page = open(&server, &mut browser, "/admin/users?q=%22%3E%3Cscript%3E");
    assert!(page.body.contains("Nobody found"), "{page:?}");
    assert!(!page.body.contains("\"><script>"), "{page:?}");
}

#[test]
fn people_are_filtered_by_status_and_role() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let out = db_person(&server, "out", "out@example.org", &["a_b"]);
    db_person(&server, "similar", "similar@example.org", &["axb"]);
    server.db_disable_user(&out, true);
    let invited = User::new("waits", "waits@example.org", server.app.now());
    server.db_write(move |connection| Ok(user::insert(connection, invited)?));
    for (query, expected) in [
        ("status=disabled", vec!["out"]),
        ("status=enabled", vec!["grace", "similar", "waits"]),
        ("status=invited", vec!["waits"]),
        ("role=a_b", vec!["out"]),
        ("role=admin", vec!["grace"]),
        ("role=user", vec!["grace", "out", "similar", "waits"]),
        ("role=axb&status=disabled", vec![]),
        ("role=axb&status=enabled&q=sim", vec!["similar"]),
        ("role=nothing", vec![]),
        ("status=nonsense", vec!["grace", "out", "similar", "waits"]),
    ] {
        assert_eq!(found(&server, &mut browser, query), expected, "{query}");
    }
}

#[test]
fn a_page_has_fifty_people_and_leads_to_the_next() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    for number in 0..120 {
        let name = format!("person{number:03}");
        db_person(&server, &name, &format!("{name}@example.org"), &["crowd"]);
    }
    for (filter, total) in [("", 121), ("q=person", 120), ("role=crowd", 120)] {
        let page = open(
            &server,
            &mut browser,
            &format!("/admin/users?{filter}&page=2"),
        );
        assert!(
            page.body.contains(&format!("51–100 of {total}")),
            "{filter}: {page:?}"
        );
        let names = names(&page);
        assert_eq!(names.len(), 50, "{filter}");
        let first = 120 + 50 - total;
        assert_eq!(names[0], format!("person{first:03}"), "{filter}");
        let filter = if filter.is_empty() {
            String::new()
        } else {
            format!("{filter}&#38;")
        };
        for page_number in [1, 3] {
            let link = format!("/admin/users?{filter}page={page_number}\"");
            assert!(page.body.contains(&link), "{link}: {page:?}");
        }
    }
    let beyond = open(&server, &mut browser, "/admin/users?page=999999999999");
    beyond.assert_says(&["Nothing on this page", "The list ends before it."]);
    // Back leads to where somebody is, and nobody is said not to fit.
    let last = format!("href=\"/admin/users?page={}\"", 121 / 50 + 1);
    assert_eq!(beyond.body.matches(&last).count(), 1, "{beyond:?}");
    let beyond = open(&server, &mut browser, "/admin/users?q=person&page=9");
    beyond.assert_says(&["Nothing on this page"]);
}

#[test]
fn a_search_that_finds_too_many_says_so() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let now = server.app.now();
    server.db_write(move |connection| {
        for number in 0..501 {
            let name = format!("person{number:03}");
            let row = User::new(&name, &format!("{name}@example.org"), now);
            user::insert(connection, row)?;
        }
        Ok(())
    });
    let page = open(&server, &mut browser, "/admin/users?q=p");
    assert!(page.body.contains("More than 500 people match"), "{page:?}");
    let page = open(&server, &mut browser, "/admin/users?q=person00");
    assert!(!page.body.contains("More than 500"), "{page:?}");
    assert_eq!(names(&page).len(), 10);
}

#[test]
fn a_users_page_shows_who_it_is() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let name = "\u{202e}<b>אדה \"quoted\" 🔑";
    let id = db_person(&server, name, "'a@b'<i>@example.org", &[]);
    db_roles(&server, &id, &["admin"]);
    let page = open(&server, &mut browser, &format!("/admin/users/{id}"));
    for piece in [
        "&#60;b&#62;אדה &#34;quoted&#34; 🔑",
        &id,
        "admin",
        "Not yet",
        "No sessions",
    ] {
        assert!(page.body.contains(piece), "{piece}: {page:?}");
    }
    assert!(!page.body.contains("<b>אדה"), "{page:?}");
}
