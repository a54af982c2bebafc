//! One person at two places: the operator's own dashboard, which takes the password and can do all that the
//! person can, and an application with a key of the person's that can do a chosen part.

use crate::support::app::PASSWORD;
use crate::support::{Answer, NewClient, Person, ResourceServer, TestServer};

const HOUR: i64 = 3600;

/// Makes a token that may only read.
fn key_for_reading(ada: &mut Person<'_>, name: &str) -> String {
    let new = "/account/tokens/new";
    let form = [("name", name), ("scope", "read"), ("expires", "never")];
    ada.send(new, new, &form).shown_secret()
}

/// What the application's gateway says of a request with its key.
fn application(server: &TestServer, key: &str, scope: &str) -> u16 {
    let address = server.address(&format!("/auth/verify?scope={scope}"));
    Answer::get(&address, &[("x-api-key", key)]).status
}

#[test]
fn a_dashboard_is_the_full_user_while_the_same_users_key_works_in_an_application() {
    let server = TestServer::start();
    server.db_scope("publish", "Publish your notes", false, false);
    server.db_role("editor", "publish", &[]);
    let ada_id = server.db_user("ada");
    server.db_set_roles(&ada_id, &["editor"]);
    let api = ResourceServer::new(&server);
    let dashboard = server.db_client(NewClient {
        scope: String::from("read write publish"),
        ..NewClient::first_party_spa()
    });
    let token = |form: &[(&str, &str)]| server.post_as(&dashboard, "/oauth/token", form);
    let scope_of = |token: &str| {
        let known = api.introspect(token);
        let mut names: Vec<String> = known["scope"]
            .as_str()
            .unwrap_or_else(|| panic!("{known}"))
            .split(' ')
            .map(str::to_owned)
            .collect();
        names.sort();
        names.join(" ")
    };

    // Ada signs in to the dashboard, which leaves `scope` out: it gets all that her roles give her.
    let signed_in = token(&[
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", PASSWORD),
    ]);
    let access = signed_in.assert_tokens();
    assert_eq!(scope_of(&access), "publish read write");
    assert_eq!(
        api.introspect(&access)["roles"],
        serde_json::json!(["user", "editor"])
    );

    // For an application she makes a key, which may read and nothing more.
    let mut ada = Person::signed_in(&server, "ada");
    let key = key_for_reading(&mut ada, "Desktop widget");
    assert_eq!(scope_of(&key), "read");
    assert_eq!(application(&server, &key, "read"), 200);
    assert_eq!(application(&server, &key, "publish"), 403);
    assert_eq!(
        api.introspect(&key)["sub"],
        api.introspect(&access)["sub"],
        "both act for Ada"
    );

    // Hours later the dashboard has renewed its access without her, and the key is what it was.
    let mut refresh = signed_in.member("refresh_token");
    let renew = |refresh: &str| {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        token(&form)
    };
    let mut access = access;
    for _ in 0..3 {
        server.advance(HOUR);
        assert!(!api.is_active(&access));
        let renewed = renew(&refresh);
        access = renewed.assert_tokens();
        refresh = renewed.member("refresh_token");
        assert_eq!(scope_of(&access), "publish read write");
        assert_eq!(application(&server, &key, "read"), 200);
    }

    // She is no editor any more: the next introspection says so, and the key never could publish.
    server.db_set_roles(&ada_id, &[]);
    assert_eq!(scope_of(&access), "read write");
    assert_eq!(scope_of(&key), "read");

    // The widget goes, and its key with it; the dashboard stays signed in.
    let mut ada = Person::signed_in(&server, "ada");
    let revoke = ada.open("/account/tokens").link("/account/tokens/revoke");
    ada.confirm(&revoke);
    assert_eq!(application(&server, &key, "read"), 401);
    let renewed = renew(&refresh);
    assert!(api.is_active(&renewed.assert_tokens()));

    // She signs out of the dashboard, which gives its refresh token back; her next key goes on.
    let key = key_for_reading(&mut ada, "Another widget");
    let refresh = renewed.member("refresh_token");
    let ended = server.post_as(&dashboard, "/oauth/revoke", &[("token", &refresh)]);
    assert_eq!(ended.status, 200, "{ended:?}");
    assert!(!api.is_active(&renewed.assert_tokens()));
    renew(&refresh).assert_error(400, "invalid_grant");
    assert_eq!(application(&server, &key, "read"), 200);
    assert_eq!(scope_of(&key), "read");
}
