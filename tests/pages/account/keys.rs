//! API keys of a project's clients: they belong to the client and to nobody.

use crate::support::{Answer, Browser, ResourceServer, TestServer};

use super::super::{assert_page, signed_in};
use super::{clients, form, made, members, open, projects, tick};

/// Makes a key of a client.
#[track_caller]
pub fn create(
    server: &TestServer,
    browser: &mut Browser,
    slug: &str,
    client: &str,
    name: &str,
    scopes: &[&str],
) -> String {
    let path = format!("/account/projects/{slug}/clients/{client}/keys/new");
    let form = form(server, browser, &path, &path).fill("name", name);
    made(
        browser,
        &format!("{}{path}", server.url),
        &tick(form, "scope", scopes),
    )
    .1
}

/// A project with one client that has one key: where the client is, and the key.
fn with_key(server: &TestServer, browser: &mut Browser) -> (String, String) {
    let slug = projects::create(server, browser, "Weather", "");
    let (client, key) = clients::create(server, browser, &slug, "Station", "key", &["read"]);
    (format!("/account/projects/{slug}/clients/{client}"), key)
}

/// The way to an act on the first key of a client's page.
fn act(page: &Answer, act: &str) -> String {
    let link = page
        .body
        .split('"')
        .find(|text| text.contains(&format!("/keys/{act}?token=")));
    link.unwrap_or_else(|| panic!("no {act} in {page:?}"))
        .to_owned()
}

#[track_caller]
fn rotate(server: &TestServer, browser: &mut Browser, client: &str, overlap: &str) -> String {
    let way = act(&open(server, browser, client).1, "rotate");
    let form = form(server, browser, &way, &way).fill("overlap", overlap);
    made(browser, &format!("{}{way}", server.url), &form).1
}

/// A project with a client that has a secret and a key: the slug, the client's page, and that which rotates the key.
pub fn station(server: &TestServer, browser: &mut Browser) -> (String, String, String) {
    let slug = projects::create(server, browser, "Weather", "");
    let (id, _) = clients::create(server, browser, &slug, "Station", "secret", &["read"]);
    create(server, browser, &slug, &id, "first", &["read"]);
    let client = format!("/account/projects/{slug}/clients/{id}");
    let rotate = open(server, browser, &client).1.link("/keys/rotate?token=");
    (slug, client, rotate)
}

#[test]
fn it_acts_for_its_client() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let (client, key) = with_key(&server, &mut browser);
    assert!(key.starts_with("lkk_"));
    let known = api.introspect(&key);
    let id = client.rsplit('/').next().unwrap();
    assert_eq!(
        (&known["sub"], &known["client_id"]),
        (&id.into(), &id.into())
    );
    assert_eq!(
        (&known["kind"], &known["project"]),
        (&"api_key".into(), &"weather".into())
    );
    assert_eq!(known["scope"], "read");
    for absent in ["username", "roles", "exp"] {
        assert!(known.get(absent).is_none(), "{absent} in {known}");
    }
}

#[test]
fn it_goes_on_working_when_its_maker_leaves_and_is_disabled() {
    let server = TestServer::start();
    server.db_user("ada");
    let bea = server.db_user("bea");
    let api = ResourceServer::new(&server);
    let (mut ada, mut of_bea) = (signed_in(&server, "ada"), signed_in(&server, "bea"));
    let slug = projects::create(&server, &mut ada, "Weather", "");
    members::add(&server, &mut ada, &slug, "bea", "member");
    let (_, key) = clients::create(&server, &mut of_bea, &slug, "Station", "key", &["read"]);
    assert_eq!(members::leave(&server, &mut of_bea, &slug).status, 303);
    assert!(api.is_active(&key));
    let now = server.app.now();
    server.db_write(move |connection| {
        Ok(latchkey::models::user::set_disabled(
            connection,
            &bea,
            Some(now),
        )?)
    });
    assert!(api.is_active(&key));
}

#[test]
fn a_key_has_no_scope_that_its_client_or_its_maker_lacks() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let (client, _) = with_key(&server, &mut browser);
    let way = format!("{client}/keys/new");
    let form = form(&server, &mut browser, &way, &way).fill("name", "more");
    for scopes in [&["write"][..], &["read", "write"], &["unknown"], &[]] {
        let answer = browser.submit_once(
            &format!("{}{way}", server.url),
            &tick(form.clone(), "scope", scopes),
        );
        assert_page(&answer, 422);
    }
    assert_eq!(server.db_count("access_tokens"), 1);
}

