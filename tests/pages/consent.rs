//! The consent page: what it says, and what a decision does.

use diesel::prelude::*;
use latchkey::schema::{clients, consents};

use crate::support::browser::unescape;
use crate::support::{Answer, Browser, NewClient, TestServer, ThirdPartyApp, at_once};

use super::{assert_page, at_consent, decide};

fn rename(app: &ThirdPartyApp<'_>, name: &str) {
    let (id, name) = (app.client.id.clone(), name.to_owned());
    app.server.db_write(move |connection| {
        diesel::update(clients::table.find(id))
            .set(clients::name.eq(name))
            .execute(connection)?;
        Ok(latchkey::db::note_change(connection)?)
    });
}

/// The page that somebody named ada sees.
fn page_of(app: &ThirdPartyApp<'_>) -> String {
    at_consent(app, &mut Browser::new(), "ada").1.body
}

#[test]
fn it_names_the_client_the_person_the_host_the_scopes_and_the_time() {
    let server = TestServer::start();
    server.db_user("ada");
    let client = NewClient {
        redirect_uris: vec![String::from("https://app.example:8443/cb")],
        ..NewClient::web("")
    };
    let app = ThirdPartyApp::new(&server, client);
    let page = page_of(&app);
    for piece in [
        "Sunny Calendar",
        "ada",
        "<code>app.example:8443</code>",
        "Read your notes",
        "<code>read</code>",
        "until you take it back",
        ">Allow</button>",
        ">Deny</button>",
        "Not you?",
    ] {
        assert!(page.contains(piece), "{piece} is not in {page}");
    }
    assert!(
        !page.contains("Change your notes") && !page.contains("Unverified"),
        "{page}"
    );
    assert!(!page.contains("type=\"checkbox\""), "{page}");
}

#[test]
fn without_refresh_it_says_how_long_access_lasts() {
    let server = TestServer::start();
    server.db_user("ada");
    let without = |ttl| NewClient {
        grants: vec![latchkey::oauth::GrantType::AuthorizationCode],
        access_ttl: ttl,
        ..NewClient::web("https://app.example/cb")
    };
    for (ttl, words) in [
        (None, "60 minutes"),
        (Some(90), "90 seconds"),
        (Some(7200), "2 hours"),
        (Some(864_000), "10 days"),
    ] {
        let page = page_of(&ThirdPartyApp::new(&server, without(ttl)));
        assert!(
            page.contains(words) && !page.contains("until you take it back"),
            "{words}: {page}"
        );
    }
}

#[test]
fn a_sensitive_scope_is_marked() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = super::signed_in(&server, "ada");
    let (_, page) = browser.get(&app.address(&app.request_with(&[("scope", Some("read write"))])));
    assert!(page.body.contains("Change your notes"), "{page:?}");
    assert_eq!(page.body.matches("Sensitive").count(), 1, "{page:?}");
}

#[test]
fn an_app_on_the_device_is_called_unverified_where_it_is() {
    let server = TestServer::start();
    server.db_user("ada");
    for (client, destination, unverified) in [
        (
            NewClient::public("http://127.0.0.1:5000/cb"),
            "127.0.0.1:5000",
            true,
        ),
        (NewClient::public("http://[::1]/cb"), "[::1]", true),
        (
            NewClient::public("com.example.app:/cb"),
            "com.example.app",
            true,
        ),
        (
            NewClient::public("https://spa.example/cb"),
            "spa.example",
            false,
        ),
        (
            NewClient::web("http://localhost:3000/cb"),
            "localhost:3000",
            false,
        ),
    ] {
        let page = page_of(&ThirdPartyApp::new(&server, client));
        assert!(page.contains(destination), "{destination} is not in {page}");
        assert_eq!(
            page.contains("Unverified app"),
            unverified,
            "{destination}: {page}"
        );
    }
}

