//! The administrators' pages.

mod clients;
mod ending_tokens;
mod finding_tokens;
mod refusals;
mod tokens;

use crate::support::browser::{Form, unescape};
use crate::support::{Answer, Browser, TestServer};

pub use super::dashboard::administrator;

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
