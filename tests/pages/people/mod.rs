//! The administrators' pages, read and filled in like a browser without scripts does.

mod list;
mod one;
mod out;
mod projects;
mod roles;
mod scopes_of_a_user;

use diesel::prelude::*;
use latchkey::grants::issue::new_access_token;
use latchkey::models::access_token::{self, AccessToken, TokenKind};
use latchkey::models::user;
use latchkey::oauth::{List, PlainSecret, Scope, SecretKind};
use latchkey::schema::{clients, projects as projects_table};

use crate::support::browser::Form;
use crate::support::{Answer, Browser, TestServer};

use super::{assert_page, signed_in};

/// Seconds after which a dangerous act asks for the password again.
const CONFIRMED_FOR: i64 = 601;

/// The browser of an administrator with the name `grace`.
#[track_caller]
pub fn administrator(server: &TestServer) -> Browser {
    let id = server.db_user("grace");
    db_roles(server, &id, &["admin"]);
    signed_in(server, "grace")
}

pub fn db_roles(server: &TestServer, id: &str, roles: &[&str]) {
    let (id, roles) = (id.to_owned(), roles.iter().map(|&name| name.to_owned()));
    let roles = List(roles.collect());
    server.db_write(move |connection| Ok(user::set_roles(connection, &id, roles)?));
}

/// A page that is there.
#[track_caller]
pub fn open(server: &TestServer, browser: &mut Browser, path: &str) -> Answer {
    let (at, page) = browser.get(&format!("{}{path}", server.url));
    assert!(at.ends_with(path), "{at}: {page:?}");
    assert_page(&page, 200);
    page
}

/// Opens the page at `page`, fills its form to `action` in, with nothing ticked but what `fields` ticks,
/// and sends it.
#[track_caller]
pub fn send(
    server: &TestServer,
    browser: &mut Browser,
    (page, action): (&str, &str),
    fields: &[(&str, &str)],
) -> Answer {
    let shown = open(server, browser, page);
    // A form without an address leads to its own page.
    let is_own = page.ends_with(action);
    let mut forms = Form::all(&shown).into_iter();
    let mut form = forms
        .find(|form| form.action.ends_with(action) || (is_own && form.action.is_empty()))
        .unwrap_or_else(|| panic!("no form to {action} in {shown:?}"));
    let given = |name: &str| fields.iter().any(|(own, _)| *own == name);
    let boxes = ["role", "scope", "includes"];
    form.fields
        .retain(|(name, _)| !given(name) && !boxes.contains(&name.as_str()));
    let fields = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    form.fields.extend(fields);
    browser.submit_once(&format!("{}{page}", server.url), &form)
}

/// Fails the test unless it leads to `path` with a sentence; gives the sentence.
#[track_caller]
pub fn assert_done(
    server: &TestServer,
    browser: &mut Browser,
    answer: &Answer,
    path: &str,
) -> String {
    assert_eq!(
        (answer.status, answer.location()),
        (303, format!("{}{path}", server.url).as_str()),
        "{answer:?}"
    );
    let page = open(server, browser, path);
    let status = page.body.split("role=\"status\">").nth(1);
    let text = status.unwrap_or_else(|| panic!("{path} says nothing: {page:?}"));
    text.split('<').next().unwrap().to_owned()
}

/// Fails the test unless a form came back with an error that contains `sentence`.
#[track_caller]
pub fn assert_refused(answer: &Answer, sentence: &str) {
    assert_page(answer, 422);
    let errors: Vec<&str> = answer
        .body
        .split("class=\"error\">")
        .chain(answer.body.split("id=\"problem\">"))
        .collect();
    let told = errors
        .iter()
        .any(|text| text.split("</p>").next().unwrap().contains(sentence));
    assert!(told, "{sentence}: {answer:?}");
}

/// Gives a user a personal token, or the personal project's client an API key.
pub fn db_token(server: &TestServer, user_id: &str, kind: TokenKind) -> String {
    let now = server.app.now();
    let secret = PlainSecret::generate(
        match kind {
            TokenKind::ApiKey => SecretKind::ApiKey,
            _ => SecretKind::PersonalToken,
        },
        now,
    );
    let (token, user_id) = (secret.expose().to_owned(), user_id.to_owned());
    server.db_write(move |connection| {
        let client: String = clients::table
            .inner_join(projects_table::table)
            .filter(projects_table::personal_user_id.eq(&user_id))
            .select(clients::id)
            .get_result(connection)?;
        let scope = Scope::from_stored(String::from("read"));
        let token = AccessToken {
            kind,
            name: Some(String::from("backup <script>")),
            user_id: (kind == TokenKind::Personal).then_some(user_id),
            expires_at: None,
            ..new_access_token(&secret, &client, scope, now, now)
        };
        Ok(access_token::insert(connection, token)?)
    });
    token
}
