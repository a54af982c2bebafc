//! A cron job of a company: its API key belongs to the project, so that it outlives whoever made it, and is
//! replaced without a pause.

use crate::support::app::PASSWORD;
use crate::support::browser::Form;
use crate::support::{Answer, Browser, Person, ResourceServer, TestServer};

const HOUR: i64 = 3600;

/// The nightly request, as the company's gateway passes it on.
fn nightly(server: &TestServer, key: &str) -> Answer {
    let address = server.address("/auth/verify?scope=read&project=weather-station");
    Answer::get(&address, &[("x-api-key", key)])
}

/// Whether somebody is let in with the right password.
fn may_sign_in(server: &TestServer, username: &str) -> bool {
    let mut browser = Browser::new();
    let (at, page) = browser.get(&server.address("/login"));
    let form = Form::find(&page, "/login")
        .fill("username", username)
        .fill("password", PASSWORD);
    browser.submit_once(&at, &form).status == 303
}

#[test]
fn a_cron_job_uses_its_projects_key_after_its_maker_has_left() {
    let server = TestServer::start();
    let root_id = server.db_user("root");
    server.db_set_roles(&root_id, &["admin"]);
    server.db_user("ada");
    let bea_id = server.db_user("bea");
    let api = ResourceServer::new(&server);

    // Ada makes the company's project and adds Bea, who makes a client with a key for the cron job.
    let mut ada = Person::signed_in(&server, "ada");
    let new = "/account/projects/new";
    ada.send(new, new, &[("name", "Weather Station")]);
    let project = "/account/projects/weather-station";
    let members = format!("{project}/members");
    let add = [("username", "bea"), ("membership", "member")];
    ada.send(&members, &members, &add);
    let mut bea = Person::signed_in(&server, "bea");
    let new = format!("{project}/clients/new");
    let form = [
        ("name", "Nightly import"),
        ("proof", "key"),
        ("scope", "read"),
        ("expires", "never"),
    ];
    let page = bea.send(&new, &new, &form);
    let key = page.shown_secret();

    // The cron job acts for the client and for nobody in particular.
    let passed = nightly(&server, &key);
    assert_eq!(passed.status, 200, "{passed:?}");
    let client_id = passed.header("x-auth-client").unwrap().to_owned();
    assert_eq!(
        ["subject", "project", "username", "roles"]
            .map(|name| passed.header(&format!("x-auth-{name}")).unwrap()),
        [client_id.as_str(), "weather-station", "", ""]
    );

    // Bea leaves the company: Ada takes her out of the project, an administrator disables her account.
    let remove = [("user", bea_id.as_str()), ("act", "remove")];
    ada.send(&members, "/members/change", &remove);
    let mut root = Person::signed_in(&server, "root");
    root.confirm(&format!("/admin/users/{bea_id}/disable"));
    assert!(!may_sign_in(&server, "bea"));

    // Night after night the cron job goes on.
    for _ in 0..3 {
        server.advance(24 * HOUR);
        assert_eq!(nightly(&server, &key).status, 200);
        assert_eq!(api.introspect(&key)["client_id"], client_id);
    }

    // Bea may have kept a copy, so Ada rotates the key; both work until the cron job has the new one.
    let mut ada = Person::signed_in(&server, "ada");
    let client = format!("{project}/clients/{client_id}");
    let rotate = ada.open(&client).link("/keys/rotate");
    let page = ada.send(&rotate, &rotate, &[("overlap", "24h")]);
    let new_key = page.shown_secret();
    assert_ne!(new_key, key);
    server.advance(23 * HOUR);
    assert_eq!(nightly(&server, &key).status, 200, "not changed yet");
    assert_eq!(nightly(&server, &new_key).status, 200);
    server.advance(HOUR);
    assert_eq!(nightly(&server, &key).status, 401, "Bea's copy is over");
    assert!(!api.is_active(&key));
    assert_eq!(nightly(&server, &new_key).status, 200);
    let (old, new) = (&key[55..], api.introspect(&new_key));
    assert!(
        new.get("exp").is_none(),
        "it lasts like the one before: {new}"
    );

    // The page tells of both, and when the new one was last used.
    server
        .wait(server.app.last_uses.write(&server.app.db))
        .unwrap();
    let mut ada = Person::signed_in(&server, "ada");
    let page = ada.open(&client);
    page.assert_says(&[
        "last used just now",
        "API keys that ended in the last 30 days",
        old,
    ]);

    // The import is no longer needed: the key is revoked, and the cron job fails at its next request.
    let page = ada.confirm(&page.link("/keys/revoke"));
    page.assert_says(&["No API keys"]);
    let refused = nightly(&server, &new_key);
    refused.assert_error(401, "invalid_token");
    assert!(!api.is_active(&new_key));
}
