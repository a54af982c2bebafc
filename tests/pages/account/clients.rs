//! Clients of a project and their secrets.

use crate::support::app::RegisteredClient;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, ResourceServer, TestServer};

use super::super::{assert_page, signed_in};
use super::{form, made, members, open, projects, tick};

/// Makes a client with a `secret` or a `key`; returns its id and that.
#[track_caller]
pub fn create(
    server: &TestServer,
    browser: &mut Browser,
    slug: &str,
    name: &str,
    proof: &str,
    scopes: &[&str],
) -> (String, String) {
    let path = format!("/account/projects/{slug}/clients/new");
    let form = form(server, browser, &path, &path)
        .fill("name", name)
        .fill("proof", proof);
    let (page, secret) = made(
        browser,
        &format!("{}{path}", server.url),
        &tick(form, "scope", scopes),
    );
    let id = page.body.split("<code id=\"client-id\">").nth(1).unwrap();
    (id.split('<').next().unwrap().to_owned(), secret)
}

/// Asks for a token with client credentials.
pub fn token(server: &TestServer, client_id: &str, secret: &str) -> Answer {
    let client = RegisteredClient {
        id: client_id.to_owned(),
        secret: Some(secret.to_owned()),
    };
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    server.post_as(&client, "/oauth/token", &grant)
}

fn path(slug: &str, client: &str, below: &str) -> String {
    format!("/account/projects/{slug}/clients/{client}{below}")
}

/// Makes another secret; `overlap` says when the ones before it end.
#[track_caller]
fn another(server: &TestServer, browser: &mut Browser, way: &str, overlap: &str) -> String {
    let form = form(server, browser, way, way)
        .fill("name", "another")
        .fill("overlap", overlap);
    made(browser, &format!("{}{way}", server.url), &form).1
}

#[test]
fn its_secret_gets_tokens_that_tell_the_project() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let slug = projects::create(&server, &mut browser, "Weather", "");
    let (client, secret) = create(&server, &mut browser, &slug, "Station", "secret", &["read"]);
    assert!(secret.starts_with("lks_"));
    let known = api.introspect(&token(&server, &client, &secret).assert_tokens());
    assert_eq!(known["project"], "weather");
    assert_eq!(
        (&known["sub"], &known["client_id"]),
        (&client.clone().into(), &client.into())
    );
    assert_eq!(
        (&known["kind"], &known["scope"]),
        (&"access".into(), &"read".into())
    );
}

#[test]
fn a_new_secret_lets_the_old_one_end_when_one_says() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let slug = projects::create(&server, &mut browser, "Weather", "");
    let (client, first) = create(&server, &mut browser, &slug, "Station", "secret", &["read"]);
    let way = path(&slug, &client, "/secrets/new");
    let second = another(&server, &mut browser, &way, "kept");
    for secret in [&first, &second] {
        token(&server, &client, secret).assert_tokens();
    }
    let third = another(&server, &mut browser, &way, "1h");
    server.advance(3540);
    for secret in [&first, &second, &third] {
        token(&server, &client, secret).assert_tokens();
    }
    server.advance(60);
    for secret in [&first, &second] {
        token(&server, &client, secret).assert_error(401, "invalid_client");
    }
    // In a new session: the password is not asked for again.
    let mut later = signed_in(&server, "ada");
    let fourth = another(&server, &mut later, &way, "0");
    token(&server, &client, &third).assert_error(401, "invalid_client");
    token(&server, &client, &fourth).assert_tokens();
}

#[test]
fn a_revoked_secret_opens_nothing_and_the_others_stay() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let slug = projects::create(&server, &mut browser, "Weather", "");
    let (client, first) = create(&server, &mut browser, &slug, "Station", "secret", &["read"]);
    server.advance(1);
    let second = another(
        &server,
        &mut browser,
        &path(&slug, &client, "/secrets/new"),
        "kept",
    );
    let (_, page) = open(&server, &mut browser, &path(&slug, &client, ""));
    let id = page.body.split("secrets/revoke?secret=").nth(1).unwrap();
    let way = path(
        &slug,
        &client,
        &format!("/secrets/revoke?secret={}", id.split('"').next().unwrap()),
    );
    let form = form(&server, &mut browser, &way, &way);
    let at = format!("{}{way}", server.url);
    assert_eq!(browser.submit_once(&at, &form).status, 303);
    token(&server, &client, &first).assert_error(401, "invalid_client");
    token(&server, &client, &second).assert_tokens();
    assert_page(&browser.submit_once(&at, &form), 404);
}

#[test]
fn an_expiring_secret_expires() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let slug = projects::create(&server, &mut browser, "Weather", "");
    let (client, _) = create(&server, &mut browser, &slug, "Station", "key", &["read"]);
    let way = path(&slug, &client, "/secrets/new");
    let form = form(&server, &mut browser, &way, &way)
        .fill("name", "short")
        .fill("expires", "7");
    let secret = made(&mut browser, &format!("{}{way}", server.url), &form).1;
    server.advance(7 * 86_400 - 60);
    token(&server, &client, &secret).assert_tokens();
    server.advance(60);
    token(&server, &client, &secret).assert_error(401, "invalid_client");
}

#[test]
fn while_it_is_disabled_nothing_that_would_not_work_is_offered() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let slug = projects::create(&server, &mut browser, "Weather", "");
    let (client, _) = create(&server, &mut browser, &slug, "Station", "secret", &["read"]);
    let at = path(&slug, &client, "");
    for disabled_at in ["NULL", "1"] {
        server.db_execute(&format!("UPDATE clients SET disabled_at = {disabled_at}"));
        let page = open(&server, &mut browser, &at).1;
        let offered = page.body.contains("New API key");
        assert_eq!(offered, disabled_at == "NULL", "{page:?}");
        // One that leaked is replaced before the client is enabled again.
        assert!(page.body.contains("New secret"), "{page:?}");
    }
}

