//! Adding people, the one-time links by which they choose a password, their profile and their roles.

use latchkey::models::user;

use crate::pages::{assert_page, is_signed_in, signed_in};
use crate::support::actors::sign_in;
use crate::support::app::{GUESSED, PASSWORD};
use crate::support::browser::{Form, unescape};
use crate::support::{Answer, Browser, ResourceServer, TestServer, ThirdPartyApp, at_once};

use super::{administrator, assert_done, assert_refused, db_roles, open, send};

const CHOSEN: &str = "a password of one's own";
const NEW: (&str, &str) = ("/admin/users/new", "/new");

/// The link that a page shows.
#[track_caller]
fn link(page: &Answer) -> String {
    assert_page(page, 200);
    let text = page.body.split("<code id=\"link\" tabindex=\"0\">").nth(1);
    let text = text.unwrap_or_else(|| panic!("no link: {page:?}"));
    unescape(text.split('<').next().unwrap())
}

#[track_caller]
fn invite(server: &TestServer, browser: &mut Browser, name: &str) -> String {
    let fields = [("username", name), ("email", "new@example.org")];
    link(&send(server, browser, NEW, &fields))
}

#[track_caller]
fn reset(server: &TestServer, browser: &mut Browser, id: &str) -> String {
    let page = format!("/admin/users/{id}/link");
    link(&send(server, browser, (&page, "/link"), &[]))
}

fn choose(browser: &mut Browser, link: &str, password: &str, repeat: &str) -> Answer {
    let (at, page) = browser.get(link);
    let form = Form::find(&page, "/link");
    let form = form.fill("password", password).fill("repeat", repeat);
    browser.submit_once(&at, &form)
}

#[track_caller]
fn assert_no_longer(answer: &Answer) {
    assert_page(answer, 200);
    assert!(
        answer.body.contains("This link no longer works"),
        "{answer:?}"
    );
    assert!(!answer.body.contains("<form"), "{answer:?}");
}

fn opens(server: &TestServer, username: &str, password: &str) -> bool {
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let (at, _) = sign_in(&mut browser, &at, &page, username, password);
    at.ends_with("/account")
}

fn id_of(server: &TestServer, name: &str) -> String {
    let name = name.to_owned();
    let found = server.db_read(move |connection| Ok(user::find_by_username(connection, &name)?));
    found.unwrap().id
}

#[test]
fn an_invited_person_chooses_a_password_and_is_signed_in() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let fields = [
        ("username", " Ada "),
        ("email", "ada@example.org"),
        ("role", "admin"),
    ];
    let link = link(&send(&server, &mut admin, NEW, &fields));
    assert!(!opens(&server, "Ada", ""), "nobody signs in without one");
    let mut ada = Browser::new();
    let answer = ada.get_once(&link);
    assert_eq!(answer.location(), format!("{}/link", server.url));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let page = open(&server, &mut ada, "/link");
    assert!(page.body.contains("Welcome, <bdi>Ada</bdi>"), "{page:?}");
    let answer = choose(&mut ada, &link, CHOSEN, CHOSEN);
    assert_eq!(answer.location(), format!("{}/account", server.url));
    assert!(is_signed_in(&server, &mut ada));
    assert!(!ada.cookies.keys().any(|name| name.contains("link")));
    assert!(opens(&server, "ada", CHOSEN));
    open(&server, &mut ada, "/admin/users");
    assert_eq!(server.db_events("user.invited"), 1);
    assert_eq!(server.db_events("user.password_set"), 1);
    let chosen = CHOSEN.replace('\'', "''");
    let secrets = format!("audit_events WHERE detail LIKE '%lkw_%' OR detail LIKE '%{chosen}%'");
    assert_eq!(server.db_count(&secrets), 0);
}

#[test]
fn a_link_works_once_even_for_many_at_once() {
    let server = TestServer::start();
    let link = invite(&server, &mut administrator(&server), "ada");
    let answers = at_once(6, |number| {
        let own = format!("{CHOSEN}{number}");
        let mut browser = Browser::new();
        let (at, page) = browser.get(&link);
        if !page.body.contains("<form") {
            return (own, false);
        }
        let form = Form::find(&page, "/link");
        let form = form.fill("password", &own).fill("repeat", &own);
        let answer = browser.submit_once(&at, &form);
        assert!([200, 303].contains(&answer.status), "{answer:?}");
        (own, answer.status == 303)
    });
    let winners: Vec<_> = answers.iter().filter(|(_, won)| *won).collect();
    assert_eq!(winners.len(), 1, "{answers:?}");
    assert!(opens(&server, "ada", &winners[0].0));
    assert_no_longer(&Browser::new().get(&link).1);
}

