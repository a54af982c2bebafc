//! RFC 6749 §4.4, and scope as every grant reads it (§3.3).

use latchkey::oauth::GrantType;

use crate::support::app::RegisteredClient;
use crate::support::{Answer, NewClient, ResourceServer, TestServer};

fn ask(server: &TestServer, client: &RegisteredClient, scope: Option<&str>) -> Answer {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend(scope.map(|scope| ("scope", scope)));
    server.post_as(client, "/oauth/token", &form)
}

#[test]
fn a_service_gets_a_token_for_itself_and_no_refresh_token() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let grants = vec![GrantType::ClientCredentials, GrantType::RefreshToken];
    let service = server.db_client(NewClient {
        grants,
        ..NewClient::service()
    });
    let answer = ask(&server, &service, None);
    let token = answer.assert_tokens();
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let json = answer.json();
    assert!(json.get("refresh_token").is_none());
    assert_eq!(
        (json["scope"].as_str(), json["expires_in"].as_i64()),
        (Some("read"), Some(3600))
    );
    let known = api.introspect(&token);
    assert_eq!(
        known["sub"], *service.id,
        "a client's token never has a user's sub"
    );
    assert_eq!(known["client_id"], *service.id);
    assert!(
        known.get("username").is_none() && known.get("roles").is_none(),
        "{known}"
    );
}

#[test]
fn a_public_client_cannot_use_it() {
    let server = TestServer::start();
    let grants = vec![GrantType::ClientCredentials];
    let public = server.db_client(NewClient {
        grants,
        ..NewClient::public("https://spa.example/callback")
    });
    ask(&server, &public, None).assert_error(400, "unauthorized_client");
}

#[test]
fn a_client_that_is_not_registered_for_it_cannot_use_it() {
    let server = TestServer::start();
    let web = server.db_client(NewClient::web("https://app.example/callback"));
    ask(&server, &web, None).assert_error(400, "unauthorized_client");
    let api = server.db_client(NewClient::resource_server());
    ask(&server, &api, None).assert_error(400, "unauthorized_client");
}

#[test]
fn a_wrong_secret_gets_nothing() {
    let server = TestServer::start();
    let mut service = server.db_client(NewClient::service());
    let right = service.secret.replace(String::from("wrong"));
    ask(&server, &service, None).assert_error(401, "invalid_client");
    service.secret = right;
    ask(&server, &service, None).assert_tokens();
}

#[test]
fn without_scope_the_default_ones_are_given_and_never_everything() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    assert_eq!(ask(&server, &service, None).member("scope"), "read");
    assert_eq!(ask(&server, &service, Some("")).member("scope"), "read");
    let write_only = server.db_client(NewClient {
        scope: String::from("write"),
        ..NewClient::service()
    });
    ask(&server, &write_only, None).assert_error(400, "invalid_scope");
    assert_eq!(
        ask(&server, &write_only, Some("write")).member("scope"),
        "write"
    );
}

#[test]
fn a_scope_that_is_unknown_or_not_the_clients_is_refused() {
    let server = TestServer::start();
    server.db_scope("other", "Something else", true, false);
    let service = server.db_client(NewClient::service());
    for scope in ["unknown", "other", "read other", "Read", "offline_access"] {
        ask(&server, &service, Some(scope)).assert_error(400, "invalid_scope");
    }
    assert_eq!(
        ask(&server, &service, None).member("scope"),
        "read",
        "a default scope that is not the client's"
    );
}

#[test]
fn a_malformed_scope_is_refused_with_plain_words() {
    let server = TestServer::start();
    let service = server.db_client(NewClient::service());
    for scope in [
        "a,b\"",
        "read\twrite",
        "read\nwrite",
        "l\u{e9}s",
        "\\",
        "\u{1f511}",
        "read\u{a0}write",
    ] {
        let answer = ask(&server, &service, Some(scope));
        answer.assert_error(400, "invalid_scope");
        let description = answer.member("error_description");
        let plain = |c: char| (' '..='~').contains(&c) && c != '"' && c != '\\';
        assert!(
            description.chars().all(plain),
            "RFC 6749 §5.2 allows no other characters: {description}"
        );
    }
}

#[test]
fn the_order_of_scopes_means_nothing() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let service = server.db_client(NewClient::service());
    let scopes: Vec<Vec<String>> = ["read write", "write read", "read read write"]
        .iter()
        .map(|scope| {
            let known = api.introspect(&ask(&server, &service, Some(scope)).assert_tokens());
            let mut names: Vec<String> = known["scope"]
                .as_str()
                .unwrap()
                .split(' ')
                .map(str::to_owned)
                .collect();
            names.sort();
            names
        })
        .collect();
    assert_eq!(scopes, vec![["read", "write"]; 3]);
}

#[test]
fn tokens_of_a_service_are_told_apart_from_each_other() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    let service = server.db_client(NewClient::service());
    let (first, second) = (
        ask(&server, &service, None).assert_tokens(),
        ask(&server, &service, None).assert_tokens(),
    );
    assert_ne!(first, second);
    let revoked = server.post_as(&service, "/oauth/revoke", &[("token", &first)]);
    assert_eq!(revoked.status, 200);
    assert!(!api.is_active(&first));
    assert!(api.is_active(&second));
}