#[test]
fn deleting_it_ends_its_tokens_at_once() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let slug = projects::create(&server, &mut browser, "Weather", "");
    let (client, secret) = create(&server, &mut browser, &slug, "Station", "secret", &["read"]);
    let access = token(&server, &client, &secret).assert_tokens();
    assert!(api.is_active(&access));
    let way = path(&slug, &client, "/delete");
    let form = form(&server, &mut browser, &way, &way);
    let (_, page) = browser.submit(&format!("{}{way}", server.url), &form);
    assert!(page.body.contains("was deleted"), "{page:?}");
    assert!(!api.is_active(&access));
    token(&server, &client, &secret).assert_error(401, "invalid_client");
}

#[test]
fn what_an_administrator_registered_with_more_power_is_only_looked_at() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let slug = projects::create(&server, &mut browser, "Weather", "");
    for column in [
        "is_resource_server = is_resource_server OR true",
        "is_first_party = is_first_party OR true",
        "kind = 'public'",
        "grant_types = '[\"authorization_code\"]'",
    ] {
        let (client, _) = create(
            &server,
            &mut browser,
            &slug,
            "Powerful",
            "secret",
            &["read"],
        );
        let column = match crate::support::database::postgres() {
            Some(_) => column.to_owned(),
            None => column.replace("OR true", "+ 1"),
        };
        server.db_execute(&format!(
            "UPDATE clients SET {column} WHERE id = '{client}'"
        ));
        let (_, page) = open(&server, &mut browser, &path(&slug, &client, ""));
        assert!(
            page.body
                .contains("An administrator looks after this client"),
            "{column}"
        );
        for below in [
            "/edit",
            "/delete",
            "/secrets/new",
            "/keys/new",
            "/keys/rotate?token=x",
            "/keys/revoke?token=x",
            "/secrets/revoke?secret=x",
        ] {
            assert!(
                !page.body.contains(&format!("{client}{below}")),
                "{column}: {below}"
            );
            let at = format!("{}{}", server.url, path(&slug, &client, below));
            assert_page(&browser.get_once(&at), 403);
        }
    }
}

/// A project of ada and bea with a client that has a key with `root` and one without; then ada alone keeps that
/// scope. Returns the client's page and what bea had open before.
fn beyond_bea(server: &TestServer, ada: &mut Browser, bea: &mut Browser) -> (String, Vec<Form>) {
    server.db_scope("root", "Everything", false, true);
    server.db_grant_to_everybody("read root");
    let slug = projects::create(server, ada, "Weather", "");
    members::add(server, ada, &slug, "bea", "owner");
    let scopes = &["read", "root"];
    let (client, _) = create(server, ada, &slug, "Powerful", "key", scopes);
    super::keys::create(server, ada, &slug, &client, "lesser", &["read"]);
    let client = path(&slug, &client, "");
    let page = open(server, bea, &client).1;
    let ways = acts(&page);
    assert_eq!(ways.len(), 3, "{page:?}");
    let forms = ways.iter().map(|way| form(server, bea, way, way));
    let forms = forms.collect();
    server.db_execute(
        "INSERT INTO roles (name, scope, includes, created_at) VALUES ('boss', 'root', '[]', 1)",
    );
    server.db_execute("UPDATE users SET roles = '[\"boss\"]' WHERE username = 'ada'");
    server.db_grant_to_everybody("read");
    (client, forms)
}

/// The ways from a client's page to another key or secret like one that there is.
fn acts(page: &Answer) -> Vec<String> {
    let links = page.body.split("href=\"").skip(1);
    let links = links.filter_map(|text| text.split('"').next());
    let acts = links.filter(|way| way.contains("/keys/rotate") || way.ends_with("/secrets/new"));
    acts.map(str::to_owned).collect()
}

#[test]
fn nobody_is_shown_a_secret_that_can_do_more_than_they() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let (mut ada, mut bea) = (signed_in(&server, "ada"), signed_in(&server, "bea"));
    let (client, forms) = beyond_bea(&server, &mut ada, &mut bea);
    let secrets = || server.db_count("access_tokens") + server.db_count("client_secrets");
    let before = secrets();
    let mut answers = Vec::new();
    for open_before in forms {
        let filled = open_before.fill("name", "mine").fill("overlap", "24h");
        let answer = bea.submit_once(&server.url, &filled);
        answers.push(answer.status);
    }
    answers.sort_unstable();
    assert_eq!(answers, [303, 403, 403], "the lesser key is hers to rotate");
    assert_eq!(secrets(), before + 1);
    let (_, page) = open(&server, &mut bea, &format!("{client}/keys/new"));
    assert!(!page.body.contains("root"), "{page:?}");
}

#[test]
fn a_member_who_lacks_a_scope_is_told_so_instead_of_being_offered_a_form() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let (mut ada, mut bea) = (signed_in(&server, "ada"), signed_in(&server, "bea"));
    let (client, _) = beyond_bea(&server, &mut ada, &mut bea);
    let all = acts(&open(&server, &mut ada, &client).1);
    let page = open(&server, &mut bea, &client).1;
    let offered = acts(&page);
    assert_eq!((all.len(), offered.len()), (3, 1), "{page:?}");
    assert_eq!(page.body.matches("can do more than you").count(), 2);
    for way in all {
        let expected = if offered.contains(&way) { 200 } else { 403 };
        assert_page(&bea.get_once(&format!("{}{way}", server.url)), expected);
        assert_page(&ada.get_once(&format!("{}{way}", server.url)), 200);
    }
}
