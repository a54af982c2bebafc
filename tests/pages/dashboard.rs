//! The dashboard: what needs attention, what there is, what happens.

use std::os::unix::fs::PermissionsExt;

use latchkey::models::access_token::{self, AccessToken, TokenKind};
use latchkey::models::{client_secret, user};
use latchkey::oauth::{GrantType, PlainSecret, SecretKind};

use super::signed_in;
use crate::support::browser::unescape;
use crate::support::{Answer, Browser, NewClient, ResourceServer, TestServer};

const DAY: i64 = 86_400;

/// A browser in which an administrator is signed in.
pub fn administrator(server: &TestServer) -> Browser {
    let id = server.db_user("grace");
    server.db_write(move |connection| {
        Ok(user::set_roles(
            connection,
            &id,
            latchkey::oauth::List(vec![String::from("admin")]),
        )?)
    });
    signed_in(server, "grace")
}

#[track_caller]
fn page(server: &TestServer, browser: &mut Browser, path: &str) -> String {
    let answer = browser.get_once(&format!("{}{path}", server.url));
    assert_eq!(answer.status, 200, "{answer:?}");
    unescape(&answer.body)
}

/// The number on a tile.
#[track_caller]
fn tile(page: &str, name: &str) -> String {
    let after = page.split(&format!("<dt>{name}</dt><dd>")).nth(1).unwrap();
    let number = after.split("</dd>").next().unwrap();
    let number = number.split("\">").last().unwrap();
    number.trim_end_matches("</a>").to_owned()
}

/// The cells of a row of the table of tables.
#[track_caller]
fn row(page: &str, table: &str) -> Vec<String> {
    let after = page
        .split(&format!("<th scope=\"row\">{table}</th>"))
        .nth(1)
        .unwrap();
    let cells = after.split("</tr>").next().unwrap().split("</td>");
    let text = |cell: &str| cell.rsplit('>').next().unwrap().trim().to_owned();
    let cells = cells.filter(|cell| cell.contains("<td"));
    cells
        .filter(|cell| !cell.contains("Size"))
        .map(text)
        .collect()
}

fn service_token(server: &TestServer) -> Answer {
    let service = server.db_client(NewClient::service());
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    server.post_as(&service, "/oauth/token", &grant)
}

#[test]
fn only_administrators_get_in() {
    let server = TestServer::start();
    for path in [
        "/admin",
        "/admin/audit",
        "/admin/audit/audit-log.csv",
        "/admin/audit/audit-log.jsonl",
    ] {
        let stranger = server.get(path);
        assert_eq!(stranger.status, 303, "{stranger:?}");
        assert!(stranger.location().contains("/login"), "{stranger:?}");
    }
    server.db_user("alice");
    let mut browser = signed_in(&server, "alice");
    for path in [
        "/admin",
        "/admin/audit",
        "/admin/audit/audit-log.csv",
        "/admin/audit/audit-log.jsonl",
    ] {
        let answer = browser.get_once(&format!("{}{path}", server.url));
        assert_eq!(answer.status, 403, "{path}: {answer:?}");
    }
}

#[test]
fn what_has_just_happened_is_shown_in_every_range() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let token = service_token(&server).assert_tokens();
    service_token(&server).assert_tokens();
    assert!(api.is_active(&token) && !api.is_active("nothing"));
    let mut browser = administrator(&server);
    for (range, when) in [
        ("hour", "In the last hour"),
        ("day", "In the last 24 hours"),
        ("month", "In the last 30 days"),
        ("nonsense", "In the last 24 hours"),
    ] {
        let page = page(&server, &mut browser, &format!("/admin?range={range}"));
        assert!(
            page.contains(&format!("{when}; at most 2 per")),
            "{range}: {page}"
        );
        assert!(
            page.contains(
                "<strong>1</strong> active</li><li class=\"bad\"><strong>1</strong> inactive"
            ),
            "{range}: {page}"
        );
        assert!(
            page.contains("<strong>2</strong> issued"),
            "{range}: {page}"
        );
        assert!(
            page.contains("<svg") && page.contains("<th scope=\"row\">"),
            "{page}"
        );
    }
    server.advance(2 * 3600);
    let hour = page(&server, &mut browser, "/admin?range=hour");
    assert!(hour.contains("In the last hour."), "{hour}");
    let day = page(&server, &mut browser, "/admin");
    assert!(day.contains("<strong>2</strong> issued"), "{day}");
}

#[test]
fn the_first_client_is_seen_before_it_is_counted() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let empty = page(&server, &mut browser, "/admin");
    assert!(empty.contains("No clients yet"), "{empty}");
    service_token(&server).assert_tokens();
    let shown = page(&server, &mut browser, "/admin");
    assert!(!shown.contains("No clients yet"), "{shown}");
    assert_eq!(tile(&shown, "Clients"), "0");
    assert!(shown.contains("once a minute at most"), "{shown}");
    server.advance(60);
    let counted = page(&server, &mut browser, "/admin");
    assert_eq!(tile(&counted, "Clients"), "1");
}

#[test]
fn one_token_is_not_told_of_as_several() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let none = page(&server, &mut browser, "/admin");
    assert!(!none.contains("issued in the last 24 hours"), "{none}");
    service_token(&server).assert_tokens();
    let one = page(&server, &mut browser, "/admin");
    assert!(one.contains("1 access token was issued"), "{one}");
    service_token(&server).assert_tokens();
    let two = page(&server, &mut browser, "/admin");
    assert!(two.contains("2 access tokens were issued"), "{two}");
}

