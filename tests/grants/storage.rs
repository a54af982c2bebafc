//! The database alone opens nothing: no token, code, secret or password is in it in clear.

use diesel::prelude::*;
use latchkey::db::DbConnection;

use crate::support::app::PASSWORD;
use crate::support::{Browser, NewClient, TestServer, ThirdPartyApp};

#[derive(QueryableByName)]
struct Dump {
    #[diesel(sql_type = diesel::sql_types::Text)]
    dump: String,
}

/// All that is stored: the files beside an embedded database, the rows of the other one.
fn everything(server: &TestServer) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(server.folder.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let rows = server.db_read(|connection| match connection {
        DbConnection::Sqlite(_) => Ok(String::new()),
        DbConnection::Postgres(connection) => {
            let query = diesel::sql_query("SELECT database_to_xml(true, false, '')::text AS dump");
            Ok(query.get_result::<Dump>(connection)?.dump)
        }
    });
    bytes.extend(rows.into_bytes());
    bytes
}

fn holds(everything: &[u8], text: &str) -> bool {
    everything
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn no_secret_is_stored_in_clear() {
    let server = TestServer::start();
    server.db_user("ada");
    let app = ThirdPartyApp::web(&server);
    let mut browser = Browser::new();
    let back = app.authorize(&mut browser, "ada", &app.request());
    let waiting = app.code("ada");
    let code = back.location_params()["code"].clone();
    let first = app.redeem(&code);
    let second = app.refresh(&first.member("refresh_token"));
    let service = server.db_client(NewClient::service());
    let third = server.post_as(
        &service,
        "/oauth/token",
        &[("grant_type", "client_credentials")],
    );
    let mut secrets = vec![
        waiting,
        code,
        PASSWORD.to_owned(),
        app.pkce.verifier.clone(),
    ];
    secrets.extend([&first, &second, &third].map(crate::support::Answer::assert_tokens));
    secrets.extend([&first, &second].map(|answer| answer.member("refresh_token")));
    secrets.extend([
        app.client.secret.clone().unwrap(),
        service.secret.clone().unwrap(),
    ]);
    assert!(!browser.cookies.is_empty());
    secrets.extend(browser.cookies.values().cloned());
    let everything = everything(&server);
    assert!(
        holds(&everything, &app.client.id),
        "the search finds what is there"
    );
    assert!(
        holds(&everything, &app.pkce.challenge),
        "the search finds what is there"
    );
    for secret in secrets {
        assert!(!holds(&everything, &secret), "{}… is stored", &secret[..8]);
    }
}
