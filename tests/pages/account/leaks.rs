//! What somebody has reported as leaked is told to its owner: the person it acted for, or the members of its
//! project.

use latchkey::models::audit_event::AuditEvent;

use super::super::dashboard::administrator;
use crate::support::{Person, TestServer, ThirdPartyApp};

const DAY: i64 = 86_400;

fn report(server: &TestServer, token: &str) {
    let told = server.post("/auth/leaked", &[("token", token)]);
    assert_eq!(told.json()["tokens"][0]["revoked"], true, "{told:?}");
}

#[test]
fn a_person_is_told_for_thirty_days_which_of_their_tokens_was_reported() {
    let server = TestServer::start();
    for name in ["ada", "bea"] {
        server.db_user(name);
    }
    let app = ThirdPartyApp::web(&server);
    let mut ada = Person::signed_in(&server, "ada");
    let new = "/account/tokens/new";
    let form = [("name", "backup"), ("scope", "read"), ("expires", "never")];
    let personal = ada.send(new, new, &form).shown_secret();
    let (access, _) = app.tokens("ada");
    let (_, refresh) = app.tokens("ada");
    assert!(!ada.open("/account").words().contains("leaked"));
    for token in [&personal, &access, &refresh] {
        report(&server, token);
    }
    let page = ada.open("/account");
    for (what, token) in [
        ("A personal access token", &personal),
        ("An access token of Sunny Calendar", &access),
        ("A refresh token of Sunny Calendar", &refresh),
    ] {
        let last_four = &token[55..];
        let told = format!("{what} that ended in {last_four} was reported as leaked just now");
        page.assert_says(&[&told]);
        assert!(!page.body.contains(token.as_str()), "{page:?}");
    }
    assert!(!page.words().contains("More was reported"), "{page:?}");
    ada.open("/account/tokens")
        .assert_says(&["backup Leaked", "reported as leaked and revoked just now"]);
    let mut bea = Person::signed_in(&server, "bea");
    assert!(!bea.open("/account").words().contains("leaked"));

    server.advance(29 * DAY);
    let mut ada = Person::signed_in(&server, "ada");
    ada.open("/account")
        .assert_says(&["was reported as leaked"]);
    server.advance(2 * DAY);
    let mut ada = Person::signed_in(&server, "ada");
    assert!(!ada.open("/account").words().contains("leaked"));
}

#[test]
fn a_person_is_told_that_there_is_more_where_many_were_reported() {
    let server = TestServer::start();
    let id = server.db_user("ada");
    for number in 1..=6 {
        report(&server, &server.db_personal_token(&id, "read", None));
        let page = Person::signed_in(&server, "ada").open("/account");
        let told = page.words().matches("that ended in").count();
        let more = page.words().contains("More was reported as leaked");
        assert_eq!((told, more), (number.min(5), number > 5), "{page:?}");
    }
}

#[test]
fn the_members_of_a_project_are_told_of_its_keys_and_secrets() {
    let server = TestServer::start();
    for name in ["ada", "bea"] {
        server.db_user(name);
    }
    let mut ada = Person::signed_in(&server, "ada");
    let new = "/account/projects/new";
    ada.send(new, new, &[("name", "weather")]);
    let members = "/account/projects/weather/members";
    let bea = [("username", "bea"), ("membership", "member")];
    ada.send(members, members, &bea);
    let new = "/account/projects/weather/clients/new";
    let form = [
        ("name", "Station"),
        ("proof", "secret"),
        ("scope", "read"),
        ("expires", "never"),
    ];
    let page = ada.send(new, new, &form);
    let secret = page.shown_secret();
    let new_key = page.link("/keys/new");
    let form = [("name", "old key"), ("scope", "read"), ("expires", "never")];
    let key = ada.send(&new_key, &new_key, &form).shown_secret();
    report(&server, &secret);
    report(&server, &key);

    let client = new_key.strip_suffix("/keys/new").unwrap();
    for name in ["ada", "bea"] {
        let page = Person::signed_in(&server, name).open(client);
        for (what, text) in [("A client secret", &secret), ("An API key", &key)] {
            let last_four = &text[55..];
            let told = format!("{what} that ended in {last_four} was reported as leaked just now");
            page.assert_says(&[&told]);
        }
        page.assert_says(&["old key Leaked"]);
    }
    assert!(!ada.open("/account").words().contains("leaked"));
}

#[test]
fn to_administrators_an_address_without_a_name_is_somebody_outside() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    report(&server, &server.db_personal_token(&ada, "read", None));
    let nobodys = AuditEvent::new("test.happened", server.app.now());
    server.db_write(move |connection| Ok(nobodys.insert(connection)?));
    let mut browser = administrator(&server);
    for (action, who) in [
        ("token.leaked", "somebody outside"),
        ("test.happened", "the server"),
    ] {
        let at = format!("{}/admin/audit?action={action}", server.url);
        let shown = browser.get_once(&at);
        let cell = format!("data-label=\"Who\"><span class=\"quiet\">{who}</span>");
        assert!(shown.body.contains(&cell), "{action}: {shown:?}");
    }
}