#[test]
fn a_live_token_has_neither_expired_nor_been_revoked() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let token = || {
        let grant = [("grant_type", "client_credentials"), ("scope", "read")];
        server
            .post_as(&service, "/oauth/token", &grant)
            .assert_tokens()
    };
    token();
    let (revoked, _) = (token(), token());
    server.post_as(&service, "/oauth/revoke", &[("token", &revoked)]);
    let (client_id, now) = (service.id.clone(), server.app.now());
    server.db_write(move |connection| {
        let personal = AccessToken {
            id: PlainSecret::generate(SecretKind::PersonalToken, now).id(),
            kind: TokenKind::Personal,
            client_id,
            user_id: None,
            authorization_id: None,
            scope: latchkey::oauth::Scope::default(),
            name: Some(String::from("for ever")),
            last_four: String::from("abcd"),
            created_at: now,
            expires_at: None,
            revoked_at: None,
            revoked_because: None,
            revoked_by: None,
        };
        Ok(access_token::insert(connection, personal)?)
    });
    let mut browser = administrator(&server);
    let shown = page(&server, &mut browser, "/admin");
    assert_eq!(tile(&shown, "Live access tokens"), "3");
    assert_eq!(tile(&shown, "Users"), "1");
    assert_eq!(tile(&shown, "Clients"), "1");
    assert_eq!(tile(&shown, "Live sessions"), "1");
    assert_eq!(row(&shown, "Access tokens"), ["4", "0", "3", "3"]);
    server.advance(30);
    let kept = page(&server, &mut browser, "/admin");
    assert!(kept.contains("just now"), "{kept}");
    // The server may have purged them by then, or not yet.
    server.advance(3600);
    let later = page(&server, &mut browser, "/admin");
    assert_eq!(
        tile(&later, "Live access tokens"),
        "1",
        "only the one for ever"
    );
}

#[test]
fn what_needs_attention_is_told_with_the_client_to_mend() {
    let server = TestServer::start();
    let spa = server.db_client(NewClient::first_party_spa());
    let rotated = server.db_client(NewClient::web("https://app.example/callback"));
    let mut browser = administrator(&server);
    let fresh = page(&server, &mut browser, "/admin");
    assert!(fresh.contains("the issuer is http"), "{fresh}");
    assert!(
        fresh.contains("1 client may ask people for their passwords"),
        "{fresh}"
    );
    assert!(
        fresh.contains(&format!("/admin/clients/{}\"", spa.id)),
        "{fresh}"
    );
    assert!(!fresh.contains("master key file"), "{fresh}");
    assert!(
        !fresh.contains("90 days") && !fresh.contains("A secret of"),
        "{fresh}"
    );
    let file = server.app.config.master_key_path().unwrap();
    std::fs::set_permissions(file, PermissionsExt::from_mode(0o644)).unwrap();
    let end = server.app.now().plus(7 * DAY);
    server.db_write(move |connection| {
        use diesel::prelude::*;
        use latchkey::schema::client_secrets;
        let own = client_secrets::table.filter(client_secrets::client_id.eq(rotated.id));
        diesel::update(own)
            .set(client_secrets::expires_at.eq(Some(end)))
            .execute(connection)?;
        Ok(())
    });
    server.advance(60);
    let later = page(&server, &mut browser, "/admin");
    assert!(later.contains("master key file"), "{later}");
    assert!(
        !later.contains("A secret of"),
        "one made for a week has just been made: {later}"
    );
    server.advance(6 * DAY);
    let mut browser = signed_in(&server, "grace");
    let soon = page(&server, &mut browser, "/admin");
    assert!(
        soon.contains("A secret of 1 client ends within 14 days"),
        "{soon}"
    );
    server.advance(91 * DAY);
    let mut browser = signed_in(&server, "grace");
    let unused = page(&server, &mut browser, "/admin");
    assert!(unused.contains("2 clients"), "{unused}");
    assert!(unused.contains("for 90 days. Disable"), "{unused}");
    assert!(
        !unused.contains("A secret of"),
        "what has ended is not about to: {unused}"
    );
}

#[test]
fn a_warning_about_many_clients_names_a_few() {
    let server = TestServer::start();
    for _ in 0..8 {
        let new = NewClient {
            grants: vec![GrantType::Password],
            ..NewClient::first_party_spa()
        };
        server.db_client(new);
    }
    let mut browser = administrator(&server);
    let shown = page(&server, &mut browser, "/admin");
    assert!(shown.contains("8 clients may ask"), "{shown}");
    assert!(shown.contains("3 more</a>"), "{shown}");
    assert_eq!(shown.matches("Sunny Calendar").count(), 5, "{shown}");
}

#[test]
fn a_secret_without_an_end_is_not_about_to_end() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let now = server.app.now();
    server.db_write(move |connection| {
        client_secret::insert(connection, &service.id, "second", now)?;
        Ok(())
    });
    let mut browser = administrator(&server);
    let shown = page(&server, &mut browser, "/admin");
    assert!(!shown.contains("A secret of"), "{shown}");
}
