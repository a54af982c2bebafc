//! Why a token is active or not: who, which client, which scopes, from which grant, ended when and by whom.

use latchkey::models::client_secret;

use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp};

use super::{administrator, assert_says, look_up};

#[test]
fn every_kind_of_token_tells_where_it_comes_from() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let service = server.db_client(NewClient::service());
    let mut browser = administrator(&server);
    let code = app.code("ada");
    let (_, page) = look_up(&server, &mut browser, &code);
    assert_says(
        &page,
        200,
        &[
            "Authorization code",
            "Active.",
            "https://app.example/callback",
        ],
    );
    let answer = app.redeem(&code);
    let (_, page) = look_up(&server, &mut browser, &code);
    assert_says(&page, 200, &["Not active. It was redeemed just now"]);
    let (_, page) = look_up(&server, &mut browser, &answer.member("refresh_token"));
    assert_says(
        &page,
        200,
        &[
            "Refresh token",
            "Active.",
            "authorization_code",
            "1 access token and 1 refresh token",
        ],
    );
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let own = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    let (_, page) = look_up(&server, &mut browser, &own);
    assert_says(
        &page,
        200,
        &["it acts for the client itself", "client_credentials"],
    );
}

#[test]
fn why_a_token_is_not_active_is_told_and_introspection_says_the_same() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let mut browser = administrator(&server);
    let (token, refresh) = app.tokens("ada");
    let mut told = |token: &str, sentence: &str| {
        let (_, page) = look_up(&server, &mut browser, token);
        assert_says(&page, 200, &[sentence]);
        assert_eq!(
            api.is_active(token),
            sentence.starts_with("Active"),
            "{sentence}"
        );
    };
    told(&token, "Active.");
    server.db_disable_user(&ada, true);
    told(&token, "Not active. Its user was disabled just now");
    server.db_disable_user(&ada, false);
    server.db_disable_client(&app.client.id, true);
    told(&token, "Not active. Its client was disabled just now");
    server.db_disable_client(&app.client.id, false);
    told(&token, "Active.");
    server.advance(3600);
    told(&token, "Not active. Its time was over just now");
    let next = app.refresh(&refresh);
    told(
        &refresh,
        "Not active. It was used just now . A new refresh token took its place.",
    );
    server.advance(60);
    // The second use of a refresh token ends the family.
    app.refresh(&refresh).assert_error(400, "invalid_grant");
    let because = "by Sunny Calendar , because: refresh token reuse";
    told(
        &next.assert_tokens(),
        &format!("Not active. It was revoked just now {because}"),
    );
    let ended = "Not active. The authorization that it comes from was ended just now";
    told(&next.member("refresh_token"), &format!("{ended} {because}"));
}

#[test]
fn scopes_that_were_taken_away_since_are_told_apart() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = administrator(&server);
    let both = app.request_with(&[("scope", Some("read write"))]);
    let tokens = app.redeem(&app.code_for("ada", &both));
    let addresses = ["access_token", "refresh_token"].map(|name| {
        let (at, page) = look_up(&server, &mut browser, &tokens.member(name));
        assert!(!page.body.contains("Lost scopes"), "{page:?}");
        at
    });
    server.db_grant_to_everybody("read");
    for at in addresses {
        assert_says(&browser.get(&at).1, 200, &["Lost scopes write"]);
    }
}

#[test]
fn refresh_tokens_lead_to_the_one_before_and_the_one_after() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = administrator(&server);
    let (_, first) = app.tokens("ada");
    let second = app.refresh(&first).member("refresh_token");
    let (at_first, page) = look_up(&server, &mut browser, &first);
    let (at_second, _) = look_up(&server, &mut browser, &second);
    let path = at_second.strip_prefix(&server.url).unwrap();
    assert!(page.body.contains(&format!("href=\"{path}\"")), "{page:?}");
    let (_, page) = browser.get(&at_second);
    let path = at_first.strip_prefix(&server.url).unwrap();
    assert!(page.body.contains(&format!("href=\"{path}\"")), "{page:?}");
}

#[test]
fn a_client_secret_tells_whose_it_is_and_whether_it_still_opens_anything() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let (secret, id) = (service.secret.clone().unwrap(), service.id.clone());
    let mut browser = administrator(&server);
    let (at, page) = look_up(&server, &mut browser, &secret);
    assert!(
        at.contains("/admin/tokens/secret?id=") && !at.contains("lks_"),
        "{at}"
    );
    assert_says(
        &page,
        200,
        &["Client secret", "Sunny Calendar", &service.id, "Active."],
    );
    assert!(!page.body.contains(&secret), "{page:?}");
    let end = server.app.now().plus(60);
    server.db_write(move |connection| Ok(client_secret::end_all_at(connection, &id, end)?));
    assert_says(&browser.get(&at).1, 200, &["Active.", "in 1 minute"]);
    server.advance(120);
    assert_says(
        &browser.get(&at).1,
        200,
        &["Not active. Its time was over 1 minute ago"],
    );
    let foreign = TestServer::start().db_client(NewClient::service());
    let (_, page) = look_up(&server, &mut browser, &foreign.secret.unwrap());
    assert_says(&page, 422, &["No client of this server has this secret"]);
}
