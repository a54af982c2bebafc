//! What cannot be registered: every mistake beside its field, nothing that was typed lost.

use crate::pages::admin::administrator;
use crate::pages::assert_page;
use crate::support::browser::Form;
use crate::support::{Answer, TestServer};

use super::{PATH, new_client, send};

/// The sentences in the notes of a field.
fn notes(page: &Answer, id: &str) -> String {
    let (_, notes) = page
        .body
        .split_once(&format!("id=\"{id}-notes\">"))
        .unwrap_or_else(|| panic!("no notes on {id} in {page:?}"));
    let notes = notes.split("</div>").next().unwrap();
    assert!(notes.contains("class=\"error\""), "{id}: {notes}");
    crate::support::browser::unescape(notes)
}

#[test]
fn each_mistake_stands_beside_its_field() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let long = "x".repeat(201);
    for (kind, name, wrong, place, why) in [
        ("web", "name", "", "name", "Type a name."),
        ("web", "name", long.as_str(), "name", "longer than 200"),
        ("web", "name", "a\u{7}b", "name", "control"),
        (
            "web",
            "redirect_uris",
            "",
            "redirect_uris",
            "give a redirect URI",
        ),
        (
            "web",
            "redirect_uris",
            "http://app.example/cb",
            "redirect_uris",
            "must be https",
        ),
        (
            "web",
            "redirect_uris",
            "https://app.example/cb#x",
            "redirect_uris",
            "fragment",
        ),
        (
            "web",
            "redirect_uris",
            "https://*.example/cb",
            "redirect_uris",
            "wildcards",
        ),
        ("web", "redirect_uris", "/cb", "redirect_uris", "absolute"),
        (
            "web",
            "redirect_uris",
            "com.example.app:/cb",
            "redirect_uris",
            "public",
        ),
        ("web", "scope", "nothing", "scopes", "no scope"),
        ("web", "grant", "password", "grants", "first-party"),
        ("web", "access_ttl", "0", "access_ttl", "1 to"),
        ("web", "access_ttl", "soon", "access_ttl", "whole number"),
        (
            "web",
            "access_ttl",
            "99999999999999999999",
            "access_ttl",
            "whole number",
        ),
        ("web", "refresh_ttl", "-5", "refresh_ttl", "1 to"),
        ("web", "project", "nowhere", "project", "no project"),
        (
            "single-page",
            "origins",
            "https://app.example/path",
            "origins",
            "as browsers send it",
        ),
        (
            "single-page",
            "origins",
            "*",
            "origins",
            "as browsers send it",
        ),
        (
            "native",
            "redirect_uris",
            "myapp:/cb",
            "redirect_uris",
            "reversed domain",
        ),
    ] {
        let form = new_client(&server, &mut root, kind);
        let form = if kind == "native" || name == "redirect_uris" {
            form
        } else {
            form.fill("redirect_uris", "https://app.example/cb")
        };
        let answer = send(&server, &mut root, PATH, &form.fill(name, wrong));
        assert_page(&answer, 422);
        let said = notes(&answer, place);
        assert!(said.contains(why), "{name}={wrong}: {said}");
        assert!(
            answer
                .body
                .contains(&format!("aria-describedby=\"{place}-notes\"")),
            "{name}: {answer:?}"
        );
    }
    assert_eq!(server.db_count("clients WHERE user_id IS NULL"), 0);
    assert_eq!(
        server.db_count("audit_events WHERE action = 'client.added'"),
        0
    );
}

#[test]
fn a_project_must_be_one_of_several_people() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let mut root = administrator(&server);
    let form = new_client(&server, &mut root, "service").fill("project", &ada);
    let answer = send(&server, &mut root, PATH, &form);
    assert!(notes(&answer, "project").contains("personal"), "{answer:?}");
    server.db_execute(
        "INSERT INTO projects (id, slug, name, created_at) VALUES ('prj_1', 'sunny', 'Sunny', 0)",
    );
    let answer = send(&server, &mut root, PATH, &form.fill("project", "sunny"));
    assert_page(&answer, 200);
    assert_eq!(server.db_count("clients WHERE project_id = 'prj_1'"), 1);
}

#[test]
fn all_mistakes_are_told_at_once_and_nothing_typed_is_lost() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let typed = [
        ("name", "a\u{7}b"),
        ("redirect_uris", "https://a.example/cb\n/relative"),
        ("origins", "nowhere"),
        ("access_ttl", "soon"),
        ("refresh_ttl", "0"),
        ("project", "nowhere"),
    ];
    let mut form = new_client(&server, &mut root, "single-page").tick("grant", "password");
    for (name, value) in typed {
        form = form.fill(name, value);
    }
    let form = form.tick("scope", "write");
    let answer = send(&server, &mut root, PATH, &form);
    assert_page(&answer, 422);
    assert_eq!(
        answer.body.matches("class=\"error\"").count(),
        7,
        "{answer:?}"
    );
    let again = Form::find(&answer, "kind=single-page");
    for (name, value) in typed {
        assert_eq!(again.field(name), Some(value), "{name}");
    }
    let scopes: Vec<&str> = again
        .fields
        .iter()
        .filter(|(name, _)| name == "scope")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(scopes, ["read", "write"]);
    assert_eq!(again.field("grant"), Some("password"));
    assert_eq!(again.field("id"), form.field("id"));
    // The first of them has the cursor.
    assert_eq!(answer.body.matches(" autofocus").count(), 1, "{answer:?}");
}

#[test]
fn text_fields_survive_whatever_is_typed() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let long = "a".repeat(10_000);
    for kind in ["web", "native", "single-page", "service", "resource-server"] {
        for name in [
            "name",
            "redirect_uris",
            "origins",
            "access_ttl",
            "refresh_ttl",
            "project",
        ] {
            for odd in [
                "<script>alert(1)</script>",
                "\"><b>'&quot;",
                "🔑🦀",
                "\u{202e}אב",
                "${7*7}",
                "' OR 1=1--",
                &long,
            ] {
                let form = new_client(&server, &mut root, kind).fill("access_ttl", "never");
                let form = form.fill(name, odd);
                let is_there = form.fields.iter().any(|(own, _)| own == name);
                let answer = send(&server, &mut root, PATH, &form);
                assert!(answer.status < 500, "{kind} {name}={odd}: {answer:?}");
                assert!(
                    !answer.body.contains("<script>alert") && !answer.body.contains("<b>'"),
                    "{answer:?}"
                );
                if answer.status == 422 && is_there {
                    let again = Form::find(&answer, &format!("kind={kind}"));
                    if let Some(kept) = again.field(name) {
                        assert_eq!(kept, odd, "{kind}");
                    }
                }
            }
        }
    }
    // The one text that goes out to people whatever it is.
    let form =
        new_client(&server, &mut root, "service").fill("name", "<script>alert(1)</script> 🔑 \"'");
    let answer = send(&server, &mut root, PATH, &form);
    assert_page(&answer, 200);
    assert!(!answer.body.contains("<script>alert"), "{answer:?}");
}