#[test]
fn after_a_rotation_the_old_key_works_as_long_as_one_chose() {
    for (overlap, seconds) in [("1h", 3600), ("24h", 86_400), ("7d", 604_800)] {
        let server = TestServer::start();
        server.db_user("ada");
        let api = ResourceServer::new(&server);
        let mut browser = signed_in(&server, "ada");
        let (client, old) = with_key(&server, &mut browser);
        assert!(api.is_active(&old));
        let new = rotate(&server, &mut browser, &client, overlap);
        assert_eq!(api.introspect(&new)["scope"], api.introspect(&old)["scope"]);
        server.advance(seconds - 60);
        assert!(api.is_active(&old) && api.is_active(&new), "{overlap}");
        server.advance(60);
        assert!(!api.is_active(&old) && api.is_active(&new), "{overlap}");
    }
}

#[test]
fn rotated_at_once_the_old_key_is_dead_at_the_next_introspection() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let (client, old) = with_key(&server, &mut browser);
    assert!(api.is_active(&old));
    let way = act(&open(&server, &mut browser, &client).1, "rotate");
    let form = form(&server, &mut browser, &way, &way).fill("overlap", "sometime");
    let answer = browser.submit_once(&format!("{}{way}", server.url), &form);
    assert!(answer.status == 422 && api.is_active(&old), "{answer:?}");
    let new = rotate(&server, &mut browser, &client, "0");
    assert!(!api.is_active(&old) && api.is_active(&new));
    let (_, again) = browser.submit(&server.url, &form.fill("overlap", "0"));
    again.assert_says(&["That key had ended before."]);
}

#[test]
fn a_rotated_key_lives_as_long_as_the_old_one_did() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let slug = projects::create(&server, &mut browser, "Weather", "");
    let (client, _) = clients::create(&server, &mut browser, &slug, "Station", "secret", &["read"]);
    create(&server, &mut browser, &slug, &client, "first", &["read"]);
    server.advance(80 * 86_400);
    let mut browser = signed_in(&server, "ada");
    let client = format!("/account/projects/{slug}/clients/{client}");
    let (_, page) = open(&server, &mut browser, &client);
    assert!(page.body.contains("Never used"), "{page:?}");
    let new = api.introspect(&rotate(&server, &mut browser, &client, "0"));
    let life = new["exp"].as_i64().unwrap() - new["iat"].as_i64().unwrap();
    assert_eq!(life, 90 * 86_400);
}

#[test]
fn a_revoked_key_is_dead_at_the_next_introspection_and_told_for_a_while() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let (client, key) = with_key(&server, &mut browser);
    assert!(api.is_active(&key));
    let way = act(&open(&server, &mut browser, &client).1, "revoke");
    let form = form(&server, &mut browser, &way, &way);
    let (_, page) = browser.submit(&format!("{}{way}", server.url), &form);
    assert!(!api.is_active(&key));
    assert!(page.body.contains("ended in the last 30 days"), "{page:?}");
    let (_, again) = browser.submit(&server.url, &form);
    again.assert_says(&["That key had ended before."]);
    let (at, _) = browser.get(&server.address(&way));
    assert_eq!(at, server.address(&client));
}

#[test]
fn a_key_of_another_client_is_not_found_through_ones_own() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("eve");
    let api = ResourceServer::new(&server);
    let (mut ada, mut eve) = (signed_in(&server, "ada"), signed_in(&server, "eve"));
    let (client, key) = with_key(&server, &mut ada);
    let slug = projects::create(&server, &mut eve, "Other", "");
    let (own, _) = clients::create(&server, &mut eve, &slug, "Own", "key", &["read"]);
    let way = act(&open(&server, &mut ada, &client).1, "revoke");
    let token = way.split('?').nth(1).unwrap();
    for act in ["revoke", "rotate"] {
        let at = format!(
            "{}/account/projects/{slug}/clients/{own}/keys/{act}?{token}",
            server.url
        );
        assert_page(&eve.get_once(&at), 404);
    }
    assert!(api.is_active(&key));
}
