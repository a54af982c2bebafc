//! How long a signed token may be: what is issued is recognised, and what would not be is refused before
//! anything is written or used up.

use latchkey::models::scope::{self, RegisteredScope};

use crate::support::actors::REDIRECT_URI;
use crate::support::app::PASSWORD;
use crate::support::{NewClient, ResourceServer, TestServer, ThirdPartyApp};

/// Registers so many scopes of 100 characters, which everybody can give; returns them as a request has them.
fn db_long_scopes(server: &TestServer, count: usize) -> String {
    let now = server.app.now();
    let names: Vec<String> = (0..count).map(|number| format!("{number:x>100}")).collect();
    let scope = names.join(" ");
    server.db_write(move |connection| {
        for name in names {
            let row = RegisteredScope {
                name,
                description: String::from("One of many"),
                is_default: true,
                is_sensitive: false,
                created_at: now,
            };
            scope::insert(connection, row)?;
        }
        Ok(())
    });
    scope
}

/// Changes the format of everybody's tokens.
fn db_format(server: &TestServer, format: &'static str) {
    use diesel::prelude::*;
    use latchkey::schema::clients;
    server.db_write(move |connection| {
        diesel::update(clients::table)
            .set(clients::token_format.eq(format))
            .execute(connection)?;
        Ok(latchkey::db::note_change(connection)?)
    });
}

#[test]
fn a_signed_token_is_either_recognised_or_refused_however_many_scopes_it_has() {
    let server = TestServer::start();
    let all = db_long_scopes(&server, 125);
    let service = server.db_client(NewClient {
        scope: all.clone(),
        ..NewClient::service().signed()
    });
    let api = ResourceServer::new(&server);
    let (mut issued, mut refused) = (0, 0);
    for count in 105..=125 {
        let scope: Vec<&str> = all.split(' ').take(count).collect();
        let scope = scope.join(" ");
        let grant = [("grant_type", "client_credentials"), ("scope", &*scope)];
        let answer = server.post_as(&service, "/oauth/token", &grant);
        if answer.status == 200 {
            assert!(api.is_active(&answer.assert_tokens()), "{count} scopes");
            issued += 1;
        } else {
            answer.assert_error(400, "invalid_scope");
            let description = answer.member("error_description");
            assert!(description.contains("too many scopes for a signed token"));
            refused += 1;
        }
    }
    assert!(
        issued > 0 && refused > 0,
        "{issued} issued, {refused} refused"
    );
    assert_eq!(server.db_count("access_tokens"), issued);
}

#[test]
fn a_password_grant_for_too_many_scopes_leaves_nothing_behind() {
    let server = TestServer::start();
    server.db_user("ada");
    let spa = server.db_client(NewClient {
        scope: db_long_scopes(&server, 140),
        ..NewClient::first_party_spa().signed()
    });
    let form = [
        ("grant_type", "password"),
        ("username", "ada"),
        ("password", PASSWORD),
    ];
    server
        .post_as(&spa, "/oauth/token", &form)
        .assert_error(400, "invalid_scope");
    for table in ["access_tokens", "refresh_tokens", "authorizations"] {
        assert_eq!(server.db_count(table), 0, "{table}");
    }
    assert_eq!(server.db_events("user.signed_in"), 0);
}

#[test]
fn neither_a_code_nor_a_refresh_token_is_used_up_by_asking_for_too_many_scopes() {
    let server = TestServer::start();
    server.db_user("ada");
    let scope = format!("read {}", db_long_scopes(&server, 140));
    let client = NewClient {
        scope: scope.clone(),
        ..NewClient::web(REDIRECT_URI).signed()
    };
    let app = ThirdPartyApp::new(&server, client);
    let code = app.code_for("ada", &app.request_with(&[("scope", Some(scope.as_str()))]));
    app.redeem(&code).assert_error(400, "invalid_scope");
    app.redeem(&code).assert_error(400, "invalid_scope");
    assert_eq!(server.db_count("access_tokens"), 0);
    db_format(&server, "opaque");
    let answer = app.redeem(&code);
    answer.assert_tokens();
    let refresh_token = answer.member("refresh_token");

    db_format(&server, "jwt");
    let refresh = |scope: Option<&str>| {
        let mut form = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.as_str()),
        ];
        form.extend(scope.map(|scope| ("scope", scope)));
        app.token(&form)
    };
    refresh(None).assert_error(400, "invalid_scope");
    let token = refresh(Some("read")).assert_tokens();
    assert!(ResourceServer::new(&server).is_active(&token));
}