#[test]
fn names_with_markup_long_names_and_emoji_are_only_text() {
    let server = TestServer::start();
    let username = "<script>ada</script>";
    server.db_user(username);
    server.db_scope("odd", "<script>odd</script> & \"more\"", true, false);
    let client = NewClient {
        scope: String::from("read odd"),
        ..NewClient::web("https://app.example/cb")
    };
    let app = ThirdPartyApp::new(&server, client);
    for name in [
        "<script>alert(1)</script>",
        "\" onmouseover=\"alert(1)",
        "🦀 حاسوب",
        &"w".repeat(200),
    ] {
        rename(&app, name);
        let mut browser = super::signed_in(&server, username);
        let (_, page) =
            browser.get(&app.address(&app.request_with(&[("scope", Some("read odd"))])));
        assert!(
            unescape(&page.body).contains(name) && unescape(&page.body).contains(username),
            "{page:?}"
        );
        assert_eq!(
            page.body.matches("<script").count(),
            1,
            "only our own: {page:?}"
        );
        assert!(!page.body.contains("onmouseover=\"alert"), "{page:?}");
    }
}

#[test]
fn allow_gives_a_code_with_303() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    let answer = decide(&mut browser, &at, &page, "allow");
    assert_eq!(answer.status, 303);
    app.redeem(&answer.location_params()["code"])
        .assert_tokens();
}

#[test]
fn deny_tells_the_client_and_gives_no_code() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    let answer = decide(&mut browser, &at, &page, "deny");
    assert_eq!(answer.status, 303);
    assert!(
        answer
            .location()
            .starts_with(&format!("{}?", app.redirect_uri)),
        "{answer:?}"
    );
    let params = answer.location_params();
    let names: Vec<&str> = params.keys().map(String::as_str).collect();
    assert_eq!(names, ["error", "error_description", "iss", "state"]);
    assert_eq!(
        (params["error"].as_str(), params["state"].as_str()),
        ("access_denied", "a state")
    );
    assert_eq!(params["iss"], server.url);
}

#[test]
fn neither_allow_nor_deny_decides_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    for decision in ["", "maybe", "ALLOW", "allow deny"] {
        let shown = decide(&mut browser, &at, &page, decision);
        assert_page(&shown, 200);
        assert!(shown.body.contains("value=\"allow\""), "{shown:?}");
    }
    assert!(
        decide(&mut browser, &at, &page, "allow")
            .location_params()
            .contains_key("code")
    );
}

#[test]
fn two_decisions_in_one_form_are_refused() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = at_consent(&app, &mut browser, "ada");
    let mut form = crate::support::browser::Form::find(&page, "/consent").fill("decision", "deny");
    form.fields
        .push((String::from("decision"), String::from("allow")));
    assert_page(&browser.submit_once(&at, &form), 400);
}

#[test]
fn allow_behind_deny_is_not_remembered() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    for _ in 0..20 {
        let (at, page) = at_consent(&app, &mut browser, "ada");
        let answers = at_once(6, |number| {
            let decision = if number % 2 == 0 { "deny" } else { "allow" };
            decide(&mut browser.clone(), &at, &page, decision)
        });
        let redirects = answers.iter().filter(|answer| answer.status == 303);
        let decided: Vec<_> = redirects.map(Answer::location_params).collect();
        assert_eq!(decided.len(), 1, "{answers:?}");
        let remembered = server.db_count("consents");
        if decided[0].contains_key("error") {
            assert_eq!(remembered, 0, "{answers:?}");
        }
        server.db_write(|connection| Ok(diesel::delete(consents::table).execute(connection)?));
    }
}

#[test]
fn a_scope_taken_from_the_user_meanwhile_is_not_granted() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = super::signed_in(&server, "ada");
    let (at, page) = browser.get(&app.address(&app.request_with(&[("scope", Some("read write"))])));
    server.db_grant_to_everybody("read");
    let stale = decide(&mut browser, &at, &page, "allow");
    assert_page(&stale, 403);
    let (at, page) = browser.get(&at);
    assert!(!page.body.contains("Change your notes"), "{page:?}");
    let code = decide(&mut browser, &at, &page, "allow").location_params()["code"].clone();
    assert_eq!(app.redeem(&code).member("scope"), "read");
}
