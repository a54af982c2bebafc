//! The life of signing keys: published, signing, published for the sake of their tokens, gone.

use latchkey::clock::Clock;
use latchkey::config::Tokens;
use latchkey::db::Db;
use latchkey::oauth::SigningAlgorithm;
use latchkey::signing::{KeySeal, Rotation};
use tempfile::TempDir;

use crate::support::jwt::Jwt;
use crate::support::{NewClient, ResourceServer, TestServer, at_once, database};

const DAY: i64 = 86_400;

/// A token of a service whose tokens live an hour.
fn token(server: &TestServer) -> String {
    let service = server.db_client(NewClient::service().signed());
    let form = [("grant_type", "client_credentials"), ("scope", "read")];
    server
        .post_as(&service, "/oauth/token", &form)
        .assert_tokens()
}

fn kids(server: &TestServer) -> Vec<String> {
    let keys = server.jwks().keys.into_iter();
    keys.map(|key| key.common.key_id.unwrap()).collect()
}

#[test]
fn a_new_key_is_published_a_day_before_it_signs() {
    let server = TestServer::start();
    let first = kids(&server);
    server.advance(89 * DAY - 60);
    server.keep_keys_up();
    assert_eq!(kids(&server), first, "nothing is due yet");
    server.advance(60);
    server.keep_keys_up();
    let both = kids(&server);
    assert_eq!((both.len(), &both[0]), (2, &first[0]));
    assert_eq!(server.db_events("key.rotated"), 1);
    server.advance(DAY - 60);
    assert_eq!(Jwt::read(&token(&server)).kid(), first[0]);
    server.advance(60);
    let next = token(&server);
    assert_eq!(Jwt::read(&next).kid(), both[1]);
    assert!(server.verifies(&next));
}

#[test]
fn an_old_key_is_published_until_its_last_token_has_expired() {
    let server = TestServer::start();
    let api = ResourceServer::new(&server);
    server.advance(89 * DAY);
    server.keep_keys_up();
    server.advance(DAY - 60);
    let last = token(&server);
    server.advance(3540);
    server.keep_keys_up();
    assert!(server.verifies(&last) && api.is_active(&last));
    server.advance(180);
    server.keep_keys_up();
    assert_eq!(kids(&server).len(), 1);
    assert_eq!(server.db_events("key.retired"), 1);
    assert!(!server.verifies(&last));
    assert_eq!(
        server.db_count(
            "signing_keys WHERE retired_at IS NOT NULL AND sealed_private_key IS NOT NULL"
        ),
        0,
        "the private key is destroyed"
    );
    let next = token(&server);
    assert!(server.verifies(&next) && api.is_active(&next));
}

#[test]
fn a_key_waits_for_the_longest_life_there_was_while_it_signed() {
    let server = TestServer::start();
    let slow = server.db_client(NewClient {
        access_ttl: Some(30 * DAY),
        ..NewClient::service().signed()
    });
    server.keep_keys_up();
    server.advance(89 * DAY);
    server.keep_keys_up();
    server.advance(DAY - 60);
    let form = [("grant_type", "client_credentials"), ("scope", "read")];
    let last = server.post_as(&slow, "/oauth/token", &form).assert_tokens();
    let id = slow.id;
    server.db_execute(&format!(
        "UPDATE clients SET access_ttl = 60 WHERE id = '{id}'"
    ));
    server.advance(30 * DAY - 60);
    server.keep_keys_up();
    assert!(server.verifies(&last), "it has a minute to live");
    server.advance(DAY);
    server.keep_keys_up();
    assert!(!server.verifies(&last));
}

#[test]
fn looking_again_changes_nothing() {
    let server = TestServer::start();
    server.advance(89 * DAY);
    for _ in 0..3 {
        server.keep_keys_up();
    }
    assert_eq!(server.db_count("signing_keys"), 2);
    assert_eq!(server.db_count("audit_events WHERE action LIKE 'key.%'"), 2);
}

#[test]
fn a_server_that_slept_for_long_signs_at_once_when_it_wakes() {
    let server = TestServer::start();
    let first = kids(&server);
    server.advance(400 * DAY);
    server.keep_keys_up();
    assert_eq!(Jwt::read(&token(&server)).kid(), first[0]);
    server.advance(DAY);
    assert_eq!(Jwt::read(&token(&server)).kid(), kids(&server)[1]);
}

#[test]
fn servers_that_start_at_once_make_one_first_key() {
    for algorithm in SigningAlgorithm::ALL {
        let folder = TempDir::new().unwrap();
        let url = database::fresh(folder.path());
        drop(Db::open(&url).unwrap());
        let tokens = Tokens {
            signing_algorithm: algorithm,
            ..Tokens::default()
        };
        at_once(4, |_| {
            let rotation = Rotation {
                db: Db::open(&url).unwrap(),
                seal: KeySeal::new(&[7; 32]),
                tokens: tokens.clone(),
                actor: None,
                now: Clock::System.now(),
            };
            let started = actix_web::rt::Runtime::new()
                .unwrap()
                .block_on(rotation.at_start());
            started.unwrap();
        });
        let db = Db::open(&url).unwrap();
        let read = db.read(|connection| Ok(latchkey::models::signing_key::list(connection)?));
        let keys = actix_web::rt::Runtime::new().unwrap().block_on(read);
        assert_eq!(keys.unwrap().len(), 1, "{algorithm}");
    }
}

#[test]
fn servers_that_rotate_at_once_make_one_successor() {
    let server = TestServer::start();
    server.advance(89 * DAY);
    at_once(4, |_| server.keep_keys_up());
    assert_eq!(server.db_count("signing_keys"), 2);
}

#[test]
fn another_algorithm_begins_with_a_key_that_everybody_can_know() {
    let server = TestServer::start();
    let old = token(&server);
    let mut config = server.app.config.clone();
    config.tokens.signing_algorithm = SigningAlgorithm::EdDsa;
    config.issuer = Some(server.url.clone());
    let folder = TempDir::new().unwrap();
    let beside = TestServer::serve(config, folder, server.clock.clone());
    let server = [server, beside];
    let new = &server[1];
    let key = &new.db_keys()[1];
    assert_eq!(key.algorithm, SigningAlgorithm::EdDsa);
    assert_eq!(Jwt::read(&token(new)).header["alg"], "ES256");
    new.advance(DAY);
    let next = token(new);
    assert_eq!(Jwt::read(&next).header["alg"], "EdDSA");
    assert!(kids(new).contains(&Jwt::read(&old).kid().to_owned()));
}
