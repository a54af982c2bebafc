//! The audit log: filters, pages, exports, and that nothing in it can be changed.

use latchkey::models::audit_event::AuditEvent;
use latchkey::models::client;

use super::dashboard::administrator;
use crate::support::browser::unescape;
use crate::support::{Answer, Browser, NewClient, TestServer};

fn get(server: &TestServer, browser: &mut Browser, path: &str) -> Answer {
    browser.get_once(&format!("{}{path}", server.url))
}

#[track_caller]
pub fn page(server: &TestServer, browser: &mut Browser, path: &str) -> String {
    page_with(server, browser, path, 200)
}

#[track_caller]
pub fn page_with(server: &TestServer, browser: &mut Browser, path: &str, status: u16) -> String {
    let answer = get(server, browser, path);
    assert_eq!(answer.status, status, "{answer:?}");
    unescape(&answer.body)
}

/// Writes one event, so many seconds ago.
pub fn db_event(
    server: &TestServer,
    seconds: i64,
    action: &str,
    change: impl FnOnce(&mut AuditEvent),
) {
    let mut event = AuditEvent::new(action, server.app.now().plus(-seconds));
    change(&mut event);
    server.db_write(move |connection| Ok(event.insert(connection)?));
}

/// The details of the events of a page, in their order.
fn details(page: &str) -> Vec<String> {
    page.split("<p class=\"quiet\"><bdi>")
        .skip(1)
        .map(|text| text.split("</bdi></p>").next().unwrap().to_owned())
        .collect()
}

/// The address behind a link of the pager.
fn link(page: &str, rel: &str) -> Option<String> {
    let tag = page
        .split("<a ")
        .find(|tag| tag.contains(&format!("rel=\"{rel}\"")))?;
    Some(tag.split("href=\"").nth(1)?.split('"').next()?.to_owned())
}

#[test]
fn events_are_told_with_the_names_of_those_they_are_about() {
    let server = TestServer::start();
    let alice = server.db_user("alice");
    let app = server.db_client(NewClient::service());
    let (user_id, client_id) = (alice.clone(), app.id.clone());
    db_event(&server, 5, "test.happened", |event| {
        event.actor = Some(String::from("command line"));
        event.user_id = Some(user_id);
        event.client_id = Some(client_id);
        event.address = Some(String::from("203.0.113.7"));
        event.detail = Some(String::from("because <b>"));
    });
    let mut browser = administrator(&server);
    let shown = get(&server, &mut browser, "/admin/audit");
    assert!(
        !shown.body.contains("because <b>"),
        "it is escaped: {shown:?}"
    );
    let shown = unescape(&shown.body);
    for text in [
        "test.happened",
        "command line",
        "because <b>",
        "203.0.113.7",
        &format!("/admin/users/{alice}\" title=\"{alice}\"><bdi>alice</bdi>"),
        &format!("/admin/clients/{}\"", app.id),
    ] {
        assert!(shown.contains(text), "{text} is not in {shown}");
    }
    let id = app.id;
    server.db_write(move |connection| Ok(client::delete(connection, &id)?));
    let later = page(&server, &mut browser, "/admin/audit?action=test.happened");
    assert!(
        !later.contains("Sunny Calendar") && later.contains("cli_"),
        "{later}"
    );
}

#[test]
fn long_words_of_an_action_break_where_they_are_joined() {
    let server = TestServer::start();
    db_event(&server, 5, "personal_token.created", |_| {});
    let mut browser = administrator(&server);
    let shown = page(&server, &mut browser, "/admin/audit");
    assert!(
        shown.contains("<code>personal_<wbr>token.<wbr>created</code>"),
        "{shown}"
    );
}

#[test]
fn the_filters_are_open_once_one_is_set() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let folded = page(&server, &mut browser, "/admin/audit");
    assert!(folded.contains("<details class=\"fold\">"), "{folded}");
    let set = page(&server, &mut browser, "/admin/audit?actor=grace");
    assert!(set.contains("<details class=\"fold\" open>"), "{set}");
}

