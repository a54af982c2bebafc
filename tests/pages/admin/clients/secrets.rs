//! The secrets of a client.

use crate::pages::admin::administrator;
use crate::pages::assert_page;
use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Browser, NewClient, TestServer};

use super::{page, page_of, registered, secret_of, send, token_status, told};

fn form_of(server: &TestServer, root: &mut Browser, id: &str) -> Form {
    let shown = page(server, root, &page_of(id));
    Form::find(&shown, "/secrets")
        .fill("secret_name", "second")
        .fill("days", "0")
}

/// Where the newest secret of a client is ended.
fn end_of_newest(server: &TestServer, root: &mut Browser, id: &str) -> String {
    let shown = page(server, root, &page_of(id));
    let ends: Vec<&str> = shown
        .body
        .split("href=\"")
        .filter_map(|link| link.split('"').next())
        .filter(|link| link.ends_with("/revoke"))
        .collect();
    (*ends.last().unwrap()).to_owned()
}

#[test]
fn a_secret_is_replaced_without_a_pause() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let (id, first) = registered(&server, &mut root);
    let end_of_first = end_of_newest(&server, &mut root, &id);
    let form = form_of(&server, &mut root, &id);
    let answer = send(&server, &mut root, &page_of(&id), &form);
    assert_page(&answer, 200);
    let second = secret_of(&answer);
    assert_eq!(
        [
            token_status(&server, &id, &first),
            token_status(&server, &id, &second)
        ],
        [200, 200]
    );
    let asked = page(&server, &mut root, &end_of_first);
    asked.assert_says(&["is refused from now on"]);
    let answer = send(&server, &mut root, &end_of_first, &Form::find(&asked, ""));
    assert_eq!(
        told(&server, &mut root, &answer),
        "The secret first was revoked."
    );
    assert_eq!(
        [
            token_status(&server, &id, &first),
            token_status(&server, &id, &second)
        ],
        [401, 200]
    );
    // It is gone from the page, and cannot be ended again.
    let left = page(&server, &mut root, &page_of(&id)).words();
    assert!(!left.contains("first"), "{left}");
    assert_eq!(
        root.get_once(&format!("{}{end_of_first}", server.url))
            .status,
        404
    );
    assert_eq!(
        [
            server.db_events("client_secret.created"),
            server.db_events("client_secret.revoked")
        ],
        [1, 1]
    );
}

#[test]
fn a_form_that_is_sent_twice_makes_one_secret() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let (id, _) = registered(&server, &mut root);
    let form = form_of(&server, &mut root, &id);
    assert_page(&send(&server, &mut root, &page_of(&id), &form), 200);
    let again = send(&server, &mut root, &page_of(&id), &form);
    assert_eq!(again.status, 303, "{again:?}");
    let (_, shown) = root.get(again.location());
    shown.assert_says(&["If you did not keep it, revoke it and add another."]);
    assert!(
        shown
            .body
            .contains("<p class=\"message warning\" role=\"status\">"),
        "nothing was made this time: {shown:?}"
    );
    assert_eq!(server.db_count("client_secrets"), 2);
}

#[test]
fn a_secret_ends_when_it_was_to_end() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let (id, _) = registered(&server, &mut root);
    let form = form_of(&server, &mut root, &id).fill("days", "30");
    let secret = secret_of(&send(&server, &mut root, &page_of(&id), &form));
    page(&server, &mut root, &page_of(&id)).assert_says(&["in 30 days"]);
    server.advance(30 * 86400 - 5);
    assert_eq!(token_status(&server, &id, &secret), 200);
    server.advance(10);
    assert_eq!(token_status(&server, &id, &secret), 401);
    // Only what is offered can be chosen.
    let mut root = crate::pages::signed_in(&server, "grace");
    for days in ["-7", "", "7", "x", "30 "] {
        let form = form_of(&server, &mut root, &id).fill("days", days);
        assert_page(&send(&server, &mut root, &page_of(&id), &form), 403);
    }
}

