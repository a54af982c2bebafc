//! Projects: made, renamed, ended, deleted, and not there for others.

use crate::support::app::PASSWORD;
use crate::support::browser::unescape;
use crate::support::{Browser, ResourceServer, TestServer};

use super::super::{assert_page, signed_in};
use super::{clients, form, keys, members, open};

pub const NEW: &str = "/account/projects/new";

/// Makes a project; returns its slug.
#[track_caller]
pub fn create(server: &TestServer, browser: &mut Browser, name: &str, slug: &str) -> String {
    let form = form(server, browser, NEW, NEW)
        .fill("name", name)
        .fill("slug", slug);
    let (at, page) = browser.submit(&format!("{}{NEW}", server.url), &form);
    assert_page(&page, 200);
    let slug = at.rsplit('/').next().unwrap().to_owned();
    assert!(at.ends_with(&format!("/account/projects/{slug}")), "{at}");
    slug
}

#[test]
fn the_slug_is_made_from_the_name_and_unique() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    for (name, slug) in [
        ("Weather Station", "weather-station"),
        ("  Weather   Station!", "weather-station-2"),
        ("Größe & Élan", "gro-e-elan"),
        ("مشروع", "project"),
        ("New", "project-2"),
        ("a-b", "a-b"),
    ] {
        assert_eq!(create(&server, &mut browser, name, ""), slug, "{name}");
    }
    assert_eq!(
        create(&server, &mut browser, &"x".repeat(100), ""),
        "x".repeat(36)
    );
    assert_eq!(create(&server, &mut browser, "Mine", "the-one"), "the-one");
    let (_, page) = open(&server, &mut browser, "/account/projects");
    assert!(page.body.contains("weather-station-2") && page.body.contains(">Owner</span>"));
}

#[test]
fn the_first_project_is_ones_own_and_leads_to_the_access_tokens() {
    let server = TestServer::start();
    let id = server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let row = |page: &str| {
        let list = page.split("<ul class=\"rows card\">").nth(1).unwrap();
        list.split("</li>").next().unwrap().to_owned()
    };
    let (_, page) = open(&server, &mut browser, "/account/projects");
    let first = row(&page.body);
    for piece in [
        "href=\"/account/tokens\">Personal</a>",
        "holds your access tokens",
        &format!("<code>{id}</code>"),
    ] {
        assert!(first.contains(piece), "{piece}: {first}");
    }
    assert!(page.body.contains("No other projects"), "{page:?}");
    create(&server, &mut browser, "Aardvark", "");
    let (_, page) = open(&server, &mut browser, "/account/projects");
    assert!(row(&page.body).contains("Personal"), "{page:?}");
    assert!(
        page.body.contains("<bdi>Aardvark</bdi>") && !page.body.contains("No other projects"),
        "{page:?}"
    );
}

#[test]
fn a_wrong_name_or_slug_is_told_beside_its_field_and_nothing_typed_is_lost() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    create(&server, &mut signed_in(&server, "bea"), "Taken", "taken");
    let mut browser = signed_in(&server, "ada");
    let long = "x".repeat(101);
    for (name, slug, field) in [
        ("", "fine", "name"),
        (&long, "fine", "name"),
        ("Mine", "taken", "slug"),
        ("Mine", "Upper", "slug"),
        ("Mine", "-edge", "slug"),
        ("Mine", "edge-", "slug"),
        ("Mine", "two words", "slug"),
        ("Mine", "new", "slug"),
        ("Mine", &long[..41], "slug"),
    ] {
        let form = form(&server, &mut browser, NEW, NEW)
            .fill("name", name)
            .fill("slug", slug);
        let answer = browser.submit_once(&format!("{}{NEW}", server.url), &form);
        assert_page(&answer, 422);
        for piece in [
            String::from("<p class=\"error\">"),
            format!("{field}-notes"),
            format!("value=\"{name}\""),
            format!("value=\"{slug}\""),
        ] {
            assert!(
                answer.body.contains(&piece),
                "{name}, {slug}: {piece} in {answer:?}"
            );
        }
    }
}