#[test]
fn an_invitation_works_for_seven_days_and_a_reset_for_an_hour() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let ada = server.db_user("ada");
    let invitation = invite(&server, &mut admin, "bea");
    let reset = reset(&server, &mut admin, &ada);
    let mut late = Browser::new();
    let (at, page) = late.get(&reset);
    server.advance(3590);
    assert!(Browser::new().get(&reset).1.body.contains("<form"));
    server.advance(11);
    assert_no_longer(&Browser::new().get(&reset).1);
    let form = Form::find(&page, "/link").fill("password", CHOSEN);
    assert_no_longer(&late.submit_once(&at, &form.fill("repeat", CHOSEN)));
    assert!(opens(&server, "ada", PASSWORD));
    server.advance(7 * 86400 - 3601 - 10);
    assert!(Browser::new().get(&invitation).1.body.contains("<form"));
    server.advance(11);
    assert_no_longer(&Browser::new().get(&invitation).1);
}

#[test]
fn a_newer_link_or_another_password_ends_older_links() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let old = invite(&server, &mut admin, "ada");
    let ada = id_of(&server, "ada");
    let new = reset(&server, &mut admin, &ada);
    assert_no_longer(&Browser::new().get(&old).1);
    let page = Browser::new().get(&new).1;
    assert!(page.body.contains("Welcome"), "{page:?}");
    let (hash, now) = (String::from("$argon2id$other"), server.app.now());
    server.db_write(move |connection| Ok(user::set_password(connection, &ada, &hash, now)?));
    assert_no_longer(&Browser::new().get(&new).1);
}

#[test]
fn links_that_nobody_made_and_those_of_the_disabled_do_not_work() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let link = invite(&server, &mut admin, "ada");
    let ada = id_of(&server, "ada");
    for token in ["", "x", "lkw_", &"0".repeat(5000), "%22%3E%3Cscript%3E"] {
        let url = format!("{}/link?token={token}", server.url);
        assert_no_longer(&Browser::new().get(&url).1);
    }
    let mut browser = Browser::new();
    let (at, page) = browser.get(&link);
    server.db_disable_user(&ada, true);
    assert_no_longer(&Browser::new().get(&link).1);
    let form = Form::find(&page, "/link").fill("password", CHOSEN);
    assert_no_longer(&browser.submit_once(&at, &form.fill("repeat", CHOSEN)));
    let path = format!("/admin/users/{ada}/link");
    let page = open(&server, &mut admin, &path);
    assert!(page.body.contains("Enable it first"), "{page:?}");
    assert!(!page.body.contains("<form class"), "{page:?}");
}

#[test]
fn the_links_form_says_what_is_wrong_and_needs_its_token() {
    let server = TestServer::start();
    let link = invite(&server, &mut administrator(&server), "ada");
    let mut browser = Browser::new();
    for (password, repeat, field) in [
        ("short", "short", "password"),
        ("", "", "password"),
        (GUESSED, GUESSED, "password"),
        (CHOSEN, "another one", "repeat"),
    ] {
        let answer = choose(&mut browser, &link, password, repeat);
        assert_page(&answer, 422);
        let described = format!("aria-describedby=\"{field}-notes\"");
        assert!(answer.body.contains(&described), "{field}: {answer:?}");
        assert!(!answer.body.contains(CHOSEN), "{answer:?}");
    }
    let (at, page) = browser.get(&link);
    let form = Form::find(&page, "/link").fill("csrf", "x");
    assert_page(&browser.submit_once(&at, &form), 403);
    assert!(!opens(&server, "ada", CHOSEN));
}

#[test]
fn a_reset_ends_what_the_old_password_opened() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let ada = server.db_user("ada");
    server.db_user("bea");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let (access, refresh) = app.tokens("ada");
    let (of_bea, _) = app.tokens("bea");
    let code = app.code("ada");
    let mut old = signed_in(&server, "ada");
    let link = reset(&server, &mut admin, &ada);
    assert!(is_signed_in(&server, &mut old), "until the link is used");
    assert!(opens(&server, "ada", PASSWORD), "until the link is used");
    let mut new = Browser::new();
    assert_eq!(choose(&mut new, &link, CHOSEN, CHOSEN).status, 303);
    assert!(is_signed_in(&server, &mut new));
    assert!(!is_signed_in(&server, &mut old));
    assert!(!api.is_active(&access) && api.is_active(&of_bea));
    app.refresh(&refresh).assert_error(400, "invalid_grant");
    app.redeem(&code).assert_error(400, "invalid_grant");
    assert!(!opens(&server, "ada", PASSWORD));
    assert!(opens(&server, "ada", CHOSEN));
}

