//! Members of a project: added, changed, taken out; an owner who can sign in stays.

use crate::support::browser::Form;
use crate::support::{Answer, Browser, TestServer, at_once};

use super::super::{assert_page, cookies_of, signed_in};
use super::{form, open, projects};

/// Adds somebody.
#[track_caller]
pub fn add(server: &TestServer, browser: &mut Browser, slug: &str, name: &str, as_what: &str) {
    let answer = try_add(server, browser, slug, name, as_what);
    assert_eq!(answer.status, 303, "{answer:?}");
}

fn try_add(
    server: &TestServer,
    browser: &mut Browser,
    slug: &str,
    name: &str,
    as_what: &str,
) -> Answer {
    let path = format!("/account/projects/{slug}/members");
    let form = form(server, browser, &path, &path)
        .fill("username", name)
        .fill("membership", as_what);
    browser.submit_once(&format!("{}{path}", server.url), &form)
}

/// The form that changes somebody.
fn change(
    server: &TestServer,
    browser: &mut Browser,
    slug: &str,
    user_id: &str,
    act: &str,
) -> Form {
    let path = format!("/account/projects/{slug}/members");
    let mut form = form(server, browser, &path, &path);
    form.action += "/change";
    form.fill("user", user_id).fill("act", act)
}

fn submit(server: &TestServer, browser: &mut Browser, form: &Form) -> Answer {
    browser.submit_once(&server.url, form)
}

/// Leaves the project, as by a page that was open before.
pub fn leave(server: &TestServer, browser: &mut Browser, slug: &str) -> Answer {
    let path = format!("/account/projects/{slug}/leave");
    let mut form = form(server, browser, "/account", "/account/theme");
    form.action.clone_from(&path);
    browser.submit_once(&format!("{}{path}", server.url), &form)
}

#[test]
fn an_owner_adds_people_by_name_however_it_is_written() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("Bea");
    let mut ada = signed_in(&server, "ada");
    let slug = projects::create(&server, &mut ada, "Weather", "");
    add(&server, &mut ada, &slug, " bEA ", "member");
    let (_, page) = open(&server, &mut signed_in(&server, "Bea"), "/account/projects");
    assert!(
        page.body.contains("Weather") && page.body.contains(">Member</span>"),
        "{page:?}"
    );
}

#[test]
fn who_cannot_be_added_is_told_and_what_was_typed_stays() {
    let server = TestServer::start();
    server.db_user("ada");
    let gone = server.db_user("gone");
    server.db_execute(&format!(
        "UPDATE users SET disabled_at = 1 WHERE id = '{gone}'"
    ));
    let mut ada = signed_in(&server, "ada");
    let slug = projects::create(&server, &mut ada, "Weather", "");
    for name in ["nobody", "gone", "ada", ""] {
        let answer = try_add(&server, &mut ada, &slug, name, "owner");
        assert_page(&answer, 422);
        assert!(
            answer.body.contains(&format!("value=\"{name}\"")),
            "{answer:?}"
        );
        assert!(
            answer.body.contains("value=\"owner\" checked"),
            "{answer:?}"
        );
    }
}

#[test]
fn the_address_of_a_change_leads_back_to_the_members() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut ada = signed_in(&server, "ada");
    let slug = projects::create(&server, &mut ada, "Weather", "");
    let members = format!("/account/projects/{slug}/members");
    let answer = ada.get_once(&server.address(&format!("{members}/change")));
    assert_eq!(answer.status, 303, "{answer:?}");
    assert_eq!(answer.location(), server.address(&members));
}

#[test]
fn the_last_owner_cannot_go() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let bea = server.db_user("bea");
    let (mut of_ada, mut of_bea) = (signed_in(&server, "ada"), signed_in(&server, "bea"));
    let slug = projects::create(&server, &mut of_ada, "Weather", "");
    add(&server, &mut of_ada, &slug, "bea", "member");
    let members = open(
        &server,
        &mut of_ada,
        &format!("/account/projects/{slug}/members"),
    )
    .1;
    for refused in ["Make member", "Leave project"] {
        assert!(!members.body.contains(refused), "{refused}: {members:?}");
    }
    // What was open before, or pressed by somebody else's hand, leads to where another owner is made.
    let refused = |answer: &Answer| {
        assert_page(answer, 409);
        answer.assert_says(&["You are the only owner who can sign in.", "Make owner"]);
    };
    refused(&leave_page(&server, &mut of_ada, &slug));
    refused(&leave(&server, &mut of_ada, &slug));
    assert_page(&leave_page(&server, &mut of_bea, &slug), 200);
    for act in ["member", "remove"] {
        let form = change(&server, &mut of_ada, &slug, &ada, act);
        refused(&submit(&server, &mut of_ada, &form));
    }
    let form = change(&server, &mut of_ada, &slug, &bea, "owner");
    assert_eq!(submit(&server, &mut of_ada, &form).status, 303);
    // An owner who cannot sign in does not count.
    server.db_execute(&format!(
        "UPDATE users SET disabled_at = 1 WHERE id = '{bea}'"
    ));
    assert_page(&leave(&server, &mut of_ada, &slug), 409);
    server.db_execute("UPDATE users SET disabled_at = NULL");
    assert_eq!(leave(&server, &mut of_ada, &slug).status, 303);
    assert_page(&leave_page(&server, &mut of_ada, &slug), 404);
    assert_page(&leave(&server, &mut of_bea, &slug), 409);
}

fn leave_page(server: &TestServer, browser: &mut Browser, slug: &str) -> Answer {
    browser.get_once(&format!("{}/account/projects/{slug}/leave", server.url))
}

#[test]
fn two_owners_who_leave_at_once_leave_one_behind() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let (mut ada, mut bea) = (signed_in(&server, "ada"), signed_in(&server, "bea"));
    let slug = projects::create(&server, &mut ada, "Weather", "");
    add(&server, &mut ada, &slug, "bea", "owner");
    let path = format!("/account/projects/{slug}/leave");
    let leaving: Vec<(String, String)> = [&mut ada, &mut bea]
        .map(|browser| {
            let form = form(&server, browser, &path, &path);
            (cookies_of(browser), form.field("csrf").unwrap().to_owned())
        })
        .to_vec();
    let answers = at_once(2, |number| {
        let (cookies, csrf) = &leaving[number];
        server.post_with(&path, &[("cookie", cookies)], &[("csrf", csrf)])
    });
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
}

#[test]
fn who_was_taken_out_sees_nothing_more() {
    let server = TestServer::start();
    server.db_user("ada");
    let bea = server.db_user("bea");
    let (mut of_ada, mut of_bea) = (signed_in(&server, "ada"), signed_in(&server, "bea"));
    let slug = projects::create(&server, &mut of_ada, "Weather", "");
    add(&server, &mut of_ada, &slug, "bea", "member");
    let path = format!("/account/projects/{slug}");
    open(&server, &mut of_bea, &path);
    let form = change(&server, &mut of_ada, &slug, &bea, "remove");
    assert_eq!(submit(&server, &mut of_ada, &form).status, 303);
    assert_page(&of_bea.get_once(&format!("{}{path}", server.url)), 404);
    for (user, act) in [
        (bea.as_str(), "remove"),
        ("usr_unknown", "owner"),
        (&bea, "king"),
    ] {
        let form = change(&server, &mut of_ada, &slug, user, act);
        assert_page(&submit(&server, &mut of_ada, &form), 404);
    }
}
