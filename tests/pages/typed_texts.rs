//! What people type as names and texts: too long, invisible, or like another one. The mistake stands beside its field,
//! and what was typed stays.

use latchkey::models::user::key_of;

use crate::support::browser::{Form, unescape};
use crate::support::{Answer, Browser, TestServer};

use super::dashboard::administrator;

type Fields = &'static [(&'static str, &'static str)];

/// Pages of forms, what else they need, and their fields for texts.
const FORMS: [(&str, Fields, &[&str]); 6] = [
    (
        "/admin/users/new",
        &[("username", "bea"), ("email", "bea@example.com")],
        &["username", "email"],
    ),
    (
        "/admin/scopes/new",
        &[("name", "a.scope"), ("description", "See it")],
        &["name", "description"],
    ),
    ("/admin/roles/new", &[("name", "a-role")], &["name"]),
    (
        "/admin/clients/new?kind=web",
        &[
            ("name", "Fine"),
            ("redirect_uris", "https://app.example/callback"),
        ],
        &["name", "redirect_uris", "access_ttl", "project"],
    ),
    (
        "/account/projects/new",
        &[("name", "Fine"), ("slug", "fine")],
        &["name", "slug"],
    ),
    (
        "/account/tokens/new",
        &[("name", "Fine"), ("scope", "read")],
        &["name"],
    ),
];

/// Sends the form of a page with one field more.
fn send(
    server: &TestServer,
    browser: &mut Browser,
    path: &str,
    others: &[(&str, &str)],
    (name, value): (&str, &str),
) -> Answer {
    let (_, page) = browser.get(&server.address(path));
    let mut form = Form::find(&page, path);
    for (name, value) in others {
        form = form.fill(name, value);
    }
    browser.submit_once(&server.address(path), &form.fill(name, value))
}

#[track_caller]
fn assert_kept_with_its_mistake(answer: &Answer, name: &str, value: &str) {
    assert_eq!(answer.status, 422, "{name}: {}", answer.words());
    assert!(unescape(&answer.body).contains(value), "{name} is lost");
    assert!(answer.body.contains("class=\"error\">"), "{name}");
}

#[test]
fn ten_thousand_characters_of_any_script_come_back_with_their_mistake() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    for character in ["名", "🦀"] {
        let long = character.repeat(10_000);
        for (path, others, fields) in FORMS {
            for name in fields {
                let answer = send(&server, &mut browser, path, others, (name, &long));
                assert_kept_with_its_mistake(&answer, &format!("{path} {name}"), &long);
            }
        }
    }
}

#[test]
fn a_longer_body_than_any_form_has_is_told_of() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let long = "a".repeat(256 * 1024);
    let path = "/account/projects/new";
    let answer = send(&server, &mut browser, path, &[], ("name", &long));
    assert_eq!(answer.status, 400, "{answer:?}");
    answer.assert_says(&["longer than 256 KiB"]);
}

#[test]
fn names_that_nobody_sees_are_refused_everywhere() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    for nothing in ["\u{feff}", "\u{200b}\u{200b}", "\u{3164}", "\u{2800}\u{ad}"] {
        for (path, others, fields) in FORMS {
            for name in fields.iter().filter(|name| **name != "redirect_uris") {
                let answer = send(&server, &mut browser, path, others, (name, nothing));
                assert_kept_with_its_mistake(&answer, &format!("{path} {name}"), nothing);
            }
        }
    }
}

#[test]
fn a_user_name_has_nothing_in_it_that_makes_it_look_like_another() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let (path, email) = ("/admin/users/new", [("email", "ada@example.com")]);
    server.db_user("ada");
    for name in [
        "ada\u{200b}",
        "a\u{ad}da",
        "ada\u{202e}",
        "ad\u{2060}a",
        "ada\u{fe0f}",
    ] {
        let answer = send(&server, &mut browser, path, &email, ("username", name));
        assert_kept_with_its_mistake(&answer, "username", name);
        answer.assert_says(&["Somebody has this name already"]);
    }
    for name in [
        "ליאור",
        "Zoë Kovács",
        "名前",
        "🦀",
        "👩\u{200d}🚀",
        "می\u{200c}خواهم",
    ] {
        let answer = send(&server, &mut browser, path, &email, ("username", name));
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
    }
}

#[test]
fn what_cannot_be_seen_between_a_letter_and_its_mark_makes_no_second_name() {
    for name in [
        "Zoe\u{34f}\u{308}",
        "Zo\u{200d}e\u{308}",
        "ZOË",
        "\u{ad}Zoë",
    ] {
        assert_eq!(key_of(name), "zoë", "{name:?}");
    }
    for name in [
        "Zoe\u{34f}\u{308}",
        "ǅ\u{200d}\u{30c}",
        "ﬁ\u{fe0f}",
        "İ",
        "ς\u{301}",
    ] {
        assert_eq!(key_of(&key_of(name)), key_of(name), "{name:?}");
    }
}

#[test]
fn names_of_projects_keep_what_their_script_and_their_emoji_need() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let path = "/account/projects/new";
    for (name, slug) in [
        ("👩\u{200d}🚀 crew", "crew"),
        ("می\u{200c}خواهم", "want"),
        ("\u{200f}(דף) 1", "page"),
    ] {
        let named = ("name", name);
        let answer = send(&server, &mut browser, path, &[("slug", slug)], named);
        assert_eq!(answer.status, 303, "{name}: {answer:?}");
    }
}