#[test]
fn a_mistake_in_a_new_user_loses_nothing_that_was_typed() {
    let server = TestServer::start();
    server.db_user("Taken");
    let mut admin = administrator(&server);
    let long = "x".repeat(10_000);
    for (username, email, sentence) in [
        ("", "a@b", "Type a name."),
        (&long, "a@b", "longer than 64 characters"),
        ("a\u{7}b", "a@b", "control character"),
        ("\u{200b}", "a@b", "Nothing of this name can be seen."),
        // Both mistakes are told at once.
        ("Taken", "nobody", "Somebody has this name"),
        ("Taken", "nobody", "An e-mail address has"),
        ("TAKEN", "a@b", "Somebody has this name"),
        ("<script>\"'🔑", "nobody", "An e-mail address has"),
        ("ada", &long, "An e-mail address has"),
    ] {
        let fields = [("username", username), ("email", email), ("role", "admin")];
        let answer = send(&server, &mut admin, NEW, &fields);
        assert_refused(&answer, sentence);
        let form = Form::find(&answer, "/new");
        assert_eq!(form.field("username"), Some(username));
        assert_eq!(form.field("email"), Some(email));
        assert!(
            answer.body.contains("value=\"admin\" checked"),
            "{answer:?}"
        );
        assert!(!answer.body.contains("<script>\""), "{answer:?}");
    }
    let fields = [
        ("username", "ada"),
        ("email", "a@b"),
        ("role", "<b>nothing"),
    ];
    let answer = send(&server, &mut admin, NEW, &fields);
    assert_refused(&answer, "There is no role &#60;b&#62;nothing");
    assert_eq!(server.db_count("users"), 2);
}

#[test]
fn a_profile_is_changed_and_names_stay_unique() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let ada = server.db_user("ada");
    let path = format!("/admin/users/{ada}");
    let edit = format!("{path}/edit");
    let form = (edit.as_str(), "/edit");
    let (access, _) = ThirdPartyApp::web(&server).tokens("ada");
    let api = ResourceServer::new(&server);
    assert_eq!(api.introspect(&access)["username"], "ada");
    for name in ["GRACE", "", "x\u{0}"] {
        let answer = send(&server, &mut admin, form, &[("username", name)]);
        assert!([400, 422].contains(&answer.status), "{name}: {answer:?}");
    }
    let fields = [("username", "ADA <b>"), ("email", "countess@example.org")];
    let answer = send(&server, &mut admin, form, &fields);
    assert_done(&server, &mut admin, &answer, &path);
    assert!(opens(&server, "ada <B>", PASSWORD) && !opens(&server, "ada", PASSWORD));
    assert_eq!(api.introspect(&access)["username"], "ADA <b>");
    let project = open(&server, &mut admin, &format!("/admin/projects/{ada}"));
    assert!(project.body.contains("ADA &#60;b&#62;"), "{project:?}");
    assert_eq!(server.db_events("user.changed"), 1);
}

#[test]
fn roles_are_given_and_taken() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let ada = server.db_user("ada");
    let path = format!("/admin/users/{ada}");
    let roles = format!("{path}/roles");
    let form = (roles.as_str(), "/roles");
    let answer = send(&server, &mut admin, form, &[("role", "admin")]);
    assert_done(&server, &mut admin, &answer, &path);
    let mut browser = signed_in(&server, "ada");
    open(&server, &mut browser, "/admin/users");
    let answer = send(&server, &mut admin, form, &[]);
    assert_done(&server, &mut admin, &answer, &path);
    assert_page(
        &browser.get_once(&format!("{}/admin/users", server.url)),
        403,
    );
    assert_refused(
        &send(&server, &mut admin, form, &[("role", "nothing")]),
        "There is no role nothing",
    );
    assert_eq!(server.db_events("user.roles_changed"), 2);
}

#[test]
fn nobody_takes_admin_from_themselves_or_from_the_last_one() {
    let server = TestServer::start();
    let mut admin = administrator(&server);
    let (grace, ada) = (id_of(&server, "grace"), server.db_user("ada"));
    let roles = format!("/admin/users/{grace}/roles");
    let answer = send(&server, &mut admin, (&roles, "/roles"), &[]);
    assert_refused(&answer, "You cannot do this to yourself");
    db_roles(&server, &ada, &["admin"]);
    let mut others = signed_in(&server, "ada");
    // Each takes the role from the other at the same moment: one of them must fail.
    let roles_of_ada = format!("/admin/users/{ada}/roles");
    let (page_of_grace, page_of_ada) = (
        open(&server, &mut admin, &roles_of_ada),
        open(&server, &mut others, &roles),
    );
    let sent = [
        (admin, Form::find(&page_of_grace, "/roles")),
        (others, Form::find(&page_of_ada, "/roles")),
    ];
    let sent = sent.map(|(browser, mut form)| {
        form.fields.retain(|(name, _)| name != "role");
        std::sync::Mutex::new((browser, form))
    });
    let answers = at_once(2, |number| {
        let mut own = sent[number].lock().unwrap();
        let form = own.1.clone();
        own.0.submit_once(&server.url, &form).status
    });
    let left = "users WHERE roles LIKE '%admin%'";
    assert_eq!(server.db_count(left), 1, "{answers:?}");
}
