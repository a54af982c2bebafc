//! Personal access tokens: made, used, told about, revoked.

use crate::support::browser::Form;
use crate::support::{Answer, Browser, ResourceServer, TestServer};

use super::super::{assert_page, signed_in};
use super::{form, made, open, secret, tick};

const LIST: &str = "/account/tokens";
const NEW: &str = "/account/tokens/new";
const DAY: i64 = 86_400;

/// Fills in the form.
pub fn filled(
    server: &TestServer,
    browser: &mut Browser,
    name: &str,
    scopes: &[&str],
    expires: &str,
) -> Form {
    let form = form(server, browser, NEW, NEW).fill("name", name);
    tick(form, "scope", scopes).fill("expires", expires)
}

/// Makes a token.
#[track_caller]
pub fn create(
    server: &TestServer,
    browser: &mut Browser,
    name: &str,
    scopes: &[&str],
    expires: &str,
) -> String {
    let form = filled(server, browser, name, scopes, expires);
    made(browser, &format!("{}{NEW}", server.url), &form).1
}

/// The way to revoke the first token of the list.
fn revocation(page: &Answer) -> String {
    let link = page.body.split("/account/tokens/revoke?token=").nth(1);
    format!(
        "/account/tokens/revoke?token={}",
        link.unwrap().split('"').next().unwrap()
    )
}

#[test]
fn it_acts_for_its_person_with_the_ticked_scopes() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let token = create(&server, &mut browser, "backup", &["read"], "30");
    assert!(token.starts_with("lkp_"));
    let known = api.introspect(&token);
    assert_eq!(known["active"], true);
    assert_eq!(known["kind"], "personal");
    assert_eq!(known["scope"], "read");
    assert_eq!(
        (&known["sub"], &known["username"]),
        (&ada.clone().into(), &"ada".into())
    );
    assert_eq!(known["project"], ada);
    let lifetime = known["exp"].as_i64().unwrap() - known["iat"].as_i64().unwrap();
    assert_eq!(lifetime, 30 * DAY);
    server.advance(30 * DAY);
    assert!(!api.is_active(&token));
}

#[test]
fn it_is_shown_once_and_a_reload_makes_no_second_one() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let form = filled(&server, &mut browser, "backup", &["read"], "7");
    let at = format!("{}{NEW}", server.url);
    let answer = browser.submit_once(&at, &form);
    assert_eq!(
        (answer.status, answer.location()),
        (303, format!("{}{LIST}", server.url).as_str())
    );
    let cookie = answer
        .headers
        .iter()
        .find(|(_, value)| value.contains("shown_once"));
    assert!(
        !cookie.unwrap().1.contains("lkp_"),
        "the cookie is encrypted"
    );
    // A page in between does not use it up.
    open(&server, &mut browser, "/account");
    let (_, page) = open(&server, &mut browser, LIST);
    let token = secret(&page).unwrap();
    assert_eq!(
        page.body.matches(&token).count(),
        3,
        "the box, curl and Python"
    );
    let (_, page) = open(&server, &mut browser, LIST);
    assert_eq!(secret(&page), None);
    assert!(!page.body.contains(&token) && page.body.contains(&token[55..]));
    assert_eq!(page.body.matches("tokens/revoke?").count(), 1);
}

#[test]
fn another_sessions_cookie_opens_nothing() {
    let server = TestServer::start();
    server.db_user("ada");
    let (mut browser, mut thief) = (signed_in(&server, "ada"), signed_in(&server, "ada"));
    let form = filled(&server, &mut browser, "backup", &["read"], "7");
    browser.submit_once(&format!("{}{NEW}", server.url), &form);
    let stolen = browser
        .cookies
        .iter()
        .find(|(name, _)| name.contains("shown_once"));
    let (name, value) = stolen
        .map(|(name, value)| (name.clone(), value.clone()))
        .unwrap();
    thief.cookies.insert(name, value);
    assert_eq!(secret(&open(&server, &mut thief, LIST).1), None);
    assert!(secret(&open(&server, &mut browser, LIST).1).is_some());
}

#[test]
fn it_has_no_scope_that_its_person_lacks() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_scope("root", "Everything", false, true);
    let mut browser = signed_in(&server, "ada");
    let page = open(&server, &mut browser, NEW).1;
    assert!(!page.body.contains("root"), "{page:?}");
    for scopes in [&["root"][..], &["read", "root"], &["unknown"], &[]] {
        let form = filled(&server, &mut browser, "backup", scopes, "7");
        let answer = browser.submit_once(&format!("{}{NEW}", server.url), &form);
        assert_page(&answer, 422);
        assert!(answer.body.contains("value=\"backup\""), "{answer:?}");
    }
    assert_eq!(server.db_count("access_tokens"), 0);
}

