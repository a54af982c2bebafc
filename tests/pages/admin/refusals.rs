//! Why a request was refused: found by its id, with what was expected and what came, and listed.

use crate::support::{Answer, NewClient, TestServer, ThirdPartyApp};

use super::{administrator, assert_says, look_up};

/// The id under which a request is in the log.
#[track_caller]
fn request_id(answer: &Answer) -> &str {
    answer.header("x-request-id").unwrap()
}

#[test]
fn a_redirect_uri_that_differs_is_marked_where_it_does() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let mut browser = administrator(&server);
    let wrong = "https://app.example/callbock";
    let refused = server.get(
        app.address(&app.request_with(&[("redirect_uri", Some(wrong))]))
            .strip_prefix(&server.url)
            .unwrap(),
    );
    let (at, page) = look_up(&server, &mut browser, request_id(&refused));
    assert!(at.contains("/admin/tokens/refusals/show?id="), "{at}");
    assert_says(
        &page,
        200,
        &[
            "invalid_request",
            "/oauth/authorize",
            "Sunny Calendar",
            "The redirect_uri is not one that the client is registered with.",
            "The two differ at character 26",
        ],
    );
    for marked in ["callb<mark>a</mark>ck", "callb<mark>o</mark>ck"] {
        assert!(page.body.contains(marked), "{marked}: {page:?}");
    }
}

#[test]
fn a_redirect_uri_that_ends_too_early_is_marked_at_its_end() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let mut browser = administrator(&server);
    let address = app.address(&app.request_with(&[("redirect_uri", Some("https://app.example/"))]));
    let refused = server.get(address.strip_prefix(&server.url).unwrap());
    let (_, page) = look_up(&server, &mut browser, request_id(&refused));
    assert_says(&page, 200, &["differ at character 21", "ends here"]);
    assert!(
        page.body
            .contains("https://app.example/<mark>c</mark>allback")
    );
}

#[test]
fn the_short_words_of_the_log_are_sentences_on_every_page() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    let mut browser = administrator(&server);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", service.id.as_str()),
        ("client_secret", "wrong"),
    ];
    let refused = server.post("/oauth/token", &form);
    let (_, one) = look_up(&server, &mut browser, request_id(&refused));
    let (_, list) = browser.get(&server.address("/admin/tokens/refusals"));
    let (_, client) = browser.get(&server.address(&format!("/admin/clients/{}", service.id)));
    for page in [one, list, client] {
        page.assert_says(&["The secret is not one of the client's, or works no more."]);
    }
    assert_eq!(server.db_count("refusals WHERE reason = 'wrong secret'"), 1);
}

#[test]
fn what_came_is_shown_as_text_and_never_run() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let mut browser = administrator(&server);
    let hostile = "https://app.example/<script>alert(1)</script>\"'&é🔑";
    let address = app.address(&app.request_with(&[("redirect_uri", Some(hostile))]));
    let refused = server.get(address.strip_prefix(&server.url).unwrap());
    let (_, page) = look_up(&server, &mut browser, request_id(&refused));
    assert_says(&page, 200, &["script>alert(1)"]);
    assert!(!page.body.contains("<script>alert"), "{page:?}");
}

#[test]
fn values_that_are_no_addresses_stand_side_by_side() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let mut browser = administrator(&server);
    let refused = app.refresh("guess");
    let (_, page) = look_up(
        &server,
        &mut browser,
        &format!("request_id={}", request_id(&refused)),
    );
    assert_says(
        &page,
        200,
        &["invalid_grant", "/oauth/token", "Sunny Calendar"],
    );
    let address = app.address(&app.request_with(&[("response_type", Some("token"))]));
    let refused = server.get(address.strip_prefix(&server.url).unwrap());
    let (_, page) = look_up(&server, &mut browser, request_id(&refused));
    assert_says(
        &page,
        200,
        &["What was expected and what came Expected code Came token"],
    );
}

#[test]
fn the_id_of_a_gateways_question_leads_to_why_it_was_refused() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let export = server.db_project_client("export", "notes:read");
    server.db_scope("notes:read", "Read", false, false);
    let key = server.db_api_key(&export.id, "notes:read", None);
    let refused = Answer::get(
        &format!("{}/auth/verify?scope=notes:write", server.url),
        &[("x-api-key", &key)],
    );
    let (_, page) = look_up(&server, &mut browser, request_id(&refused));
    assert_says(
        &page,
        200,
        &[
            "insufficient_scope",
            "/auth/verify",
            "The request needs more scope.",
            "What was expected and what came Expected notes:write Came notes:read",
        ],
    );
}

