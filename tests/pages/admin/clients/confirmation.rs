//! Acts on a client that ask for the password where it was not typed lately: disabling, another secret, and
//! what changes whom it reaches.

use crate::pages::admin::administrator;
use crate::pages::assert_page;
use crate::support::actors::REDIRECT_URI;
use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, NewClient, TestServer};

use super::{page, page_of, registered, secret_of, send, token_status, told};

/// Seconds after which a dangerous act asks for the password again.
const LATER: i64 = 601;

/// The two ways not to confirm, and what is said of each.
const WRONG: [(&str, &str); 2] = [
    ("", "Type your own password"),
    ("wrong", "This is not your password."),
];

/// Fails the test unless the form came back and asks for the password, with what is wrong with it.
#[track_caller]
fn assert_asks(answer: &Answer, form: &str, sentence: &str) -> Form {
    assert_page(answer, 422);
    assert!(answer.words().contains(sentence), "{sentence}: {answer:?}");
    let form = Form::find(answer, form);
    assert_eq!(form.field("confirmation"), Some(""), "{answer:?}");
    form
}

fn edit_of(server: &TestServer, root: &mut Browser, id: &str) -> Form {
    let asked = page(server, root, &format!("{}/edit", page_of(id)));
    Form::find(&asked, "/edit")
}

#[test]
fn disabling_asks_for_the_password_after_a_while_and_enabling_does_not() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let (id, secret) = registered(&server, &mut root);
    server.advance(LATER);
    let path = format!("{}/disable", page_of(&id));
    let form = Form::find(&page(&server, &mut root, &path), "");
    assert_eq!(form.field("confirmation"), Some(""));
    for (wrong, sentence) in WRONG {
        let form = form.clone().fill("confirmation", wrong);
        assert_asks(&send(&server, &mut root, &path, &form), "", sentence);
    }
    assert_eq!(token_status(&server, &id, &secret), 200);
    assert_eq!(server.db_events("client.disabled"), 0);
    let form = form.fill("confirmation", PASSWORD);
    assert_eq!(send(&server, &mut root, &path, &form).status, 303);
    assert_eq!(token_status(&server, &id, &secret), 401);

    server.advance(LATER);
    let shown = page(&server, &mut root, &page_of(&id));
    let enable = Form::find(&shown, "/enable");
    assert_eq!(send(&server, &mut root, &path, &enable).status, 303);
    assert_eq!(token_status(&server, &id, &secret), 200);
}

#[test]
fn adding_a_secret_asks_for_the_password_after_a_while_and_loses_nothing_typed() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let (id, _) = registered(&server, &mut root);
    let path = page_of(&id);
    let soon = page(&server, &mut root, &path);
    assert_eq!(Form::find(&soon, "/secrets").field("confirmation"), None);
    server.advance(LATER);
    let form = Form::find(&page(&server, &mut root, &path), "/secrets")
        .fill("secret_name", "second <b>")
        .fill("days", "90");
    assert_eq!(form.field("confirmation"), Some(""));
    for (wrong, sentence) in WRONG {
        let form = form.clone().fill("confirmation", wrong);
        let answer = send(&server, &mut root, &path, &form);
        let again = assert_asks(&answer, "/secrets", sentence);
        assert_eq!(again.field("secret_name"), Some("second <b>"));
        assert!(answer.body.contains("value=\"90\" selected"), "{answer:?}");
    }
    assert_eq!(server.db_count("client_secrets"), 1);
    // Who has typed it right beside a mistake is not asked a second time.
    let mistaken = form
        .clone()
        .fill("secret_name", "")
        .fill("confirmation", PASSWORD);
    let answer = send(&server, &mut root, &path, &mistaken);
    assert_page(&answer, 422);
    assert_eq!(Form::find(&answer, "/secrets").field("confirmation"), None);
    let answer = send(&server, &mut root, &path, &form);
    assert_page(&answer, 200);
    assert_eq!(token_status(&server, &id, &secret_of(&answer)), 200);
}

#[test]
fn only_what_changes_the_reach_of_a_client_asks_for_the_password() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let id = server.db_client(NewClient::web(REDIRECT_URI)).id;
    let path = page_of(&id);
    server.advance(LATER);
    let form = edit_of(&server, &mut root, &id);
    let without = |name: &str| {
        let mut form = form.clone();
        form.fields.retain(|(own, _)| own != name);
        form
    };
    let other = "https://app.example/other";
    for further in [
        form.clone().fill("redirect_uris", other),
        form.clone()
            .fill("redirect_uris", &format!("{REDIRECT_URI}\n{other}")),
        form.clone().fill("origins", "https://app.example"),
        form.clone().tick("first_party", "yes"),
        form.clone().tick("resource_server", "yes"),
        form.clone().tick("grant", "client_credentials"),
        without("grant").tick("grant", "authorization_code"),
        without("scope").tick("scope", "read"),
    ] {
        let answer = send(&server, &mut root, &path, &further);
        assert_asks(&answer, "/edit", "Type your own password");
    }
    assert_eq!(server.db_events("client.changed"), 0);
    for (name, value) in [("name", "Rainy Calendar"), ("access_ttl", "77")] {
        let changed = form.clone().fill(name, value);
        assert_eq!(send(&server, &mut root, &path, &changed).status, 303);
    }
    assert_eq!(server.db_events("client.changed"), 2);
}

#[test]
fn a_wrong_password_changes_nothing_of_a_client_and_loses_nothing_typed() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let id = server.db_client(NewClient::web(REDIRECT_URI)).id;
    let path = page_of(&id);
    let soon = edit_of(&server, &mut root, &id);
    assert_eq!(soon.field("confirmation"), None);
    server.advance(LATER);
    let form = edit_of(&server, &mut root, &id)
        .fill("name", "Rainy <b>Calendar")
        .fill("redirect_uris", "https://app.example/other")
        .tick("first_party", "yes");
    let wrong = form.clone().fill("confirmation", "wrong");
    let answer = send(&server, &mut root, &path, &wrong);
    let again = assert_asks(&answer, "/edit", "This is not your password.");
    for name in ["name", "redirect_uris", "first_party"] {
        assert_eq!(again.field(name), form.field(name), "{name}");
    }
    // Other mistakes are told beside it.
    let answer = send(&server, &mut root, &path, &wrong.fill("access_ttl", "soon"));
    assert_asks(&answer, "/edit", "This is not your password.");
    assert!(
        answer.words().contains("a whole number of seconds"),
        "{answer:?}"
    );
    assert_eq!(server.db_events("client.changed"), 0);
    let right = form.clone().fill("confirmation", PASSWORD);
    let answer = send(&server, &mut root, &path, &right);
    assert!(told(&server, &mut root, &answer).contains("saved"));
    // Not twice.
    let more = edit_of(&server, &mut root, &id).fill("origins", "https://app.example");
    assert_eq!(more.field("confirmation"), None);
    assert_eq!(send(&server, &mut root, &path, &more).status, 303);
}