#[test]
fn what_its_person_loses_it_loses_too() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let token = create(&server, &mut browser, "backup", &["read", "write"], "never");
    assert_eq!(api.introspect(&token)["scope"], "read write");
    assert!(api.introspect(&token).get("exp").is_none());
    server.db_grant_to_everybody("read");
    assert_eq!(api.introspect(&token)["scope"], "read");
}

#[test]
fn a_revoked_token_is_dead_at_the_next_introspection() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let token = create(&server, &mut browser, "backup", &["read"], "7");
    assert!(api.is_active(&token));
    let way = revocation(&open(&server, &mut browser, LIST).1);
    let form = form(&server, &mut browser, &way, &way);
    let (_, page) = browser.submit(&format!("{}{way}", server.url), &form);
    assert!(!api.is_active(&token));
    assert!(page.body.contains("was revoked") && page.body.contains(">Revoked</span>"));
    let by = format!("access_tokens WHERE revoked_by = '{ada}'");
    assert_eq!(server.db_count(&by), 1);
    let (_, again) = browser.submit(&server.url, &form);
    again.assert_says(&["That token had ended before."]);
    let (at, _) = browser.get(&server.address(&way));
    assert_eq!(at, server.address(LIST));
}

#[test]
fn another_persons_token_is_not_found_and_stays() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("bea");
    let api = ResourceServer::new(&server);
    let (mut ada, mut bea) = (signed_in(&server, "ada"), signed_in(&server, "bea"));
    let token = create(&server, &mut ada, "backup", &["read"], "7");
    let way = revocation(&open(&server, &mut ada, LIST).1);
    let form = form(&server, &mut ada, &way, &way);
    let own = super::form(&server, &mut bea, NEW, NEW);
    let form = form.fill("csrf", own.field("csrf").unwrap());
    let at = format!("{}{way}", server.url);
    assert_page(&bea.get_once(&at), 404);
    assert_page(&bea.submit_once(&at, &form), 404);
    for way in ["", "?token=", "?token=x", "?token=AAAA"] {
        let at = format!("{}/account/tokens/revoke{way}", server.url);
        assert_page(&bea.get_once(&at), 404);
    }
    assert!(api.is_active(&token));
    assert!(!open(&server, &mut bea, LIST).1.body.contains("backup"));
}

#[test]
fn a_day_ends_at_its_end_and_wrong_days_are_told() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let at = format!("{}{NEW}", server.url);
    let now = server.app.now();
    let date = |days: i64| now.plus(days * DAY).to_string()[..10].to_owned();
    let (today, far, past) = (date(0), date(4000), date(-1));
    for wrong in [
        "",
        "tomorrow",
        "2026-13-01",
        "2027-02-30",
        "1-2",
        "99999-01-01",
        &far,
        &past,
    ] {
        let form = filled(&server, &mut browser, "backup", &["read"], "date").fill("date", wrong);
        let answer = browser.submit_once(&at, &form);
        assert_page(&answer, 422);
        assert!(answer.body.contains("date-notes"), "{wrong}: {answer:?}");
    }
    let form = filled(&server, &mut browser, "backup", &["read"], "sometime");
    assert_page(&browser.submit_once(&at, &form), 422);
    let form = filled(&server, &mut browser, "backup", &["read"], "date").fill("date", &today);
    let token = made(&mut browser, &at, &form).1;
    let end = api.introspect(&token)["exp"].as_i64().unwrap();
    assert!(end > now.seconds() && end % DAY == 0, "{end}");
}

#[test]
fn a_day_that_is_too_far_away_is_told_the_last_one_there_is() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let at = format!("{}{NEW}", server.url);
    let page = open(&server, &mut browser, NEW).1;
    let latest = page.body.split("max=\"").nth(1).unwrap();
    let latest = latest.split('"').next().unwrap().to_owned();
    let day = latest.rsplit('-').next().unwrap().trim_start_matches('0');
    let told = format!("Choose {day} ");
    for far in ["9999-12-31", "9999-12-30", "2100-01-01"] {
        let form = filled(&server, &mut browser, "backup", &["read"], "date").fill("date", far);
        let answer = browser.submit_once(&at, &form);
        assert_page(&answer, 422);
        assert!(
            answer.body.contains("more than ten years away") && answer.body.contains(&told),
            "{far}: {answer:?}"
        );
    }
    let form = filled(&server, &mut browser, "backup", &["read"], "date").fill("date", &latest);
    made(&mut browser, &at, &form);
}

