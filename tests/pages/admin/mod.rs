//! The administrators' pages.

mod ending_tokens;
mod refusals;
mod tokens;

use latchkey::models::user;
use latchkey::oauth::List;

use crate::support::browser::{Form, unescape};
use crate::support::{Answer, Browser, TestServer};

use super::signed_in;

/// A browser in which somebody has just signed in who may administer.
#[track_caller]
pub fn administrator(server: &TestServer) -> Browser {
    let id = server.db_user("grace");
    let roles = List(vec![String::from("admin")]);
    server.db_write(move |connection| Ok(user::set_roles(connection, &id, roles)?));
    signed_in(server, "grace")
}

/// Looks something up on the Tokens page; returns where that leads.
pub fn look_up(server: &TestServer, browser: &mut Browser, text: &str) -> (String, Answer) {
    let (at, page) = browser.get(&format!("{}/admin/tokens", server.url));
    let form = Form::find(&page, "/admin/tokens").fill("wanted", text);
    browser.submit(&at, &form)
}

/// The words of a page, without its tags.
pub fn words(page: &Answer) -> String {
    let body = page.body.split("<main").nth(1).unwrap_or_default();
    let mut text = String::new();
    for piece in body.split('<') {
        text.push_str(piece.split_once('>').map_or("", |(_, text)| text));
        text.push(' ');
    }
    let text = unescape(&text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Fails the test unless a page has these words.
#[track_caller]
pub fn assert_says(page: &Answer, status: u16, pieces: &[&str]) {
    let text = words(page);
    assert_eq!(page.status, status, "{text}");
    for piece in pieces {
        assert!(text.contains(piece), "{piece:?} is not in: {text}");
    }
}
