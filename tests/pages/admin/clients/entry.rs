//! Who may come in: administrators alone, with forms of their own, to clients that there are.

use latchkey::models::{project, user};

use crate::pages::admin::administrator;
use crate::pages::{assert_page, signed_in};
use crate::support::browser::Form;
use crate::support::{Browser, NewClient, TestServer};

use super::{PATH, page, page_of, send};

/// Every page below `/admin/clients`, and whether it has a GET and a POST of its own.
fn pages(client_id: &str, secret_id: &str) -> Vec<(String, bool, bool)> {
    let own = page_of(client_id);
    vec![
        (PATH.to_owned(), true, false),
        (format!("{PATH}/new"), true, false),
        (format!("{PATH}/new?kind=web"), true, true),
        (own.clone(), true, false),
        (format!("{own}/edit"), true, true),
        (format!("{own}/secrets"), false, true),
        (format!("{own}/secrets/{secret_id}/revoke"), true, true),
        (format!("{own}/disable"), true, true),
        (format!("{own}/enable"), false, true),
        (format!("{own}/end-tokens"), true, true),
        (format!("{own}/delete"), true, true),
    ]
}

fn first_secret(server: &TestServer, client_id: &str) -> String {
    let id = client_id.to_owned();
    server.db_read(move |connection| {
        let client = latchkey::models::client::find(connection, &id)?.unwrap();
        let secrets = latchkey::models::client_secret::of_client(connection, &client)?;
        Ok(secrets[0].id.clone())
    })
}

#[test]
fn an_ordinary_user_gets_403_everywhere_and_a_stranger_the_sign_in_page() {
    let server = TestServer::start();
    server.db_user("ada");
    let client = server.db_client(NewClient::service());
    let mut ada = signed_in(&server, "ada");
    let (_, account) = ada.get(&format!("{}/account", server.url));
    let csrf = Form::find(&account, "/password")
        .field("csrf")
        .unwrap()
        .to_owned();
    for (path, has_get, has_post) in pages(&client.id, &first_secret(&server, &client.id)) {
        let url = format!("{}{path}", server.url);
        if has_get {
            assert_page(&ada.get_once(&url), 403);
            let stranger = Browser::new().get_once(&url);
            assert!(
                stranger.status == 303 && stranger.location().contains("/login?return_to="),
                "{path}: {stranger:?}"
            );
        }
        if has_post {
            let form = Form {
                action: path.clone(),
                fields: vec![(String::from("csrf"), csrf.clone())],
            };
            assert_page(&send(&server, &mut ada, &path, &form), 403);
            assert_page(&send(&server, &mut Browser::new(), &path, &form), 403);
        }
    }
    assert_eq!(server.db_count("clients WHERE user_id IS NULL"), 1);
}

#[test]
fn a_form_without_the_right_token_changes_nothing() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let client = server.db_client(NewClient::service());
    let secret_id = first_secret(&server, &client.id);
    for (path, _, has_post) in pages(&client.id, &secret_id) {
        if !has_post {
            continue;
        }
        for csrf in ["", "wrong"] {
            let form = Form {
                action: path.clone(),
                fields: Vec::new(),
            };
            let form = form.fill("csrf", csrf).fill("name", "Sunny Calendar");
            assert_page(&send(&server, &mut root, &path, &form), 403);
        }
    }
    let (asked, mut foreign) = (
        page(&server, &mut root, &format!("{PATH}/new?kind=service")),
        Browser::new(),
    );
    foreign.cookies = root.cookies.clone();
    foreign
        .headers
        .push((String::from("origin"), String::from("https://evil.example")));
    let form = Form::find(&asked, "kind=service").fill("name", "Evil");
    let url = format!("{}{}", server.url, form.action);
    let cookies = crate::pages::cookies_of(&foreign);
    let fields: Vec<(&str, &str)> = form
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let headers = [
        ("cookie", cookies.as_str()),
        ("origin", "https://evil.example"),
    ];
    assert_page(&crate::support::Answer::post(&url, &headers, &fields), 403);
    assert_eq!(server.db_count("clients WHERE user_id IS NULL"), 1);
    assert_eq!(
        server.db_count("client_secrets WHERE revoked_at IS NULL"),
        1
    );
    assert_eq!(server.db_count("clients WHERE disabled_at IS NOT NULL"), 0);
}

#[test]
fn a_client_that_is_not_there_is_404() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let listed = page(&server, &mut root, &format!("{PATH}/new?kind=web"));
    let csrf = Form::find(&listed, "kind=web")
        .field("csrf")
        .unwrap()
        .to_owned();
    let personal = server.db_read(|connection| {
        let grace = user::find_by_username(connection, "grace")?.unwrap();
        Ok(project::personal_client(connection, &grace.id)?)
    });
    let unknown = "cli_0000000000000000000000";
    for id in [
        unknown,
        personal.as_str(),
        "cli_",
        "nothing",
        "%00",
        "..%2f",
        "%F0%9F%A6%80",
    ] {
        for (path, has_get, has_post) in pages(id, "sec_0000000000000000000000") {
            if !path.starts_with(&page_of(id)) {
                continue;
            }
            let url = format!("{}{path}", server.url);
            if has_get {
                assert_eq!(root.get_once(&url).status, 404, "{path}");
            }
            if has_post {
                let form = Form {
                    action: path.clone(),
                    fields: vec![(String::from("csrf"), csrf.clone())],
                };
                assert_eq!(send(&server, &mut root, &path, &form).status, 404, "{path}");
            }
        }
    }
}
