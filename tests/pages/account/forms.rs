//! Every form of the account's pages: refused without its token, and calm whatever is typed.

use crate::support::browser::{Form, unescape};
use crate::support::{Answer, Browser, TestServer};

use super::super::hostile_input::assert_calm;
use super::super::{assert_page, signed_in};
use super::{clients, form, members, open, projects, tick};

/// Every page with a form, and where the form leads.
fn forms(server: &TestServer, browser: &mut Browser) -> Vec<(String, String)> {
    super::tokens::create(server, browser, "backup", &["read"], "never");
    let slug = projects::create(server, browser, "Weather", "");
    // The only owner could neither be changed nor leave.
    server.db_user("bea");
    members::add(server, browser, &slug, "bea", "owner");
    let (client, _) = clients::create(server, browser, &slug, "Station", "secret", &["read"]);
    super::keys::create(server, browser, &slug, &client, "first", &["read"]);
    let project = format!("/account/projects/{slug}");
    let client = format!("{project}/clients/{client}");
    let links = |page: &Answer, part: &str| {
        let link = page.body.split('"').find(|text| text.contains(part));
        link.unwrap_or_else(|| panic!("no {part}")).to_owned()
    };
    let list = open(server, browser, "/account/tokens").1;
    let page = open(server, browser, &client).1;
    let mut pages: Vec<String> = [
        "/account/tokens/new",
        "/account/projects/new",
        &format!("{project}/settings"),
        &format!("{project}/members"),
        &format!("{project}/leave"),
        &format!("{project}/end"),
        &format!("{project}/delete"),
        &format!("{project}/clients/new"),
        &format!("{client}/edit"),
        &format!("{client}/delete"),
        &format!("{client}/secrets/new"),
        &format!("{client}/keys/new"),
    ]
    .map(str::to_owned)
    .to_vec();
    pages.push(links(&list, "/tokens/revoke?token="));
    pages.push(links(&page, "/keys/rotate?token="));
    pages.push(links(&page, "/keys/revoke?token="));
    pages.push(links(&page, "/secrets/revoke?secret="));
    let mut forms: Vec<(String, String)> =
        pages.into_iter().map(|page| (page.clone(), page)).collect();
    forms.push((
        format!("{project}/members"),
        format!("{project}/members/change"),
    ));
    for own in ["password", "sessions", "theme"] {
        forms.push((String::from("/account"), format!("/account/{own}")));
    }
    forms
}

#[test]
fn none_is_taken_without_the_token_of_this_session() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    // Sessions of one second of one person share theirs.
    server.advance(1);
    let foreign = {
        let mut elsewhere = signed_in(&server, "ada");
        let page = open(&server, &mut elsewhere, "/account").1;
        Form::find(&page, "/account/theme")
            .field("csrf")
            .unwrap()
            .to_owned()
    };
    for (page, action) in forms(&server, &mut browser) {
        let form = form(&server, &mut browser, &page, &action);
        for token in ["", "x", &foreign] {
            let forged = form.clone().fill("csrf", token);
            assert_page(&browser.submit_once(&server.url, &forged), 403);
        }
        let answer = server.post(&form.action, &[("csrf", form.field("csrf").unwrap())]);
        assert_page(&answer, 403);
    }
    assert_eq!(
        server.db_count("projects WHERE personal_user_id IS NULL"),
        1
    );
}

#[test]
fn every_page_leads_to_the_sign_in_and_back() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    let forms = forms(&server, &mut browser);
    let mut pages: Vec<String> = forms.into_iter().map(|(page, _)| page).collect();
    pages.extend(["/account/tokens", "/account/projects", "/account/history"].map(str::to_owned));
    for page in pages {
        let answer = server.get(&page);
        assert_eq!(answer.status, 303, "{page}");
        let back = answer.location_params().get("return_to").cloned();
        let wanted = (page != "/account").then_some(page);
        assert_eq!(back, wanted);
    }
}

fn texts() -> Vec<String> {
    vec![
        String::from("<script>alert(1)</script>"),
        String::from("\"quoted\" 'and' `ticked` \\ & back"),
        String::from("🦀👩‍🚀🔑"),
        String::from("\u{202e}אב"),
        String::from("'; DROP TABLE users; --"),
        String::from("{{ 7 * 7 }}%00%s"),
        "a".repeat(10_000),
        "🦀".repeat(10_000),
    ]
}

#[test]
fn whatever_is_typed_is_kept_or_refused_beside_its_field() {
    let server = TestServer::with(|config| {
        (config.login.max_failures, config.login.max_failures_address) = (100_000, 100_000);
    });
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    for (page, action) in forms(&server, &mut browser) {
        let destroys = ["leave", "end", "delete", "revoke", "rotate", "sessions"];
        if destroys
            .iter()
            .any(|act| action.contains(&format!("/{act}")))
        {
            continue;
        }
        let fields = form(&server, &mut browser, &page, &action).fields;
        for (name, _) in fields.iter().filter(|(name, _)| name != "csrf") {
            for text in texts() {
                let form = form(&server, &mut browser, &page, &action);
                let form = tick(form.fill("name", "fine"), "scope", &["read"]).fill(name, &text);
                let (_, answer) = browser.submit(&server.url, &form);
                assert_calm(&answer, &format!("{action} {name}={text}"));
                assert_ne!(answer.status, 400, "{action} {name}={text}: {answer:?}");
                let is_text = ["name", "slug", "date"].contains(&name.as_str())
                    || (name == "username" && action.ends_with("/members"));
                if answer.status == 422 && is_text {
                    assert!(
                        unescape(&answer.body).contains(text.trim()),
                        "{action} {name} is lost"
                    );
                }
            }
        }
    }
}

#[test]
fn names_of_every_kind_come_back_as_they_were_typed() {
    let server = TestServer::start();
    server.db_user("ada");
    let mut browser = signed_in(&server, "ada");
    server.db_user("bea");
    for text in texts().iter().filter(|text| text.chars().count() <= 100) {
        super::tokens::create(&server, &mut browser, text, &["read"], "7");
        let page = open(&server, &mut browser, "/account/tokens").1;
        assert!(unescape(&page.body).contains(text), "{text}");
        let slug = projects::create(&server, &mut browser, text, "");
        clients::create(&server, &mut browser, &slug, text, "key", &["read"]);
        members::add(&server, &mut browser, &slug, "bea", "owner");
        for below in ["", "/delete", "/leave", "/settings"] {
            let path = format!("/account/projects/{slug}{below}");
            let page = open(&server, &mut browser, &path).1;
            assert!(unescape(&page.body).contains(text), "{text} on {path}");
            assert_calm(&page, text);
        }
    }
}

#[test]
fn two_hundred_scopes_can_be_ticked_at_once() {
    let server = TestServer::start();
    server.db_user("ada");
    let names: Vec<String> = (0..200).map(|number| format!("things:{number}")).collect();
    for name in &names {
        server.db_scope(name, "Do a thing", true, false);
    }
    let mut browser = signed_in(&server, "ada");
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let token = super::tokens::create(&server, &mut browser, "all", &all, "7");
    let known = crate::support::ResourceServer::new(&server).introspect(&token);
    assert_eq!(known["scope"].as_str().unwrap().split(' ').count(), 200);
}
