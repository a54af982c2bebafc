//! A person at the pages, with a browser: opens them, fills their forms in and reads what they say.

use super::actors::sign_in;
use super::app::PASSWORD;
use super::browser::{Form, unescape};
use super::{Answer, Browser, TestServer};

/// Somebody who is signed in.
pub struct Person<'a> {
    pub server: &'a TestServer,
    pub browser: Browser,
}

impl<'a> Person<'a> {
    /// Signs in with a new browser.
    #[track_caller]
    pub fn signed_in(server: &'a TestServer, username: &str) -> Self {
        let mut browser = Browser::new();
        let (at, page) = browser.get(&server.address("/login"));
        let (at, page) = sign_in(&mut browser, &at, &page, username, PASSWORD);
        assert!(at.ends_with("/account"), "{at}: {page:?}");
        Self { server, browser }
    }

    /// Opens a page, which must be there.
    #[track_caller]
    pub fn open(&mut self, path: &str) -> Answer {
        let (at, page) = self.browser.get(&self.server.address(path));
        assert!(at.ends_with(path) && page.status == 200, "{at}: {page:?}");
        page
    }

    /// Opens a page, fills the form in that it has to `action`, sends it, and returns the page after it.
    /// Boxes that are named in `fields` are ticked as it says there; the others stay as they are.
    #[track_caller]
    pub fn send(&mut self, path: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.open(path);
        let mut form = Form::find(&page, action);
        form.fields
            .retain(|(name, _)| fields.iter().all(|(given, _)| given != name));
        let form = fields
            .iter()
            .fold(form, |form, (name, value)| form.tick(name, value));
        let (at, page) = self.browser.submit(&self.server.address(path), &form);
        assert_eq!(page.status, 200, "{at}: {page:?}");
        page
    }

    /// Presses the button of a page that asks whether something is really meant.
    #[track_caller]
    pub fn confirm(&mut self, path: &str) -> Answer {
        self.send(path, path, &[])
    }
}

impl TestServer {
    /// The whole address of a page.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

impl Answer {
    /// The words of a page, without its tags.
    pub fn words(&self) -> String {
        let main = self.body.split("<main").nth(1).unwrap_or_default();
        let mut text = String::new();
        for piece in main.split('<') {
            text.push_str(piece.split_once('>').map_or("", |(_, text)| text));
            text.push(' ');
        }
        unescape(&text)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Fails the test unless the page has these words.
    #[track_caller]
    pub fn assert_says(&self, pieces: &[&str]) {
        let words = self.words();
        for piece in pieces {
            assert!(words.contains(piece), "{piece:?} is not in: {words}");
        }
    }

    /// The secret that the page shows for the only time.
    #[track_caller]
    pub fn shown_secret(&self) -> String {
        let box_of_it = self.body.split("<p class=\"secret-value\">").nth(1);
        let text = box_of_it.and_then(|text| text.split('>').nth(1));
        let secret = text.and_then(|text| text.split('<').next());
        secret
            .unwrap_or_else(|| panic!("no secret in {self:?}"))
            .to_owned()
    }

    /// Where the first link of the page leads that has `piece` in it: path and query.
    #[track_caller]
    pub fn link(&self, piece: &str) -> String {
        let links = self.body.split("href=\"").skip(1);
        let mut links = links.filter_map(|text| text.split('"').next());
        let link = links.find(|link| link.contains(piece));
        unescape(link.unwrap_or_else(|| panic!("no link to {piece} in {self:?}")))
    }
}