#[test]
fn the_list_tells_what_is_unused_and_what_is_about_to_expire() {
    let server = TestServer::start();
    server.db_user("ada");
    let api = ResourceServer::new(&server);
    let mut browser = signed_in(&server, "ada");
    let used = create(&server, &mut browser, "used", &["read"], "never");
    create(&server, &mut browser, "forgotten", &["read"], "90");
    let (_, page) = open(&server, &mut browser, LIST);
    let badges = |page: &Answer, text: &str| page.body.matches(&format!(">{text}</span>")).count();
    assert_eq!(badges(&page, "Never used"), 2);
    server.advance(84 * DAY);
    assert!(api.is_active(&used));
    server
        .wait(server.app.last_uses.write(&server.app.db))
        .unwrap();
    let (_, page) = open(&server, &mut signed_in(&server, "ada"), LIST);
    assert_eq!(
        (badges(&page, "Never used"), badges(&page, "Expires soon")),
        (1, 1)
    );
    assert!(page.body.contains("last used"), "{page:?}");
    server.advance(7 * DAY);
    let (_, page) = open(&server, &mut signed_in(&server, "ada"), LIST);
    assert_eq!(
        (
            badges(&page, "Expired"),
            badges(&page, "Unused for 90 days")
        ),
        (1, 0)
    );
    server.advance(90 * DAY);
    let (_, page) = open(&server, &mut signed_in(&server, "ada"), LIST);
    assert_eq!(
        (
            badges(&page, "Expired"),
            badges(&page, "Unused for 90 days")
        ),
        (0, 1)
    );
}

#[test]
fn an_ended_token_is_kept_for_thirty_days() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    create(&server, &mut browser, "expired", &["read"], "7");
    server.advance(1);
    create(&server, &mut browser, "revoked", &["read"], "never");
    let way = revocation(&open(&server, &mut browser, LIST).1);
    let form = form(&server, &mut browser, &way, &way);
    browser.submit(&format!("{}{way}", server.url), &form);
    let purge = |server: &TestServer| {
        let now = server.app.now();
        server.db_write(move |connection| Ok(latchkey::models::purge::batch(connection, now)?));
    };
    server.advance(29 * DAY);
    purge(&server);
    assert_eq!(server.db_count("access_tokens"), 2);
    server.advance(2 * DAY);
    purge(&server);
    assert_eq!(server.db_count("access_tokens WHERE name = 'expired'"), 1);
    assert_eq!(server.db_count("access_tokens"), 1);
    server.advance(7 * DAY);
    purge(&server);
    assert_eq!(server.db_count("access_tokens"), 0);
}

#[test]
fn a_hundred_live_tokens_are_the_most() {
    let server = TestServer::start();
    let ada = server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let now = server.app.now();
    server.db_write(move |connection| {
        let client_id = latchkey::models::project::personal_client(connection, &ada)?;
        for number in 0..100 {
            latchkey::models::named_token::NewToken {
                client_id: client_id.clone(),
                user_id: Some(ada.clone()),
                name: format!("token {number}"),
                scope: std::iter::once("read").collect(),
                expires_at: Some(now.plus(DAY)),
            }
            .insert(connection, now)?;
        }
        Ok(())
    });
    let form = filled(&server, &mut browser, "one more", &["read"], "7");
    let at = format!("{}{NEW}", server.url);
    let answer = browser.submit_once(&at, &form);
    assert_page(&answer, 422);
    assert!(
        answer.body.contains("You have 100 tokens that work") && answer.body.contains("one more")
    );
    server.advance(DAY);
    let mut browser = signed_in(&server, "ada");
    create(&server, &mut browser, "one more", &["read"], "7");
}

#[test]
fn a_token_expires_soon_only_in_the_last_week_and_the_last_quarter_of_its_life() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    create(&server, &mut browser, "a week", &["read"], "7");
    create(&server, &mut browser, "a month", &["read"], "30");
    let soon_after = |seconds: i64| {
        server.advance(seconds);
        let (_, page) = open(&server, &mut signed_in(&server, "ada"), LIST);
        page.body.matches(">Expires soon</span>").count()
    };
    assert_eq!(soon_after(0), 0, "made a moment ago");
    assert_eq!(soon_after(5 * DAY), 0, "two days of seven are left");
    assert_eq!(soon_after(DAY), 1, "one day of seven is left");
    assert_eq!(soon_after(DAY), 0, "it has expired; 23 of 30 are left");
    assert_eq!(
        soon_after(16 * DAY - 600),
        0,
        "seven days of thirty are left"
    );
    assert_eq!(soon_after(1200), 1, "less than seven");
}