#[test]
fn the_last_use_of_each_secret_tells_which_is_still_needed() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let (id, _) = registered(&server, &mut root);
    let form = form_of(&server, &mut root, &id);
    let second = secret_of(&send(&server, &mut root, &page_of(&id), &form));
    assert_eq!(token_status(&server, &id, &second), 200);
    assert_eq!(token_status(&server, &id, "wrong"), 401);
    // Shown at once, and once a minute at most written.
    let used = || server.db_count("client_secrets WHERE last_used_at IS NOT NULL");
    page(&server, &mut root, &page_of(&id));
    assert_eq!(used(), 1);
    assert_eq!(
        server.db_count("client_secrets WHERE name = 'first' AND last_used_at IS NULL"),
        1
    );
    server.advance(30);
    assert_eq!(token_status(&server, &id, &second), 200);
    page(&server, &mut root, &page_of(&id));
    let lately = server.app.now().plus(-10).seconds();
    assert_eq!(
        server.db_count(&format!("client_secrets WHERE last_used_at > {lately}")),
        0
    );
}

#[test]
fn a_secret_has_a_name() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let (id, _) = registered(&server, &mut root);
    for odd in ["", "   ", &"x".repeat(10_000), "a\u{7}b"] {
        let form = form_of(&server, &mut root, &id).fill("secret_name", odd);
        let answer = send(&server, &mut root, &page_of(&id), &form);
        assert_page(&answer, 422);
        assert_eq!(
            Form::find(&answer, "/secrets").field("secret_name"),
            Some(odd.trim())
        );
    }
    for name in ["<script>alert(1)</script>", "🔑 \"'", "\u{202e}אב"] {
        let form = form_of(&server, &mut root, &id).fill("secret_name", name);
        assert_page(&send(&server, &mut root, &page_of(&id), &form), 200);
        let shown = page(&server, &mut root, &page_of(&id));
        assert!(
            !shown.body.contains("<script>alert") && shown.words().contains(name),
            "{shown:?}"
        );
    }
}

#[test]
fn a_public_client_gets_none() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let (id, _) = registered(&server, &mut root);
    let public = server
        .db_client(NewClient::public("https://app.example/cb"))
        .id;
    let mut form = form_of(&server, &mut root, &id);
    form.action = format!("{}/secrets", page_of(&public));
    assert_eq!(
        send(&server, &mut root, &page_of(&public), &form).status,
        404
    );
    assert_eq!(server.db_count("client_secrets"), 1);
}

#[test]
fn a_secret_of_another_client_is_404() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let (id, secret) = registered(&server, &mut root);
    let other = server.db_client(NewClient::service()).id;
    let end = end_of_newest(&server, &mut root, &id).replace(&id, &other);
    assert_eq!(root.get_once(&format!("{}{end}", server.url)).status, 404);
    let mut form = form_of(&server, &mut root, &id);
    form.action.clone_from(&end);
    assert_eq!(send(&server, &mut root, &end, &form).status, 404);
    assert_eq!(token_status(&server, &id, &secret), 200);
}

#[test]
fn ending_one_asks_for_the_password_after_a_while() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let (id, secret) = registered(&server, &mut root);
    let end = end_of_newest(&server, &mut root, &id);
    server.advance(601);
    let asked = page(&server, &mut root, &end);
    let form = Form::find(&asked, "");
    assert_eq!(form.field("confirmation"), Some(""));
    for wrong in ["", "wrong"] {
        let answer = send(
            &server,
            &mut root,
            &end,
            &form.clone().fill("confirmation", wrong),
        );
        assert_page(&answer, 422);
    }
    assert_eq!(token_status(&server, &id, &secret), 200);
    let answer = send(
        &server,
        &mut root,
        &end,
        &form.fill("confirmation", PASSWORD),
    );
    assert_eq!(answer.status, 303);
    assert_eq!(token_status(&server, &id, &secret), 401);
}
