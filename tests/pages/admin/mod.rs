//! The administrators' pages.

mod clients;
mod confirmation;
mod ending_tokens;
mod finding_tokens;
mod forms_at_once;
mod refusals;
mod tokens;

use crate::support::browser::Form;
use crate::support::{Answer, Browser, TestServer};

pub use super::dashboard::administrator;

/// Looks something up on the Tokens page; returns where that leads.
pub fn look_up(server: &TestServer, browser: &mut Browser, text: &str) -> (String, Answer) {
    let (at, page) = browser.get(&format!("{}/admin/tokens", server.url));
    let form = Form::find(&page, "/admin/tokens").fill("wanted", text);
    browser.submit(&at, &form)
}

/// Fails the test unless a page has these words.
#[track_caller]
pub fn assert_says(page: &Answer, status: u16, pieces: &[&str]) {
    assert_eq!(page.status, status, "{}", page.words());
    page.assert_says(pieces);
}
