//! The attributes of our cookies, on loopback http and behind https.

use latchkey::models::one_time_link;

use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, TestServer};

/// The attributes of the cookie of a name, sorted.
#[track_caller]
fn cookie(answer: &Answer, name: &str) -> Vec<String> {
    let cookies: Vec<&str> = answer
        .headers
        .iter()
        .filter(|(own, _)| own == "set-cookie")
        .map(|(_, value)| value.as_str())
        .collect();
    let own: Vec<&&str> = cookies
        .iter()
        .filter(|cookie| cookie.starts_with(&format!("{name}=")))
        .collect();
    let [own] = own[..] else {
        panic!("{name} is not once in {cookies:?}")
    };
    let mut attributes: Vec<String> = own.split("; ").skip(1).map(str::to_owned).collect();
    attributes.sort();
    attributes
}

fn sign_in_once(server: &TestServer) -> (Answer, Answer) {
    server.db_user("ada");
    let mut browser = Browser::new();
    let login = format!("{}/login", server.url);
    let page = browser.get_once(&login);
    let form = Form::find(&page, "/login")
        .fill("username", "ada")
        .fill("password", PASSWORD);
    let answer = browser.submit_once(&login, &form);
    assert_eq!(answer.status, 303, "{answer:?}");
    (page, answer)
}

#[test]
fn on_http_the_names_end_in_the_port_and_scripts_cannot_read_them() {
    let server = TestServer::start();
    let port = server.url.rsplit(':').next().unwrap();
    let (page, answer) = sign_in_once(&server);
    assert_eq!(
        cookie(&page, &format!("latchkey_browser_{port}")),
        ["HttpOnly", "Path=/", "SameSite=Lax"]
    );
    let session = cookie(&answer, &format!("latchkey_session_{port}"));
    assert_eq!(
        session,
        ["HttpOnly", "Max-Age=1209600", "Path=/", "SameSite=Lax"]
    );
}

#[test]
fn on_https_the_cookies_are_secure_and_held_to_the_host() {
    let server =
        TestServer::with(|config| config.issuer = Some(String::from("https://login.example.com")));
    let (page, answer) = sign_in_once(&server);
    assert_eq!(
        cookie(&page, "__Host-latchkey_browser"),
        ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]
    );
    let session = cookie(&answer, "__Host-latchkey_session");
    assert_eq!(
        session,
        [
            "HttpOnly",
            "Max-Age=1209600",
            "Path=/",
            "SameSite=Lax",
            "Secure"
        ]
    );
    assert_eq!(answer.location(), "https://login.example.com/account");
}

#[test]
fn an_issuer_with_a_path_has_its_cookies_on_the_whole_host() {
    let server =
        TestServer::with(|config| config.issuer = Some(String::from("https://example.com/tenant")));
    let page = server.get("/tenant/login");
    assert_eq!(
        cookie(&page, "__Host-latchkey_browser"),
        ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]
    );
    assert_eq!(Form::find(&page, "/login").action, "/tenant/login");
}

#[test]
fn two_servers_on_one_host_do_not_share_a_session() {
    let (one, two) = (TestServer::start(), TestServer::start());
    one.db_user("ada");
    two.db_user("ada");
    let mut browser = super::signed_in(&one, "ada");
    assert!(!super::is_signed_in(&two, &mut browser));
    let (at, page) = browser.get(&format!("{}/login", two.url));
    crate::support::actors::sign_in(&mut browser, &at, &page, "ada", PASSWORD);
    assert!(super::is_signed_in(&one, &mut browser) && super::is_signed_in(&two, &mut browser));
}

#[test]
fn an_https_server_is_not_fooled_by_a_cookie_without_the_prefix() {
    let server =
        TestServer::with(|config| config.issuer = Some(String::from("https://login.example.com")));
    let (_, answer) = sign_in_once(&server);
    let set = answer
        .headers
        .iter()
        .find(|(name, _)| name == "set-cookie")
        .unwrap()
        .1
        .clone();
    let value = set.split(['=', ';']).nth(1).unwrap();
    let account = |name: &str| {
        Answer::get(
            &format!("{}/account", server.url),
            &[("cookie", &format!("{name}={value}"))],
        )
    };
    assert_eq!(account("__Host-latchkey_session").status, 200);
    for name in [
        "latchkey_session",
        "latchkey_session_443",
        "__Secure-latchkey_session",
    ] {
        assert_eq!(account(name).status, 303, "{name}");
    }
}

#[test]
fn the_token_of_the_setup_link_moves_into_such_a_cookie() {
    let server =
        TestServer::with(|config| config.issuer = Some(String::from("https://login.example.com")));
    let now = server.app.now();
    let token =
        server.db_write(move |connection| Ok(one_time_link::insert_setup(connection, now)?));
    let answer = server.get(&format!("/setup?token={}", token.expose()));
    let attributes = cookie(&answer, "__Host-latchkey_setup");
    assert_eq!(
        attributes,
        [
            "HttpOnly",
            "Max-Age=3600",
            "Path=/",
            "SameSite=Lax",
            "Secure"
        ]
    );
}
