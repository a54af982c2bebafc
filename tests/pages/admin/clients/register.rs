//! Registering a client.

use crate::pages::admin::administrator;
use crate::pages::assert_page;
use crate::support::TestServer;
use crate::support::app::RegisteredClient;
use crate::support::browser::Form;

use super::{PATH, new_client, page, page_of, registered, secret_of, send, token_status, told};

#[test]
fn the_first_page_asks_for_the_kind_and_the_second_only_for_what_it_needs() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let asked = page(&server, &mut root, &format!("{PATH}/new"));
    let kinds = Form::find(&asked, "/clients/new");
    assert_eq!(kinds.field("kind"), Some("web"));
    for (kind, has, lacks) in [
        (
            "web",
            &[
                "redirect_uris",
                "scope",
                "first_party",
                "refresh_ttl",
                "client_credentials",
            ][..],
            &["origins", "resource_server"][..],
        ),
        (
            "native",
            &["redirect_uris", "scope", "password"],
            &["origins", "client_credentials"],
        ),
        (
            "single-page",
            &["redirect_uris", "origins", "scope", "first_party"],
            &["client_credentials"],
        ),
        (
            "service",
            &["scope", "access_ttl"],
            &["redirect_uris", "first_party", "refresh_ttl"],
        ),
        (
            "resource-server",
            &["project"],
            &["redirect_uris", "scope", "access_ttl", "first_party"],
        ),
    ] {
        let asked = page(&server, &mut root, &format!("{PATH}/new?kind={kind}"));
        let is_there = |part: &str| {
            asked.body.contains(&format!("name=\"{part}\""))
                || asked.body.contains(&format!("value=\"{part}\""))
        };
        assert!(has.iter().all(|part| is_there(part)), "{kind}: {asked:?}");
        assert!(
            !lacks.iter().any(|part| is_there(part)),
            "{kind}: {asked:?}"
        );
    }
    let odd = page(&server, &mut root, &format!("{PATH}/new?kind=toaster"));
    assert!(odd.words().contains("What is it?"), "{odd:?}");
}

#[test]
fn the_secret_is_shown_once_and_works() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let form = new_client(&server, &mut root, "service");
    let answer = send(&server, &mut root, PATH, &form);
    assert_page(&answer, 200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let (id, secret) = (form.field("id").unwrap(), secret_of(&answer));
    assert!(secret.starts_with("lks_"), "{secret}");
    // Scopes that everybody has are ticked from the beginning.
    assert_eq!(token_status(&server, id, &secret), 200);
    // In the box and in each setting.
    assert!(answer.body.matches(&secret).count() >= 4, "{answer:?}");
    let shown = page(&server, &mut root, &page_of(id));
    assert!(
        !shown.body.contains("lks_") && shown.body.contains(&secret[secret.len() - 4..]),
        "{shown:?}"
    );
    assert_eq!(server.db_events("client.added"), 1);
}

#[test]
fn a_client_without_a_secret_is_told_of_none() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let form =
        new_client(&server, &mut root, "native").fill("redirect_uris", "http://127.0.0.1/cb");
    let id = form.field("id").unwrap().to_owned();
    for said in [
        "is registered.",
        "This form has registered its client already.",
    ] {
        let answer = send(&server, &mut root, PATH, &form);
        assert!(answer.location().ends_with(&page_of(&id)), "{answer:?}");
        assert!(told(&server, &mut root, &answer).ends_with(said), "{said}");
    }
}

#[test]
fn no_scope_takes_the_id_of_another_part_of_the_form() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    for name in ["list", "filter", "notes"] {
        server.db_scope(name, "One of many", false, false);
    }
    for number in 0..12 {
        server.db_scope(&format!("things.{number}"), "One of many", false, true);
    }
    for path in ["/admin/clients/new?kind=service", "/admin/roles/new"] {
        let asked = page(&server, &mut root, path);
        assert!(asked.body.contains("Find a scope"), "{asked:?}");
        let ids = asked.body.split(" id=\"").skip(1);
        let mut ids: Vec<&str> = ids.map(|rest| rest.split('"').next().unwrap()).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all, "{ids:?}");
        for label in asked.body.split("<label for=\"").skip(1) {
            let of = label.split('"').next().unwrap();
            assert!(ids.contains(&of), "{of}");
        }
    }
}

#[test]
fn a_form_that_is_sent_twice_registers_one_client() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let form = new_client(&server, &mut root, "service");
    assert_page(&send(&server, &mut root, PATH, &form), 200);
    let again = send(
        &server,
        &mut root,
        PATH,
        &form.clone().fill("name", "Another"),
    );
    let id = form.field("id").unwrap().to_owned();
    assert!(again.location().ends_with(&page_of(&id)), "{again:?}");
    let said = told(&server, &mut root, &again);
    assert!(
        said.contains("already") && said.contains("add another below"),
        "{said}"
    );
    assert_eq!(server.db_count("clients WHERE user_id IS NULL"), 1);
    assert_eq!(server.db_count("client_secrets"), 1);
    // Not even once it is deleted: an id is never used again.
    server.db_write(move |connection| Ok(latchkey::models::client::delete(connection, &id)?));
    let again = send(&server, &mut root, PATH, &form);
    assert!(told(&server, &mut root, &again).contains("deleted since"));
    assert_eq!(server.db_count("clients WHERE user_id IS NULL"), 0);
    // An id that no form of ours has had.
    for odd in ["", "cli_", "cli_x", "usr_0000000000000000000000"] {
        let answer = send(&server, &mut root, PATH, &form.clone().fill("id", odd));
        assert_page(&answer, 403);
    }
}