#[test]
fn a_request_id_of_which_nothing_is_kept_stays_in_the_field() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let (_, page) = look_up(&server, &mut browser, "0123456789abcdef");
    assert_says(&page, 422, &["Nothing is kept under this request id"]);
    assert!(page.body.contains("value=\"0123456789abcdef\""), "{page:?}");
}

#[test]
fn the_list_is_filtered_by_client_and_error_and_keeps_both_in_its_address() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    let at = |query: &str| format!("{}/admin/tokens/refusals{query}", server.url);
    assert_says(&browser.get(&at("")).1, 200, &["Nothing was refused"]);
    let app = ThirdPartyApp::web(&server);
    let named = server.db_client(NewClient::service());
    server.db_execute(&format!(
        "UPDATE clients SET name = 'Lone & only' WHERE id = '{}'",
        named.id
    ));
    app.refresh("guess").assert_error(400, "invalid_grant");
    server
        .post_as(
            &named,
            "/oauth/token",
            &[("grant_type", "refresh_token"), ("refresh_token", "x")],
        )
        .assert_error(400, "unauthorized_client");
    let lines = |page: &Answer| page.body.matches("/admin/tokens/refusals/show?id=").count();
    let (_, page) = browser.get(&at(""));
    assert_eq!(lines(&page), 2, "{page:?}");
    for (query, expected) in [
        ("?error=invalid_grant", 1),
        ("?error=invalid_scope", 0),
        (&format!("?client={}", app.client.id), 1),
        (
            &format!("?client={}&error=unauthorized_client", app.client.id),
            0,
        ),
        ("?client=Lone+%26+only", 1),
        ("?client=Lone+%26+only&error=invalid_grant", 0),
    ] {
        let (_, page) = browser.get(&at(query));
        assert_eq!(lines(&page), expected, "{query}: {}", page.words());
        assert!(
            expected > 0 || page.words().contains("Nothing fits"),
            "{query}"
        );
    }
    let (_, page) = browser.get(&at("?client=nobody"));
    assert_says(&page, 422, &["No client has this name."]);
    assert!(
        !page.words().contains("Nothing fits"),
        "nothing was looked for"
    );
    server.db_execute("UPDATE clients SET name = 'Twin'");
    let (_, page) = browser.get(&at("?client=Twin"));
    assert_says(&page, 422, &["Several clients have this name"]);
}

#[test]
fn fifty_are_on_a_page_newest_first() {
    let server = TestServer::start();
    let mut browser = administrator(&server);
    for number in 0..120 {
        server.db_execute(&format!(
            "INSERT INTO refusals (id, occurred_at, path, error, reason) VALUES \
             ('{number:016}', {number}, '/oauth/token', 'invalid_grant', 'reason {number:03}')"
        ));
    }
    let mut at = format!("{}/admin/tokens/refusals?error=invalid_grant", server.url);
    for (first, last, count) in [(119, 70, 50), (69, 20, 50), (19, 0, 20)] {
        let (_, page) = browser.get(&at);
        let text = page.words();
        assert_eq!(text.matches("reason ").count(), count, "{text}");
        assert!(
            text.find(&format!("reason {first:03}")) < text.find(&format!("reason {last:03}")),
            "{text}"
        );
        let next = page
            .body
            .split("rel=\"next\"")
            .next()
            .unwrap()
            .rsplit("href=\"")
            .next()
            .unwrap();
        let next = next.split('"').next().unwrap().replace("&#38;", "&");
        assert_eq!(page.body.contains("rel=\"next\""), last > 0, "{text}");
        assert!(
            last == 0 || next.contains("error=invalid_grant&page="),
            "{next}"
        );
        at = format!("{}{next}", server.url);
    }
    let path = "/admin/tokens/refusals?error=invalid_grant&page=5";
    let (_, beyond) = browser.get(&server.address(path));
    assert_says(&beyond, 200, &["Nothing on this page"]);
    assert!(
        beyond.link("page=").ends_with("error=invalid_grant&page=1"),
        "{beyond:?}"
    );
}
