//! Whatever leads to a token is found, what does not is answered with a sentence, and nothing that is
//! pasted comes back.

use latchkey::models::client::TokenFormat;
use latchkey::oauth::PlainSecret;

use crate::support::browser::Form;
use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp};

use super::{administrator, assert_says, look_up};

#[test]
fn a_token_is_found_however_it_is_pasted_and_is_in_no_address_and_no_page() {
    let server = TestServer::start();
    server.db_user("ada");
    let (app, api) = (ThirdPartyApp::web(&server), ResourceServer::new(&server));
    let mut browser = administrator(&server);
    let (token, _) = app.tokens("ada");
    let jti = api.introspect(&token)["jti"].as_str().unwrap().to_owned();
    let (start, end) = token.split_at(30);
    for text in [
        token.clone(),
        format!("  {token}\n"),
        format!("Authorization: Bearer {token}"),
        format!("\"access_token\":\"{token}\","),
        format!("{start}\r\n{end}"),
        jti.clone(),
    ] {
        let (at, page) = look_up(&server, &mut browser, &text);
        assert!(
            at.ends_with(&format!("/admin/tokens/show?jti={jti}")),
            "{at}"
        );
        assert_says(
            &page,
            200,
            &[
                "Access token",
                "ada",
                "Sunny Calendar",
                "Active.",
                "Read your notes",
            ],
        );
        assert!(!page.body.contains(&token), "{page:?}");
    }
}

#[test]
fn a_mistyped_a_cut_and_an_unknown_token_are_told_apart_and_not_repeated() {
    let elsewhere = TestServer::start();
    elsewhere.db_user("ada");
    let (foreign, _) = ThirdPartyApp::web(&elsewhere).tokens("ada");
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = administrator(&server);
    let (token, _) = app.tokens("ada");
    let swapped = if token.ends_with('x') { "y" } else { "x" };
    let mistyped = format!("{}{swapped}", &token[..58]);
    let cookie = browser
        .cookies
        .values()
        .find(|value| value.starts_with("lkw_"))
        .unwrap()
        .clone();
    for (text, sentence) in [
        (mistyped.as_str(), "its checksum does not fit"),
        (
            &token[..57],
            "This token has 57 characters and every token has 59: some are missing.",
        ),
        (
            &format!("{token}ab"),
            "61 characters and every token has 59: some are too many",
        ),
        (&foreign, "It is well formed and dated just now"),
        (&cookie, "the secret of a cookie"),
        ("nothing of ours", "This is neither a token of this server"),
        ("  ", "Type or paste what you want to look up."),
    ] {
        let (at, page) = look_up(&server, &mut browser, text);
        assert!(at.ends_with("/admin/tokens"), "{at}");
        assert_says(&page, 422, &[sentence]);
        assert!(
            text.trim().is_empty() || !page.body.contains(text),
            "{page:?}"
        );
    }
}

#[test]
fn the_last_four_characters_list_every_token_that_ends_so() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = administrator(&server);
    let (token, refresh) = app.tokens("ada");
    let secret = app.client.secret.clone().unwrap();
    for (text, kind) in [
        (&token, "Access token"),
        (&refresh, "Refresh token"),
        (&secret, "Client secret"),
    ] {
        let last_four = &text[55..];
        let (at, page) = look_up(&server, &mut browser, &format!("…{last_four}"));
        assert!(
            at.ends_with(&format!("/admin/tokens?last_four={last_four}")),
            "{at}"
        );
        assert_says(&page, 200, &[kind, "Sunny Calendar", "Active"]);
    }
    server.db_execute(
        "UPDATE access_tokens SET last_four = 'same', kind = 'personal', name = 'Laptop'",
    );
    server.db_execute("UPDATE refresh_tokens SET last_four = 'same'");
    let (_, page) = look_up(&server, &mut browser, "same");
    assert_says(
        &page,
        200,
        &["Personal access token Laptop", "Refresh token"],
    );
    let (_, page) = look_up(&server, &mut browser, "zzzz");
    assert_says(&page, 200, &["No token ends in these characters"]);
}

#[test]
fn hostile_text_is_answered_with_a_sentence() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    for text in [
        "<script>alert(1)</script>",
        "\"'><img src=x>",
        "🔑".repeat(2500).as_str(),
        "x".repeat(10_000).as_str(),
        "lka_🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑",
        "==::==",
    ] {
        let (_, page) = look_up(&server, &mut browser, text);
        assert_eq!(page.status, 422, "{text}");
        assert!(!page.body.contains("<script>alert") && !page.body.contains("<img"));
    }
    for path in [
        "/admin/tokens?last_four=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/admin/tokens/show?jti=x",
        "/admin/tokens/secret?id=x",
        "/admin/tokens/revoke?jti=",
        "/admin/tokens/refusals/show?id=%00",
        "/admin/tokens/refusals?page=99999999999999999999&client=%F0%9F%94%91&error=x",
    ] {
        let (_, page) = browser.get(&format!("{}{path}", server.url));
        assert!(
            [200, 400, 404, 422].contains(&page.status),
            "{path}: {page:?}"
        );
        assert!(!page.body.contains("<script>alert"), "{path}");
    }
}

#[test]
fn a_token_that_is_purged_still_tells_when_it_was_issued() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = administrator(&server);
    let (token, _) = app.tokens("ada");
    let (_, secret) = PlainSecret::recognise(&token).unwrap();
    assert!(secret.id().issued_at() <= server.app.now());
    server.advance(7200);
    server.db_execute("DELETE FROM access_tokens");
    let (_, page) = look_up(&server, &mut browser, &token);
    assert_says(
        &page,
        422,
        &["dated 2 hours ago", "it has expired and was deleted"],
    );
}

#[test]
fn looking_up_needs_the_forms_token() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let (at, page) = browser.get(&format!("{}/admin/tokens", server.url));
    let form = Form::find(&page, "/admin/tokens")
        .fill("csrf", "x")
        .fill("wanted", "abcd");
    assert_eq!(browser.submit_once(&at, &form).status, 403);
}

#[test]
fn a_signed_token_is_found_by_its_signature_and_a_forged_one_is_not() {
    let server = TestServer::start();
    let service = server.db_client(NewClient {
        token_format: TokenFormat::Jwt,
        ..NewClient::service()
    });
    let mut browser = administrator(&server);
    let grant = [("grant_type", "client_credentials"), ("scope", "read")];
    let token = server
        .post_as(&service, "/oauth/token", &grant)
        .assert_tokens();
    assert!(token.starts_with("eyJ"), "{token}");
    let (at, page) = look_up(&server, &mut browser, &format!("Bearer {token}"));
    assert!(at.contains("/admin/tokens/show?jti="), "{at}");
    assert_says(&page, 200, &["Access token", "Active.", "Sunny Calendar"]);
    let (at, page) = look_up(&server, &mut browser, &token[token.len() - 4..]);
    assert!(at.contains("/admin/tokens?last_four="), "{at}");
    assert_says(&page, 200, &["Access token"]);
    let (_, page) = look_up(&server, &mut browser, &token[..token.len() - 2]);
    assert_says(
        &page,
        422,
        &["None of this server's published keys has signed this token"],
    );
    assert!(!page.body.contains(&token[..60]), "{page:?}");
}
