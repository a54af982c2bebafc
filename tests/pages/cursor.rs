//! Whoever types something wrong is led to it: the cursor begins in the first mistake down the page, of every form.

use crate::support::browser::Form;
use crate::support::{Answer, TestServer};

use super::dashboard::administrator;
use super::every_route::{Things, routes};

/// Fields that people do not see.
const HIDDEN: [&str; 8] = [
    "csrf",
    "id",
    "user",
    "session",
    "client_id",
    "token",
    "own_username",
    "what",
];

/// Whether anything is wrong on a page; then one field or group has the cursor, and the first mistake tells about it.
#[track_caller]
fn begins_at_the_first_mistake(answer: &Answer) -> bool {
    let Some((before, _)) = answer.body.split_once("class=\"error\"") else {
        return false;
    };
    let (_, notes) = before.rsplit_once("<div class=\"notes\" id=\"").unwrap();
    let notes = notes.split('"').next().unwrap();
    let marks: Vec<&str> = answer.body.split(" autofocus").collect();
    assert_eq!(marks.len(), 2, "{}", answer.words());
    let tag = marks[0].rsplit('<').next().unwrap().to_owned() + marks[1].split('>').next().unwrap();
    assert!(
        tag.contains(&format!("aria-describedby=\"{notes}\"")),
        "{notes} is wrong, and this has the cursor: {tag}"
    );
    let can_have_it = tag.contains("aria-invalid=\"true\"") || tag.contains("tabindex=\"-1\"");
    assert!(can_have_it, "{tag}");
    true
}

/// Ways to fill a form in wrongly: not at all, as it is, and all but the password.
fn wrongly(page: &Answer, form: &Form) -> [Form; 3] {
    let (mut empty, mut full) = (form.clone(), form.clone());
    for (name, value) in &mut empty.fields {
        if !HIDDEN.contains(&name.as_str()) {
            value.clear();
        }
    }
    for (name, value) in &mut full.fields {
        if value.is_empty() && name != "confirmation" {
            value.push_str("fine");
        }
    }
    if page.body.contains("name=\"scope\" value=\"read\"") {
        full = full.tick("scope", "read");
    }
    [empty, form.clone(), full]
}

#[test]
fn every_form_leads_to_its_first_mistake() {
    const KINDS: [&str; 5] = ["web", "native", "single-page", "service", "resource-server"];
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let things = Things::new(&server);
    // So that what is dangerous asks for the password.
    server.advance(700);
    let pages = routes("GET").into_iter();
    let pages = pages.map(|route| things.address(&server, &route));
    let kinds = KINDS.map(|kind| server.address(&format!("/admin/clients/new?kind={kind}")));
    let mut mistaken = 0;
    for at in pages.chain(kinds) {
        let page = browser.get(&at).1;
        for form in Form::all(&page) {
            // A button alone has nothing to be wrong, and what it does would take things away from the others.
            if form
                .fields
                .iter()
                .all(|(name, _)| HIDDEN.contains(&name.as_str()))
                && !form.fields.is_empty()
            {
                continue;
            }
            for form in wrongly(&page, &form) {
                let answer = browser.submit_once(&at, &form);
                assert!(answer.status < 500, "{at}: {answer:?}");
                if begins_at_the_first_mistake(&answer) {
                    mistaken += 1;
                }
            }
        }
    }
    assert!(mistaken > 60, "{mistaken}");
}

#[test]
fn a_filter_that_means_nothing_has_the_cursor() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    for path in [
        "/admin/audit?actor=zzzz",
        "/admin/audit?from=abc&to=abc",
        "/admin/audit?action=zzzz",
        "/admin/roles/scopes?user=zzzz",
        "/admin/tokens/refusals?client=zzzz",
    ] {
        let answer = browser.get(&server.address(path)).1;
        assert!(begins_at_the_first_mistake(&answer), "{path}");
    }
}

#[test]
fn what_is_typed_moves_no_cursor() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let page = browser.get(&server.address("/account/projects/new")).1;
    let typed = " autofocus=\"wrong\" autofocus=\"first\" autofocus ";
    let form = Form::find(&page, "/projects/new").fill("name", typed);
    let answer = browser.submit_once(&server.url, &form.fill("slug", "No slug"));
    let again = Form::find(&answer, "/projects/new");
    assert_eq!(again.field("name"), Some(typed.trim()));
}