#[test]
fn who_is_later_by_a_moment_gets_the_form_again_or_the_next_free_slug() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let at = format!("{}{NEW}", server.url);
    // It cannot be seen before it is committed, and then it is taken.
    let taken = |slug: &str| {
        format!(
            "INSERT INTO projects (id, slug, name, created_at) VALUES ('prj_{slug}', '{slug}', 'Other', 1)"
        )
    };
    let chosen = form(&server, &mut browser, NEW, NEW)
        .fill("name", "Mine & nobody's")
        .fill("slug", "weather");
    let answer = server.db_while_written(&taken("weather"), || browser.submit_once(&at, &chosen));
    assert_page(&answer, 422);
    let body = unescape(&answer.body);
    for piece in [
        "Another project has this slug, or had it. Choose another.",
        "value=\"Mine & nobody's\"",
        "value=\"weather\"",
    ] {
        assert!(body.contains(piece), "{piece} in {body}");
    }
    let made = form(&server, &mut browser, NEW, NEW)
        .fill("name", "Climate")
        .fill("slug", "");
    let answer = server.db_while_written(&taken("climate"), || browser.submit_once(&at, &made));
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(
        answer.location().ends_with("/account/projects/climate-2"),
        "{answer:?}"
    );
    assert_eq!(server.db_events("project.created"), 1);
}

#[test]
fn its_pages_are_not_there_for_others() {
    let server = TestServer::start();
    let id = server.db_user("ada");
    server.db_user("eve");
    let (mut ada, mut eve) = (signed_in(&server, "ada"), signed_in(&server, "eve"));
    let slug = create(&server, &mut ada, "Secret plans", "");
    let (client, _) = clients::create(&server, &mut ada, &slug, "Weather", "secret", &["read"]);
    let form = form(&server, &mut eve, NEW, NEW);
    let of = |below: &str| format!("{}/account/projects/{slug}{below}", server.url);
    let client = format!("/clients/{client}");
    for below in [
        "",
        "/settings",
        "/members",
        "/leave",
        "/end",
        "/delete",
        "/clients/new",
        &client,
        &format!("{client}/edit"),
        &format!("{client}/delete"),
        &format!("{client}/secrets/new"),
        &format!("{client}/keys/new"),
        &format!("{client}/keys/rotate?token=x"),
        &format!("{client}/keys/revoke?token=x"),
        &format!("{client}/secrets/revoke?secret=x"),
        "/nothing",
    ] {
        assert_page(&eve.get_once(&of(below)), 404);
        if below.is_empty() || below == client || below == "/nothing" {
            continue;
        }
        let mut form = form.clone();
        form.action = of(below);
        assert_page(&eve.submit_once(&of(below), &form), 404);
    }
    let personal = format!("{}/account/projects/{id}", server.url);
    assert_page(&ada.get_once(&personal), 404);
    let other = create(&server, &mut eve, "Another", "");
    let through = format!("{}/account/projects/{other}{client}", server.url);
    assert_page(&eve.get_once(&through), 404);
}

#[test]
fn an_owner_renames_it_and_the_slug_stays() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let slug = create(&server, &mut browser, "Weather", "");
    let settings = format!("/account/projects/{slug}/settings");
    let at = format!("{}{settings}", server.url);
    let form = form(&server, &mut browser, &settings, &settings);
    assert_page(
        &browser.submit_once(&at, &form.clone().fill("name", "")),
        422,
    );
    let (_, page) = browser.submit(&at, &form.fill("name", "Climate"));
    assert!(page.body.contains("<h1><bdi>Climate</bdi></h1>") && page.body.contains("weather"));
}