#[test]
fn a_web_application_has_what_was_typed() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let form = new_client(&server, &mut root, "web")
        .fill(
            "redirect_uris",
            " https://app.example/callback \r\n\r\nhttps://app.example/second\r\n",
        )
        .fill("access_ttl", "90")
        .fill("refresh_ttl", " 600 ")
        .tick("scope", "write")
        .tick("grant", "client_credentials");
    let answer = send(&server, &mut root, PATH, &form);
    let id = form.field("id").unwrap().to_owned();
    let client = RegisteredClient {
        id: id.clone(),
        secret: Some(secret_of(&answer)),
    };
    let token = server.post_as(
        &client,
        "/oauth/token",
        &[
            ("grant_type", "client_credentials"),
            ("scope", "read write"),
        ],
    );
    token.assert_tokens();
    assert_eq!(token.json()["expires_in"], 90);
    let shown = page(&server, &mut root, &page_of(&id)).words();
    for fact in [
        "https://app.example/callback",
        "https://app.example/second",
        "authorization_code",
        "live for 1 minute",
        "Live for 10 minutes unused",
        "Change your notes",
    ] {
        assert!(shown.contains(fact), "{fact}: {shown}");
    }
    let stored = server
        .db_read(move |connection| Ok(latchkey::models::client::find(connection, &id)?.unwrap()));
    assert_eq!(
        stored.redirect_uris.to_vec(),
        ["https://app.example/callback", "https://app.example/second"]
    );
    assert!(!stored.is_first_party && !stored.is_resource_server && !stored.is_public());
}

#[test]
fn a_public_client_gets_no_secret_and_is_registered_by_a_redirect() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    for (kind, uri) in [
        ("native", "http://127.0.0.1/callback"),
        ("single-page", "https://app.example/callback"),
    ] {
        let form = new_client(&server, &mut root, kind)
            .fill("redirect_uris", uri)
            .fill("origins", "https://app.example");
        let answer = send(&server, &mut root, PATH, &form);
        assert!(told(&server, &mut root, &answer).contains("is registered"));
        let shown = page(&server, &mut root, &page_of(form.field("id").unwrap()));
        assert!(
            !shown.body.contains("Add a secret") && !shown.body.contains("YOUR_CLIENT_SECRET"),
            "{shown:?}"
        );
    }
    assert_eq!(server.db_count("client_secrets"), 0);
    // Only what the form of the kind offers counts.
    assert_eq!(
        server.db_count("clients WHERE allowed_origins = '[\"https://app.example\"]'"),
        1
    );
}

#[test]
fn who_signs_people_in_by_password_needs_no_redirect_uri() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let form = new_client(&server, &mut root, "single-page")
        .tick("first_party", "yes")
        .tick("grant", "password");
    assert_eq!(send(&server, &mut root, PATH, &form).status, 303);
    let id = form.field("id").unwrap().to_owned();
    let client = server
        .db_read(move |connection| Ok(latchkey::models::client::find(connection, &id)?.unwrap()));
    let grants: Vec<&str> = client
        .grant_types
        .iter()
        .map(|grant| grant.as_str())
        .collect();
    assert_eq!(grants, ["password", "refresh_token"]);
}

#[test]
fn a_resource_server_introspects_with_its_secret() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let form = new_client(&server, &mut root, "resource-server");
    let answer = send(&server, &mut root, PATH, &form);
    let api = RegisteredClient {
        id: form.field("id").unwrap().to_owned(),
        secret: Some(secret_of(&answer)),
    };
    let (id, secret) = registered(&server, &mut root);
    let service = RegisteredClient {
        id,
        secret: Some(secret),
    };
    let token = server
        .post_as(
            &service,
            "/oauth/token",
            &[("grant_type", "client_credentials")],
        )
        .assert_tokens();
    let known = server.post_as(&api, "/oauth/introspect", &[("token", &token)]);
    assert_eq!(known.json()["active"], true, "{known:?}");
    assert!(answer.body.contains("auth_request"), "{answer:?}");
}

#[test]
fn two_hundred_scopes_can_be_ticked() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    for number in 0..200 {
        server.db_scope(&format!("things:{number:03}"), "Do a thing", false, false);
    }
    let mut form = new_client(&server, &mut root, "service");
    for number in 0..200 {
        form = form.tick("scope", &format!("things:{number:03}"));
    }
    assert_page(&send(&server, &mut root, PATH, &form), 200);
    let id = form.field("id").unwrap().to_owned();
    let client = server
        .db_read(move |connection| Ok(latchkey::models::client::find(connection, &id)?.unwrap()));
    // Those and `read`, which everybody has.
    assert_eq!(client.scope.names().count(), 201);
    let edit = page(&server, &mut root, &format!("{}/edit", page_of(&client.id)));
    assert_eq!(
        Form::find(&edit, "/edit")
            .fields
            .iter()
            .filter(|(name, _)| name == "scope")
            .count(),
        201
    );
}
