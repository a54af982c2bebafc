//! The page of a client: who uses it and what went wrong.

use crate::pages::admin::administrator;
use crate::support::actors::REDIRECT_URI;
use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp};

use super::acts::db_api_key;
use super::{page, page_of};

#[test]
fn it_tells_of_live_tokens_and_of_people_who_allowed_it() {
    let server = TestServer::start();
    server.db_user("ada");
    server.db_user("hostile <script>");
    let mut root = administrator(&server);
    let app = ThirdPartyApp::web(&server);
    let (access, _) = app.tokens("ada");
    let (ended, _) = app.tokens("hostile <script>");
    app.revoke(&ended);
    let shown = page(&server, &mut root, &page_of(&app.client.id));
    let said = shown.words();
    let tail = |token: &str| format!("…{}", &token[token.len() - 4..]);
    assert!(said.contains(&tail(&access)), "{said}");
    let (_, tokens) = shown.body.split_once("id=\"tokens\"").unwrap();
    let tokens = tokens.split("</section>").next().unwrap();
    assert!(!tokens.contains(&tail(&ended)), "{tokens}");
    assert!(
        said.contains("2 people have allowed it something"),
        "{said}"
    );
    assert!(
        said.contains("hostile <script>") && !shown.body.contains("hostile <script>"),
        "{said}"
    );
    assert!(
        !shown.body.contains("lka_") && !shown.body.contains("lks_"),
        "{said}"
    );
    // An hour later nothing is live.
    server.advance(3700);
    let said = page(&server, &mut root, &page_of(&app.client.id)).words();
    assert!(said.contains("No live tokens"), "{said}");
}

#[test]
fn what_a_client_could_never_have_is_not_missed() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let parts = ["live for", "Live tokens", "People who allowed it"];
    let app = ThirdPartyApp::web(&server).client.id;
    let service = server.db_client(NewClient::service()).id;
    let api = ResourceServer::new(&server).client.id;
    for (id, shown) in [
        (app, [true; 3]),
        (service, [true, true, false]),
        (api.clone(), [false; 3]),
    ] {
        let said = page(&server, &mut root, &page_of(&id)).words();
        assert_eq!(parts.map(|part| said.contains(part)), shown, "{said}");
    }
    // What it has all the same is told.
    db_api_key(&server, &api, "read");
    let said = page(&server, &mut root, &page_of(&api)).words();
    assert!(said.contains("Live tokens"), "{said}");
}

#[test]
fn a_live_token_leads_to_its_page_and_folds_its_scopes() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let names: Vec<String> = (0..200).map(|n| format!("things.{n:03}")).collect();
    for name in &names {
        server.db_scope(name, "One of many", false, false);
    }
    let service = NewClient {
        scope: names.join(" "),
        ..NewClient::service()
    };
    let id = server.db_client(service).id;
    let key = db_api_key(&server, &id, &names.join(" "));
    let shown = page(&server, &mut root, &page_of(&id));
    let (_, tokens) = shown.body.split_once("id=\"tokens\"").unwrap();
    let tokens = tokens.split("</section>").next().unwrap();
    let (before, folded) = tokens.split_once("<summary>200 scopes</summary>").unwrap();
    assert!(!before.contains("things.") && folded.contains("things.199"));
    let link = before.split("href=\"").nth(1).unwrap();
    let link = link.split('"').next().unwrap();
    assert!(link.starts_with("/admin/tokens/show?jti="), "{link}");
    let token = page(&server, &mut root, link);
    let last_four = format!("…{}", &key[key.len() - 4..]);
    assert!(token.words().contains(&last_four), "{token:?}");
}

#[test]
fn it_tells_what_was_refused_and_why() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let app = ThirdPartyApp::web(&server);
    let request = app.request_with(&[("redirect_uri", Some("https://app.example/callbock"))]);
    server.get(&app.address(&request)[server.url.len()..]);
    let said = page(&server, &mut root, &page_of(&app.client.id)).words();
    assert!(
        said.contains("https://app.example/callbock") && said.contains(REDIRECT_URI),
        "{said}"
    );
    assert!(said.contains("/oauth/authorize"), "{said}");
}

#[test]
fn it_warns_of_what_may_surprise() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    let public = NewClient {
        scope: String::from("read write"),
        ..NewClient::public("http://localhost/cb")
    };
    let id = server.db_client(public).id;
    let said = page(&server, &mut root, &page_of(&id)).words();
    assert!(
        said.contains("It will never get write") && said.contains("prefer 127.0.0.1"),
        "{said}"
    );
    let nothing = NewClient {
        scope: String::new(),
        ..NewClient::service()
    };
    let id = server.db_client(nothing).id;
    let said = page(&server, &mut root, &page_of(&id)).words();
    assert!(said.contains("no scope to ask for"), "{said}");
}

#[test]
fn the_settings_are_made_from_what_is_registered_and_never_hold_a_secret() {
    let server = TestServer::start();
    let mut root = administrator(&server);
    for (new, tabs, parts) in [
        (
            NewClient::web("https://app.example/it's"),
            &["curl", "openid-client", "Authlib", "Spring"][..],
            &["it'\\''s", "authorization_code", "YOUR_CLIENT_SECRET"][..],
        ),
        (
            NewClient::public("http://127.0.0.1/cb"),
            &["curl", "openid-client", "Authlib"],
            &["client.None()", "127.0.0.1/cb"],
        ),
        (
            NewClient::public("https://app.example/cb"),
            &["openid-client", "curl"],
            &["client.None()"],
        ),
        (
            NewClient::service(),
            &["curl", "openid-client", "Authlib", "Spring"],
            &["client_credentials"],
        ),
        (
            NewClient::resource_server(),
            &["curl", "openid-client", "Authlib", "Spring", "nginx"],
            &["/oauth/introspect", "auth_request"],
        ),
        (
            NewClient::first_party_spa(),
            &["openid-client", "curl"],
            &["grant_type=password"],
        ),
    ] {
        let client = server.db_client(new);
        let shown = page(&server, &mut root, &page_of(&client.id));
        let (_, settings) = shown.body.split_once("id=\"settings\"").unwrap();
        let settings = settings.split("</section>").next().unwrap();
        let labels: Vec<&str> = settings
            .split("<label for=\"settings-")
            .skip(1)
            .filter_map(|label| label.split_once('>')?.1.split('<').next())
            .collect();
        assert_eq!(labels, tabs);
        let settings = crate::support::browser::unescape(settings);
        for part in parts.iter().chain([&server.url.as_str()]) {
            assert!(settings.contains(part), "{part}: {settings}");
        }
        assert!(!settings.contains("lks_"), "{settings}");
    }
}