#[test]
fn each_filter_leaves_out_what_does_not_fit_and_stays_in_the_address() {
    let server = TestServer::start();
    let (alice, bob) = (server.db_user("alice"), server.db_user("bob"));
    let app = server.db_client(NewClient::service());
    for (at, actor, about) in [(10, &alice, &bob), (20, &bob, &alice), (90_000, &bob, &bob)] {
        let (actor, about, client_id) = (actor.clone(), about.clone(), app.id.clone());
        db_event(&server, at, &format!("test.at_{at}"), |event| {
            event.detail = Some(format!("{at} ago"));
            event.actor = Some(actor);
            event.user_id = Some(about);
            event.client_id = (at == 20).then_some(client_id);
        });
    }
    let mut browser = administrator(&server);
    let yesterday = server.app.now().plus(-86_400).to_string();
    let yesterday = yesterday[..16].to_owned();
    for (filter, fitting) in [
        (String::from("actor=bob"), vec!["20 ago", "90000 ago"]),
        (format!("actor={alice}"), vec!["10 ago"]),
        (String::from("user=Alice"), vec!["20 ago"]),
        (format!("client={}", app.id), vec!["20 ago"]),
        (String::from("client=Sunny+Calendar"), vec!["20 ago"]),
        (String::from("action=test.at_90000"), vec!["90000 ago"]),
        (String::from("actor=bob&action=test.at_20"), vec!["20 ago"]),
        (format!("actor=bob&from={yesterday}"), vec!["20 ago"]),
        (format!("actor=bob&to={yesterday}"), vec!["90000 ago"]),
        (String::from("user=alice&actor=alice"), vec![]),
    ] {
        let shown = page(&server, &mut browser, &format!("/admin/audit?{filter}"));
        assert_eq!(details(&shown), fitting, "{filter}");
        let first = filter.split('&').next().unwrap();
        let value = first.split('=').nth(1).unwrap().replace('+', " ");
        assert!(
            shown.contains(&format!("value=\"{value}\""))
                || shown.contains(&format!("<option selected>{value}")),
            "{filter} is kept: {shown}"
        );
        assert!(
            shown
                .split("/admin/audit/audit-log.csv?")
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
                .contains(first),
            "{filter}: {shown}"
        );
    }
}

#[test]
fn a_filter_that_means_nothing_is_told_beside_its_field() {
    let server = TestServer::start();
    server.db_client(NewClient::service());
    server.db_client(NewClient::service());
    let mut browser = administrator(&server);
    for (filter, told) in [
        ("actor=nobody", "Nobody has this username."),
        ("user=nobody", "Nobody has this username."),
        ("client=nothing", "No client has this name."),
        ("client=Sunny+Calendar", "Several clients have this name"),
        ("from=yesterday", "Write a time like"),
        ("to=2026-13-40T99:99", "Write a time like"),
        ("to=2026-01-01T01:01:more", "Write a time like"),
        (
            "action=test.unheard_of",
            "The log has no event of this name.",
        ),
    ] {
        let shown = page_with(
            &server,
            &mut browser,
            &format!("/admin/audit?{filter}"),
            422,
        );
        assert!(shown.contains(told), "{filter}: {shown}");
        assert!(
            !shown.contains("Nothing fits"),
            "nothing was looked for: {shown}"
        );
        let value = filter.split('=').nth(1).unwrap().replace('+', " ");
        assert!(
            shown.contains(&format!("value=\"{value}\""))
                || shown.contains(&format!("<option selected>{value}<")),
            "{filter} is kept: {shown}"
        );
        let export = get(
            &server,
            &mut browser,
            &format!("/admin/audit/audit-log.csv?{filter}"),
        );
        assert_eq!(export.status, 422, "{export:?}");
        assert!(unescape(&export.body).contains(told), "{export:?}");
    }
    assert_eq!(server.db_events("audit_log.exported"), 0);
}

#[test]
fn what_is_typed_into_a_filter_never_gets_into_the_log() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let token = server.db_personal_token(&ada, "read", None);
    let mut browser = administrator(&server);
    let times = ["from", "to"].map(|name| format!("{name}=2026-01-01T00:00:{token}"));
    let names = ["actor", "user", "client", "action"].map(|name| format!("{name}={token}"));
    for filter in times.iter().chain(&names) {
        for file in ["audit-log.csv", "audit-log.jsonl"] {
            let at = format!("/admin/audit/{file}?{filter}");
            let refused = get(&server, &mut browser, &at);
            assert_eq!(refused.status, 422, "{filter}: {refused:?}");
        }
    }
    let right =
        "/admin/audit/audit-log.csv?user=ADA&action=user.signed_in&from=2020-01-01T00:00&x=";
    let answer = get(&server, &mut browser, &format!("{right}{token}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(server.db_events("audit_log.exported"), 1);
    let log = get(&server, &mut browser, "/admin/audit/audit-log.csv").body;
    let told = format!("user {ada}, action user.signed_in, from 2020-01-01T00:00:00Z");
    assert!(log.contains(&told), "{log}");
    assert!(!log.contains(&token), "{log}");
}

#[test]
fn a_long_log_is_turned_page_by_page_in_both_directions() {
    let server = TestServer::start();
    // Several in the same second: a page must neither repeat nor lose one.
    for number in 0..120 {
        db_event(&server, 1000 + number / 7, "test.happened", |event| {
            event.detail = Some(format!("event {number}"));
        });
    }
    let mut browser = administrator(&server);
    let mut seen = Vec::new();
    let mut at = String::from("/admin/audit?action=test.happened");
    let mut pages = Vec::new();
    loop {
        let shown = page(&server, &mut browser, &at);
        let events = details(&shown);
        seen.extend(events.clone());
        pages.push(events);
        let Some(next) = link(&shown, "next") else {
            break;
        };
        at = next;
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 20]);
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), 120);
    let last = page(&server, &mut browser, &at);
    let before = page(&server, &mut browser, &link(&last, "prev").unwrap());
    assert_eq!(details(&before), pages[1], "the same page from below");
    let first = page(&server, &mut browser, &link(&before, "prev").unwrap());
    assert_eq!(details(&first), pages[0]);
    assert_eq!(link(&first, "prev"), None);
    for odd in [
        "older=x",
        "older=1.",
        "newer=9999999999999999999.evt_1",
        "older=-5.evt_%27",
    ] {
        page(&server, &mut browser, &format!("/admin/audit?{odd}"));
    }
}