#[test]
fn the_panic_button_ends_every_key_secret_and_token_at_once() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let (slug, other) = (
        create(&server, &mut browser, "Weather", ""),
        create(&server, &mut browser, "Other", ""),
    );
    let (client, secret) =
        clients::create(&server, &mut browser, &slug, "Station", "secret", &["read"]);
    let token = clients::token(&server, &client, &secret).assert_tokens();
    let (_, key) = clients::create(&server, &mut browser, &slug, "Script", "key", &["read"]);
    let (_, others) = clients::create(&server, &mut browser, &other, "Script", "key", &["read"]);
    let personal = super::tokens::create(&server, &mut browser, "own", &["read"], "never");
    assert!(
        [&token, &key, &others, &personal]
            .iter()
            .all(|token| api.is_active(token))
    );
    let end = format!("/account/projects/{slug}/end");
    let form = form(&server, &mut browser, &end, &end);
    let (_, page) = browser.submit(&format!("{}{end}", server.url), &form);
    assert!(
        page.body
            .contains("were ended: 1 API key, 1 client secret, 1 client access token."),
        "{page:?}"
    );
    assert!(!api.is_active(&token) && !api.is_active(&key));
    clients::token(&server, &client, &secret).assert_error(401, "invalid_client");
    assert!(api.is_active(&others) && api.is_active(&personal));
}

#[test]
fn deleting_it_asks_for_its_name_and_after_a_while_for_the_password() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let slug = create(&server, &mut browser, "Weather", "");
    let (_, key) = clients::create(&server, &mut browser, &slug, "Script", "key", &["read"]);
    assert!(api.is_active(&key));
    server.advance(601);
    let delete = format!("/account/projects/{slug}/delete");
    let at = format!("{}{delete}", server.url);
    let form = form(&server, &mut browser, &delete, &delete);
    for (typed, password) in [
        ("weather", PASSWORD),
        ("", PASSWORD),
        ("Weather", "wrong"),
        ("Weather", ""),
    ] {
        let form = form
            .clone()
            .fill("typed", typed)
            .fill("confirmation", password);
        assert_page(&browser.submit_once(&at, &form), 422);
    }
    assert!(api.is_active(&key));
    let form = form.fill("typed", "Weather").fill("confirmation", PASSWORD);
    let (_, page) = browser.submit(&at, &form);
    assert!(page.body.contains("was deleted"), "{page:?}");
    assert!(!api.is_active(&key));
    assert_page(&browser.get_once(&at), 404);
    assert_eq!(
        server.db_count("audit_events WHERE action = 'project.deleted'"),
        1
    );
}

#[test]
fn nobody_gets_the_slug_of_a_project_that_is_gone() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let mut ada = signed_in(&server, "ada");
    let slug = create(&server, &mut ada, "Weather", "");
    let delete = format!("/account/projects/{slug}/delete");
    let gone = form(&server, &mut ada, &delete, &delete).fill("typed", "Weather");
    let (_, page) = ada.submit(&format!("{}{delete}", server.url), &gone);
    assert!(page.body.contains("was deleted"), "{page:?}");
    let mut bea = signed_in(&server, "bea");
    let again = form(&server, &mut bea, NEW, NEW)
        .fill("name", "Mine")
        .fill("slug", &slug);
    let answer = bea.submit_once(&format!("{}{NEW}", server.url), &again);
    assert_page(&answer, 422);
    assert!(
        answer.body.contains("Another project has this slug"),
        "{answer:?}"
    );
    assert_eq!(create(&server, &mut bea, "Weather", ""), "weather-2");
}

#[test]
fn a_member_who_is_no_owner_changes_keys_and_nothing_else() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let (mut ada, mut bea) = (signed_in(&server, "ada"), signed_in(&server, "bea"));
    let slug = create(&server, &mut ada, "Weather", "");
    members::add(&server, &mut ada, &slug, "bea", "member");
    let form = form(&server, &mut bea, NEW, NEW);
    for below in ["settings", "end", "delete", "members", "members/change"] {
        let at = format!("{}/account/projects/{slug}/{below}", server.url);
        let mut form = form.clone();
        form.action.clone_from(&at);
        assert_page(&bea.submit_once(&at, &form), 403);
        if !below.starts_with("members") {
            assert_page(&bea.get_once(&at), 403);
        }
    }
    let (client, _) = clients::create(&server, &mut bea, &slug, "Script", "secret", &["read"]);
    let key = keys::create(&server, &mut bea, &slug, &client, "first", &["read"]);
    assert!(ResourceServer::new(&server).is_active(&key));
}
