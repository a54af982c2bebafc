//! The list: search, filters, pages.

use latchkey::models::client::{self, Client, ClientKind};
use latchkey::oauth::{GrantType, List};

use crate::pages::admin::administrator;
use crate::support::{Browser, NewClient, TestServer};

use super::{PATH, page};

/// Registers a client of a name, changed before it is.
fn db_named(server: &TestServer, name: &str, change: impl FnOnce(&mut Client)) -> String {
    let mut row = Client::new(name, ClientKind::Confidential, server.app.now());
    change(&mut row);
    let id = row.id.clone();
    server.db_write(move |connection| Ok(client::insert(connection, row)?));
    id
}

/// The names in the list that a query shows, in its order.
fn names(server: &TestServer, root: &mut Browser, query: &str) -> Vec<String> {
    let listed = page(server, root, &format!("{PATH}?{query}"));
    let rows = listed.body.split("data-label=\"Name\"").skip(1);
    rows.map(|row| {
        let (_, name) = row.split_once("<bdi>").unwrap();
        crate::support::browser::unescape(name.split("</bdi>").next().unwrap())
    })
    .collect()
}

#[test]
fn an_empty_list_says_what_would_be_there() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let listed = page(&server, &mut root, PATH).words();
    assert!(
        listed.contains("No clients yet") && !listed.contains("Personal access tokens"),
        "{listed}"
    );
    db_named(&server, "one", |_| {});
    let listed = page(&server, &mut root, &format!("{PATH}?q=nobody+at+all"));
    listed.assert_says(&["Nothing fits"]);
    assert!(!listed.body.contains("class=\"pager\""), "{listed:?}");
    page(&server, &mut root, PATH).assert_says(&["1 of 1"]);
}

#[test]
fn a_page_behind_the_end_leads_back_to_the_last() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    for number in 0..72 {
        db_named(&server, &format!("client {number}"), |_| {});
    }
    let beyond = page(&server, &mut root, &format!("{PATH}?page=9"));
    beyond.assert_says(&["Nothing on this page", "Register a client"]);
    assert!(!beyond.words().contains("No client has"), "{beyond:?}");
    let previous = beyond.link("?page=");
    assert_eq!(previous, format!("{PATH}?page=2"));
    page(&server, &mut root, &previous).assert_says(&["51–72 of 72"]);
}

#[test]
fn a_client_is_found_by_a_part_of_its_name_or_id() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let id = db_named(&server, "Sunny Calendar", |_| {});
    for name in [
        "100 % real",
        "under_score",
        "back\\slash",
        "Über Größe",
        "<script>alert(1)</script>",
    ] {
        db_named(&server, name, |_| {});
    }
    for (query, found) in [
        ("q=calendar", "Sunny Calendar"),
        ("q=+SUNNY+c+", "Sunny Calendar"),
        (&format!("q={id}"), "Sunny Calendar"),
        ("q=%25", "100 % real"),
        ("q=_s", "under_score"),
        ("q=%5C", "back\\slash"),
        ("q=%C3%9Cber", "Über Größe"),
        ("q=%3Cscript", "<script>alert(1)</script>"),
    ] {
        assert_eq!(names(&server, &mut root, query), [found], "{query}");
    }
    assert!(names(&server, &mut root, &format!("q={}", "a".repeat(10_000))).is_empty());
}

#[test]
fn kinds_are_told_apart() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let uris = |uris: &[&str]| List(uris.iter().map(|uri| (*uri).to_owned()).collect());
    let code = || List(vec![GrantType::AuthorizationCode]);
    db_named(&server, "web", |client| {
        (client.grant_types, client.redirect_uris) = (code(), uris(&["https://a.example/,"]));
    });
    db_named(&server, "service", |client| {
        client.grant_types = List(vec![GrantType::ClientCredentials]);
    });
    db_named(&server, "api", |client| client.is_resource_server = true);
    for (name, redirect_uris) in [
        (
            "loopback",
            &["https://a.example/", "http://127.0.0.1/cb"][..],
        ),
        ("own scheme", &["com.example.app:/cb"]),
        (
            "last of three",
            &[
                "https://a.example/,",
                "https://b.example/[",
                "com.example.app:/cb",
            ],
        ),
        ("spa", &["https://a.example/,", "https://b.example/["]),
        ("spa by password", &[]),
    ] {
        db_named(&server, name, |client| {
            (client.kind, client.redirect_uris) = (ClientKind::Public, uris(redirect_uris));
        });
    }
    for (kind, found) in [
        ("web", &["web"][..]),
        ("service", &["service"]),
        ("resource-server", &["api"]),
        ("native", &["last of three", "loopback", "own scheme"]),
        ("single-page", &["spa", "spa by password"]),
    ] {
        assert_eq!(
            names(&server, &mut root, &format!("kind={kind}")),
            found,
            "{kind}"
        );
        for name in found {
            let listed = page(&server, &mut root, &format!("{PATH}?kind={kind}"));
            assert!(listed.body.contains(name), "{kind}: {listed:?}");
        }
    }
    assert_eq!(names(&server, &mut root, "kind=nonsense").len(), 8);
}

#[test]
fn the_state_of_a_client_filters_the_list() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let long_ago = server.app.now().plus(-100 * 86400);
    let now = server.app.now();
    db_named(&server, "new", |_| {});
    db_named(&server, "off", |client| {
        (client.created_at, client.disabled_at) = (long_ago, Some(now));
    });
    db_named(&server, "forgotten", |client| client.created_at = long_ago);
    db_named(&server, "once", |client| {
        (client.created_at, client.last_used_at) = (long_ago, Some(long_ago));
    });
    db_named(&server, "busy", |client| {
        (client.created_at, client.last_used_at) = (long_ago, Some(now));
    });
    for (state, found) in [
        ("enabled", &["busy", "forgotten", "new", "once"][..]),
        ("disabled", &["off"]),
        ("unused", &["forgotten", "once"]),
    ] {
        assert_eq!(
            names(&server, &mut root, &format!("state={state}")),
            found,
            "{state}"
        );
    }
}

#[test]
fn fifty_are_on_a_page_and_the_links_keep_search_and_filters() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let now = server.app.now();
    server.db_write(move |connection| {
        for number in 0..120 {
            let row = Client::new(
                &format!("Client {number:03}"),
                ClientKind::Confidential,
                now,
            );
            client::insert(connection, row)?;
        }
        Ok(())
    });
    server.db_client(NewClient::web("https://app.example/cb"));
    let query = "q=client&kind=service&state=enabled";
    let first = page(&server, &mut root, &format!("{PATH}?{query}"));
    assert!(first.words().contains("1–50 of 120"), "{first:?}");
    assert!(
        first
            .body
            .contains("q=client&#38;kind=service&#38;state=enabled&#38;page=2"),
        "{first:?}"
    );
    assert_eq!(
        names(&server, &mut root, &format!("{query}&page=2"))[0],
        "Client 050"
    );
    assert_eq!(
        names(&server, &mut root, &format!("{query}&page=3")).len(),
        20
    );
    for odd in [
        "page=4",
        "page=0",
        "page=-1",
        "page=x",
        "page=99999999999999999999",
    ] {
        page(&server, &mut root, &format!("{PATH}?{query}&{odd}"));
    }
}