#[test]
fn an_export_has_every_event_that_fits_and_no_formula() {
    let server = TestServer::start();
    for number in 0..2300 {
        db_event(&server, 5000 + number, "test.many", |_| {});
    }
    db_event(&server, 10, "test.odd", |event| {
        event.detail = Some(String::from(
            "=HYPERLINK(\"https://evil.example\"), said \"she\"",
        ));
    });
    let mut browser = administrator(&server);
    let many = get(
        &server,
        &mut browser,
        "/admin/audit/audit-log.csv?action=test.many",
    );
    assert_eq!(many.status, 200, "{many:?}");
    assert_eq!(
        many.header("content-type"),
        Some("text/csv; charset=utf-8; header=present")
    );
    assert_eq!(many.header("content-disposition"), Some("attachment"));
    assert_eq!(many.header("cache-control"), Some("no-store"));
    let lines: Vec<&str> = many.body.split("\r\n").collect();
    assert!(
        lines[0].starts_with("id,occurred_at,action,actor,"),
        "{}",
        lines[0]
    );
    assert_eq!(lines.len(), 1 + 2300 + 1);
    let odd = get(
        &server,
        &mut browser,
        "/admin/audit/audit-log.csv?action=test.odd",
    )
    .body;
    assert!(
        odd.contains(",\"'=HYPERLINK(\"\"https://evil.example\"\"), said \"\"she\"\"\"\r\n"),
        "{odd}"
    );
    let json = get(
        &server,
        &mut browser,
        "/admin/audit/audit-log.jsonl?action=test.odd",
    )
    .body;
    let line: serde_json::Value = serde_json::from_str(json.trim_end()).unwrap();
    assert_eq!(
        line["detail"],
        "=HYPERLINK(\"https://evil.example\"), said \"she\""
    );
    assert_eq!(line["action"], "test.odd");
    assert_eq!(
        server.db_events("audit_log.exported"),
        3,
        "exports are events themselves"
    );
}

#[test]
fn nothing_in_the_log_can_be_changed() {
    let server = TestServer::start();
    db_event(&server, 10, "test.happened", |_| {});
    let mut browser = administrator(&server);
    let cookies = super::cookies_of(&browser);
    let before = page(&server, &mut browser, "/admin/audit?action=test.happened");
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        for path in [
            "/admin/audit",
            "/admin/audit/audit-log.csv",
            "/admin/audit/audit-log.jsonl",
        ] {
            let url = format!("{}{path}", server.url);
            let answer = Answer::send(method, &url, &[("cookie", &cookies)], Some(b""));
            assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
        }
    }
    let after = page(&server, &mut browser, "/admin/audit?action=test.happened");
    assert_eq!(
        before.matches("test.happened").count(),
        after.matches("test.happened").count()
    );
}

#[test]
fn hostile_filters_stay_text() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let long = "x".repeat(10_000);
    for text in [
        "<script>alert(1)</script>",
        "\"><img src=x>",
        "'; DROP TABLE audit_events --",
        "🔑",
        &long,
    ] {
        let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        for name in ["actor", "user", "client", "action", "from", "to"] {
            let answer = get(
                &server,
                &mut browser,
                &format!("/admin/audit?{name}={encoded}"),
            );
            assert_eq!(answer.status, 422, "{name}={text}: {answer:?}");
            assert!(
                !answer.body.contains("<script>alert") && !answer.body.contains("<img"),
                "{answer:?}"
            );
        }
    }
}
