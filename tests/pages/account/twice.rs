//! A form that makes a token, key or secret makes one, however often it is sent.

use crate::support::TestServer;

use super::super::signed_in;
use super::{form, keys, tick};

#[test]
fn a_form_that_is_sent_twice_makes_one_token_key_or_secret_and_says_so() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let (slug, client, rotate) = keys::station(&server, &mut browser);
    for (page, rows) in [
        (String::from("/account/tokens/new"), "access_tokens"),
        (format!("/account/projects/{slug}/clients/new"), "clients"),
        (format!("{client}/keys/new"), "access_tokens"),
        (rotate, "access_tokens"),
        (format!("{client}/secrets/new"), "client_secrets"),
    ] {
        let before = server.db_count(rows);
        let form = form(&server, &mut browser, &page, &page);
        let form = if page.ends_with("/new") {
            tick(form.fill("name", "second"), "scope", &["read"])
        } else {
            form
        };
        let first = browser.submit_once(&server.url, &form);
        assert_eq!(first.status, 303, "{first:?}");
        let (_, second) = browser.submit(&server.url, &form);
        second.assert_says(&["This form was sent twice and did its work once."]);
        assert_eq!(server.db_count(rows), before + 1, "{page}");
    }
}
