//! The sign-in page: what it asks, what it keeps, and what it does not tell.

use latchkey::models::user;

use crate::support::actors::sign_in;
use crate::support::app::PASSWORD;
use crate::support::browser::{Form, unescape};
use crate::support::hashing::full;
use crate::support::{Answer, Browser, TestServer, ThirdPartyApp};

use super::{assert_page, is_signed_in, signed_in};

/// What a try to sign in is answered, with a new browser.
fn attempt(server: &TestServer, username: &str, password: &str) -> Answer {
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let answer = sign_in(&mut browser, &at, &page, username, password).1;
    assert!(
        answer.status == 200 || !is_signed_in(server, &mut browser),
        "{answer:?}"
    );
    answer
}

/// A page without what differs between two answers anyway.
fn comparable(answer: &Answer, username: &str) -> String {
    let token = Form::find(answer, "/login")
        .field("csrf")
        .unwrap()
        .to_owned();
    answer
        .body
        .replace(&token, "TOKEN")
        .replace(username, "NAME")
}

#[test]
fn the_page_has_labelled_fields_for_password_managers() {
    let server = TestServer::start();
    let page = server.get("/login");
    assert_page(&page, 200);
    for piece in [
        "<label for=\"username\">Username</label>",
        "autocomplete=\"username\"",
        "<label for=\"password\">Password</label>",
        "autocomplete=\"current-password\"",
        ">Sign in</button>",
    ] {
        assert!(page.body.contains(piece), "{piece} is not in {page:?}");
    }
}

#[test]
fn signing_in_leads_on_with_303() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let form = Form::find(&page, "/login")
        .fill("username", "ada")
        .fill("password", PASSWORD);
    let answer = browser.submit_once(&at, &form);
    assert_eq!(
        (answer.status, answer.location()),
        (303, format!("{}/account", server.url).as_str())
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(is_signed_in(&server, &mut browser));
}

#[test]
fn the_name_may_be_typed_in_any_case_and_form() {
    let server = TestServer::start();
    server.db_user("Ada Größe");
    for name in [
        "ada größe",
        "ADA GRÖSSE".replace("SS", "ß").as_str(),
        "Ada Gro\u{308}ße",
        "Ａｄａ Größe",
    ] {
        assert_eq!(attempt(&server, name, PASSWORD).status, 200, "{name}");
    }
}

#[test]
fn a_wrong_password_keeps_the_name_and_never_the_password() {
    let server = TestServer::start();
    server.db_user("ada");
    let answer = attempt(&server, "ada", "a wrong guess");
    assert_page(&answer, 422);
    assert_eq!(Form::find(&answer, "/login").field("username"), Some("ada"));
    assert_eq!(Form::find(&answer, "/login").field("password"), Some(""));
    assert!(!answer.body.contains("a wrong guess"), "{answer:?}");
    assert!(answer.body.contains("role=\"alert\""), "{answer:?}");
}

#[test]
fn a_refusal_does_not_tell_whether_the_user_exists_or_is_disabled() {
    let server = TestServer::start();
    server.db_user("ada");
    let (disabled, now) = (server.db_user("eve"), server.app.now());
    server.db_write(move |connection| Ok(user::set_disabled(connection, &disabled, Some(now))?));
    server.db_write(move |connection| {
        Ok(user::insert(
            connection,
            user::User::new("una", "una@example.org", now),
        )?)
    });
    let wrong = attempt(&server, "ada", "a wrong guess");
    let others = [
        ("nobody", PASSWORD),
        ("eve", PASSWORD),
        ("una", PASSWORD),
        ("una", ""),
    ];
    for (username, password) in others {
        let answer = attempt(&server, username, password);
        assert_eq!(answer.status, wrong.status, "{username}");
        assert_eq!(
            comparable(&answer, username),
            comparable(&wrong, "ada"),
            "{username}"
        );
    }
}

#[test]
fn whoever_it_is_a_hash_is_made_so_that_the_time_tells_nothing() {
    let server = TestServer::with(|config| config.password.max_concurrent = 1);
    server.db_user("ada");
    let disabled = server.db_user("eve");
    server.db_disable_user(&disabled, true);
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let full = full(&server.app.hasher);
    for username in ["ada", "nobody", "eve"] {
        let answer = sign_in(&mut browser, &at, &page, username, "a wrong guess").1;
        assert_eq!(answer.status, 503, "{username} has to wait: {answer:?}");
    }
    drop(full);
}

