//! Whatever comes in, the answer is a clear one: never a 5xx, nothing unescaped, nobody redirected.

use crate::support::browser::Form;
use crate::support::{Answer, Browser, TestServer, ThirdPartyApp};

use super::dashboard::administrator;
use super::{assert_page, at_consent, cookies_of, signed_in};

/// Form-urlencoded values that somebody might try.
fn payloads() -> Vec<String> {
    let short = [
        "%00",
        "a%00b",
        "%0d%0aX-Injected:%201%0d%0a%0d%0a%3Cscript%3E",
        "%F0%9F%A6%80%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80",
        "%E2%80%AE%D7%90%D7%91",
        "%ff%fe",
        "%c0%af",
        "%ed%a0%80",
        "%",
        "%zz",
        "%u0041",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
        "%27%20OR%201=1--",
        "%25%5F",
        "-1",
        "[]",
        "=",
        "%EF%B7%BA%EF%B7%BA",
        "..%2f..%2fetc%2fpasswd",
        "$%7B7*7%7D%7B%7B7*7%7D%7D",
    ];
    let long = [
        "a".repeat(10_000),
        "%F0%9F%A6%80".repeat(2500),
        "%EF%B7%BA".repeat(5000),
        "%00".repeat(3000),
    ];
    short
        .iter()
        .map(|text| (*text).to_owned())
        .chain(long)
        .collect()
}

#[track_caller]
pub(super) fn assert_calm(answer: &Answer, about: &str) {
    let about: String = about.chars().take(120).collect();
    assert!(answer.status < 500, "{about}: {answer:?}");
    assert!(answer.header("x-injected").is_none(), "{about}: {answer:?}");
    for markup in ["<script>alert", "<img src=x", "panicked"] {
        assert!(!answer.body.contains(markup), "{about}: {answer:?}");
    }
    if (400..500).contains(&answer.status) {
        assert!(
            answer.header("location").is_none() && answer.body.contains("<h1>"),
            "{about}: {answer:?}"
        );
    }
}

/// A form in which one field is written as it stands, everything else encoded.
fn body(form: &Form, name: &str, raw: &str) -> String {
    let others = form.fields.iter().filter(|(own, _)| own != name);
    let others = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .finish();
    format!("{others}&{name}={raw}")
}

fn post(server: &TestServer, browser: &Browser, path: &str, body: &str) -> Answer {
    let cookies = cookies_of(browser);
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", cookies.as_str()),
    ];
    Answer::send(
        "POST",
        &format!("{}{path}", server.url),
        &headers,
        Some(body.as_bytes()),
    )
}

/// Sends every payload in every field of a form.
fn attack(server: &TestServer, browser: &Browser, form: &Form) {
    for name in form
        .fields
        .iter()
        .map(|(name, _)| name.as_str())
        .chain(["unknown"])
    {
        for payload in payloads() {
            let answer = post(server, browser, &form.action, &body(form, name, &payload));
            assert_calm(&answer, &format!("{} {name}={payload}", form.action));
        }
    }
}

#[test]
fn authorization_requests_stay_calm() {
    let server = TestServer::start();
    let app = ThirdPartyApp::web(&server);
    let form = Form {
        action: String::from("/oauth/authorize"),
        fields: app
            .request()
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    attack(&server, &Browser::new(), &form);
    for name in [
        "client_id",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "unknown",
    ] {
        for payload in payloads() {
            let url = format!(
                "{}/oauth/authorize?{}",
                server.url,
                body(&form, name, &payload)
            );
            assert_calm(&Answer::get(&url, &[]), &format!("GET {name}={payload}"));
        }
    }
}

#[test]
fn sign_in_stays_calm() {
    let server = TestServer::with(|config| {
        (config.login.max_failures_address, config.login.max_failures) = (100_000, 100_000);
    });
    server.db_user("ada");
    let mut browser = Browser::new();
    let (_, page) = browser.get(&format!("{}/login", server.url));
    attack(
        &server,
        &browser,
        &Form::find(&page, "/login")
            .fill("username", "ada")
            .fill("password", "wrong"),
    );
}

#[test]
fn consent_and_sign_out_stay_calm() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let (_, page) = at_consent(&app, &mut browser, "ada");
    attack(
        &server,
        &browser,
        &Form::find(&page, "/consent").fill("decision", "maybe"),
    );
    attack(
        &server,
        &browser,
        &Form::find(&page, "/logout").fill("csrf", "wrong"),
    );
}

#[test]
fn the_account_stays_calm() {
    let server = TestServer::with(|config| config.login.max_failures = 100_000);
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    app.code("ada");
    let mut browser = signed_in(&server, "ada");
    let (_, page) = browser.get(&format!("{}/account", server.url));
    for form in Form::all(&page) {
        let form = if form.action.ends_with("/password") {
            form.fill("current", "wrong").fill("new", "short")
        } else {
            form
        };
        let form = if form.action.ends_with("/sessions") {
            form.fill("session", "x")
        } else {
            form
        };
        let form = if form.action.ends_with("/apps") {
            form.fill("client_id", "x")
        } else {
            form
        };
        attack(&server, &browser, &form);
    }
}

#[test]
fn setup_stays_calm() {
    let server = TestServer::start();
    let now = server.app.now();
    let token = server.db_write(move |connection| {
        Ok(latchkey::models::one_time_link::insert_setup(
            connection, now,
        )?)
    });
    let mut browser = Browser::new();
    let (_, page) = browser.get(&format!("{}/setup?token={}", server.url, token.expose()));
    let form = Form::find(&page, "/setup")
        .fill("email", "a@b")
        .fill("password", "long enough")
        .fill("repeat", "different");
    attack(&server, &browser, &form);
    // With everything else right, whatever is left to refuse is the field itself.
    for name in ["username", "email", "password"] {
        let form = form.clone().fill("repeat", "").fill("username", "ada");
        for payload in payloads() {
            let answer = post(&server, &browser, "/setup", &body(&form, name, &payload));
            assert_calm(&answer, &format!("{name}={payload}"));
        }
    }
}

#[test]
fn addresses_and_cookies_stay_calm() {
    let server = TestServer::start();
    let port = server.url.rsplit(':').next().unwrap();
    for payload in payloads() {
        for path in [
            "login?continue",
            "oauth/authorize/consent?continue",
            "setup?token",
            "account?x",
            "logout?continue",
            "nothing?x",
        ] {
            assert_calm(
                &server.get(&format!("/{path}={payload}")),
                &format!("{path}={payload}"),
            );
        }
        if payload.len() < 4000 {
            for name in ["session", "browser", "setup", "theme", "flash"] {
                let cookie = format!("latchkey_{name}_{port}={payload}");
                for path in ["/login", "/account", "/setup", "/logout"] {
                    assert_calm(
                        &Answer::get(&format!("{}{path}", server.url), &[("cookie", &cookie)]),
                        &cookie,
                    );
                }
            }
        }
    }
}

#[test]
fn a_zero_byte_in_an_address_leads_nowhere() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut ada = signed_in(&server, "ada");
    let mut grace = administrator(&server);
    for path in [
        "/account/projects/%00",
        "/account/projects/a%00/members",
        "/account/projects/%00/clients/%00/keys/new",
        "/admin/projects/%00",
        "/admin/users/%00",
        "/admin/clients/%00",
        "/admin/clients/%00/secrets/%00/revoke",
    ] {
        let browser = if path.starts_with("/admin") {
            &mut grace
        } else {
            &mut ada
        };
        assert_page(&browser.get_once(&format!("{}{path}", server.url)), 404);
    }
}
