//! Connected apps on the account page: seen, and disconnected.

use crate::support::browser::Form;
use crate::support::{Answer, Browser, NewClient, TestServer, ThirdPartyApp};

use super::{assert_page, signed_in};

fn account(server: &TestServer, browser: &mut Browser) -> (String, Answer) {
    browser.get(&format!("{}/account", server.url))
}

/// Presses "Disconnect" for an application.
fn disconnect(app: &ThirdPartyApp<'_>, browser: &mut Browser) -> Answer {
    let (at, page) = account(app.server, browser);
    let own = Form::all(&page)
        .into_iter()
        .find(|form| form.field("client_id") == Some(&app.client.id));
    browser.submit_once(
        &at,
        &own.unwrap_or_else(|| panic!("the app is not in {page:?}")),
    )
}

fn is_active(app: &ThirdPartyApp<'_>, token: &str) -> bool {
    app.server
        .post_as(&app.client, "/oauth/introspect", &[("token", token)])
        .json()["active"]
        .as_bool()
        .unwrap()
}

#[test]
fn an_app_is_one_line_however_many_devices_it_has() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = signed_in(&server, "ada");
    assert!(
        account(&server, &mut browser)
            .1
            .body
            .contains("No connected apps")
    );
    app.tokens("ada");
    app.redeem(&app.code_for("ada", &app.request_with(&[("scope", Some("write"))])))
        .assert_tokens();
    let (_, page) = account(&server, &mut browser);
    assert_eq!(
        page.body.matches("name=\"client_id\"").count(),
        1,
        "{page:?}"
    );
    for piece in [
        "Sunny Calendar",
        "Read your notes",
        "Change your notes",
        "2 permissions",
    ] {
        assert!(page.body.contains(piece), "{piece} is not in {page:?}");
    }
}

#[test]
fn disconnecting_ends_every_token_and_asks_again() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let (first, second) = (app.tokens("ada"), app.tokens("ada"));
    let code = app.code("ada");
    let mut browser = signed_in(&server, "ada");
    let answer = disconnect(&app, &mut browser);
    assert_eq!(
        (answer.status, answer.location()),
        (303, format!("{}/account", server.url).as_str())
    );
    for (access, refresh) in [&first, &second] {
        assert!(!is_active(&app, access));
        app.refresh(refresh).assert_error(400, "invalid_grant");
    }
    app.redeem(&code).assert_error(400, "invalid_grant");
    let (_, page) = account(&server, &mut browser);
    assert!(
        page.body.contains("No connected apps")
            && page.body.contains("Sunny Calendar was disconnected"),
        "{page:?}"
    );
    let (_, page) = browser.get(&app.address(&app.request()));
    assert!(page.body.contains("value=\"allow\""), "{page:?}");
}

#[test]
fn disconnecting_leaves_other_apps_and_users_alone() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let (app, other) = (
        ThirdPartyApp::web(&server),
        ThirdPartyApp::new(&server, NewClient::web("https://other.example/cb")),
    );
    let (others_token, _) = other.tokens("ada");
    let (beas_token, _) = app.tokens("bea");
    app.tokens("ada");
    disconnect(&app, &mut signed_in(&server, "ada"));
    assert!(is_active(&other, &others_token) && is_active(&app, &beas_token));
    assert!(
        account(&server, &mut signed_in(&server, "bea"))
            .1
            .body
            .contains("Sunny Calendar")
    );
}

#[test]
fn an_app_that_is_not_connected_is_not_found() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let (app, other) = (ThirdPartyApp::web(&server), ThirdPartyApp::web(&server));
    app.tokens("ada");
    let (beas_token, _) = other.tokens("bea");
    let mut browser = signed_in(&server, "ada");
    let (at, page) = account(&server, &mut browser);
    for id in [other.client.id.as_str(), "", "cli_unknown"] {
        assert_page(
            &browser.submit_once(
                &at,
                &Form::find(&page, "/account/apps").fill("client_id", id),
            ),
            404,
        );
    }
    assert!(is_active(&other, &beas_token));
    assert_eq!(disconnect(&app, &mut browser).status, 303);
    assert_page(
        &browser.submit_once(&at, &Form::find(&page, "/account/apps")),
        404,
    );
}

#[test]
fn an_app_whose_tokens_have_all_expired_is_still_remembered_and_can_be_forgotten() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    app.code("ada");
    server.advance(61);
    let mut browser = signed_in(&server, "ada");
    let (at, page) = account(&server, &mut browser);
    // Its consent still stands, so the person must be able to see it and take it back.
    assert!(page.body.contains("Sunny Calendar"), "{page:?}");
    let form = Form::find(&page, "/account/apps");
    assert_eq!(browser.submit_once(&at, &form).status, 303);
    let (_, page) = browser.get(&app.address(&app.request()));
    assert!(page.body.contains("value=\"allow\""), "{page:?}");
}