#[test]
fn a_disabled_user_is_signed_out_everywhere_at_once() {
    let server = TestServer::start();
    let id = server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let now = server.app.now();
    server.db_write(move |connection| Ok(user::set_disabled(connection, &id, Some(now))?));
    assert!(!is_signed_in(&server, &mut browser));
}

#[test]
fn an_empty_name_or_password_is_a_wrong_one() {
    let server = TestServer::start();
    server.db_user("ada");
    for (username, password) in [
        ("", ""),
        ("ada", ""),
        ("", PASSWORD),
        ("ada", &format!("{PASSWORD} ")),
    ] {
        assert_page(&attempt(&server, username, password), 422);
    }
}

#[test]
fn a_wrong_password_does_not_lose_the_application() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (at, page) = browser.get(&app.address(&app.request()));
    assert!(page.body.contains("Sunny Calendar"), "{page:?}");
    let (at, page) = sign_in(&mut browser, &at, &page, "ada", "a wrong guess");
    assert_page(&page, 422);
    assert!(page.body.contains("Sunny Calendar"), "{page:?}");
    let (_, page) = sign_in(&mut browser, &at, &page, "ada", PASSWORD);
    assert!(page.body.contains("value=\"allow\""), "{page:?}");
}

#[test]
fn whoever_is_signed_in_already_goes_on() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let answer = browser.get_once(&format!("{}/login", server.url));
    assert_eq!(
        (answer.status, answer.location()),
        (303, format!("{}/account", server.url).as_str())
    );
}

#[test]
fn no_part_of_the_way_back_climbs_out_of_the_issuers_path() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let mut leads = |target: &str| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("return_to", target)
            .finish();
        let answer = browser.get_once(&server.address(&format!("/login?{query}")));
        answer
            .location()
            .strip_prefix(&server.url)
            .map(str::to_owned)
    };
    for target in [
        "/admin/../../other-app",
        "/admin/..",
        "/account/./../x",
        "/admin/%2e%2e/%2E%2e/other-app",
        "/admin/.%2E/x",
        "/admin/..%5c..%5Cother-app",
        "/admin/..?x=1",
    ] {
        assert_eq!(leads(target).as_deref(), Some("/account"), "{target}");
    }
    for target in ["/admin/clients?search=..", "/account/projects/a..b"] {
        assert_eq!(leads(target).as_deref(), Some(target));
    }
}

#[test]
fn a_parameter_cannot_choose_where_signing_in_leads() {
    let server = TestServer::start();
    server.db_user("ada");
    for name in ["continue", "next", "return_to", "redirect", "target", "url"] {
        for target in [
            "https://evil.test/",
            "//evil.test/",
            "/\\evil.test",
            "\\\\evil.test",
            "javascript:alert(1)",
        ] {
            let mut browser = Browser::new();
            let (at, page) = browser.get(&format!("{}/login", server.url));
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair(name, target)
                .finish();
            let asked = browser.get_once(&format!("{at}?{query}"));
            assert!(
                asked.header("location").is_none() && !asked.body.contains("evil.test"),
                "{asked:?}"
            );
            let form = Form::find(&page, "/login")
                .fill("username", "ada")
                .fill("password", PASSWORD)
                .fill(name, target);
            let answer = browser.submit_once(&at, &form);
            let leads = answer.header("location").unwrap_or("nowhere");
            assert!(
                leads == "nowhere" || leads == format!("{}/account", server.url),
                "{name}={target}: {answer:?}"
            );
        }
    }
}

#[test]
fn a_name_with_markup_comes_back_escaped() {
    let server = TestServer::start();
    let name = "\"><script>alert(1)</script>";
    let answer = attempt(&server, name, "a wrong guess");
    assert!(!answer.body.contains("<script>alert"), "{answer:?}");
    assert!(unescape(&answer.body).contains(name), "{answer:?}");
}

#[test]
fn a_space_at_the_end_of_a_name_does_not_matter() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = Browser::new();
    let (at, page) = browser.get(&format!("{}/login", server.url));
    let (at, page) = sign_in(&mut browser, &at, &page, "ada ", PASSWORD);
    assert!(at.ends_with("/account"), "{at}: {page:?}");
}

#[test]
fn the_issuers_own_path_leads_to_the_account() {
    let server =
        TestServer::with(|config| config.issuer = Some(String::from("http://localhost:9/t1")));
    for path in ["/t1", "/t1/"] {
        let answer = server.get(path);
        assert_eq!(answer.status, 303, "{path}: {answer:?}");
        assert_eq!(answer.location(), "http://localhost:9/t1/account");
    }
}
