//! Signing keys at rest: nothing but the master key opens them.

use aws_lc_rs::aead::NONCE_LEN;
use latchkey::signing::KeySeal;
use tempfile::TempDir;

use crate::support::{NewClient, Program, TestServer};

/// A master key, and not the server's.
const OTHER: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[test]
fn the_private_key_does_not_lie_in_the_database_in_clear() {
    let server = TestServer::start();
    let key = &server.db_keys()[0];
    let clear = server.db_key_pair().to_pkcs8().unwrap();
    let sealed = key.sealed_private_key.as_ref().unwrap();
    assert!(sealed.len() > NONCE_LEN + clear.len());
    for piece in clear.windows(16) {
        assert!(!sealed.windows(16).any(|window| window == piece));
    }
}

#[test]
fn a_key_opens_under_its_own_name_and_master_key_alone() {
    let server = TestServer::start();
    let seal = &server.app.key_seal;
    let key = server.db_keys().remove(0);
    assert!(seal.open(&key).is_ok());
    let mut renamed = key.clone();
    renamed.id = String::from("another");
    assert!(seal.open(&renamed).is_err());
    assert!(KeySeal::new(&[7; 32]).open(&key).is_err());
    for at in [0, NONCE_LEN, 40] {
        let mut altered = key.clone();
        altered.sealed_private_key.as_mut().unwrap()[at] ^= 1;
        assert!(seal.open(&altered).is_err(), "byte {at}");
    }
    for length in [0, NONCE_LEN - 1, NONCE_LEN] {
        let mut cut = key.clone();
        cut.sealed_private_key.as_mut().unwrap().truncate(length);
        assert!(seal.open(&cut).is_err(), "{length} bytes");
    }
}

#[test]
fn a_server_with_another_master_key_does_not_start() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let ended = program.set("LATCHKEY_MASTER_KEY", OTHER).run(&["serve"]);
    assert_eq!(ended.status, Some(1), "{ended:?}");
    let kid = &server.db_keys()[0].id;
    for part in ["master key", "key retire", kid.as_str()] {
        assert!(ended.err.contains(part), "{ended:?}");
    }
}

#[test]
fn a_lost_master_key_is_survived_by_retiring_what_it_sealed() {
    let server = TestServer::start();
    let kid = server.db_keys()[0].id.clone();
    let program = Program::beside(&server).set("LATCHKEY_MASTER_KEY", OTHER);
    program.json(&["key", "retire", &kid, "--master-key-lost"]);
    let restarted = program.serve();
    let service = server.db_client(NewClient::service().signed());
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "read"),
        ("client_id", &service.id),
        ("client_secret", service.secret.as_ref().unwrap()),
    ];
    crate::support::Answer::post(&format!("{}/oauth/token", restarted.url), &[], &form)
        .assert_tokens();
}

#[test]
fn a_command_with_another_master_key_changes_no_key() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let waiting = program.json(&["key", "rotate"]);
    let before = server.db_keys().len();
    let program = program.set("LATCHKEY_MASTER_KEY", OTHER);
    let signing = server.db_keys()[0].id.clone();
    for command in [
        &["key", "rotate"] as &[&str],
        &["key", "rotate", "--now"],
        &["key", "retire", &signing],
        &["key", "retire", waiting["kid"].as_str().unwrap()],
    ] {
        let ended = program.run(command);
        assert_eq!(ended.status, Some(1), "{command:?}: {ended:?}");
        assert!(ended.err.contains("another master key"), "{ended:?}");
    }
    assert_eq!(server.db_keys().len(), before);
    assert_eq!(server.db_events("key.retired"), 0);
}

#[test]
fn all_keys_of_a_lost_master_key_go_at_once() {
    let server = TestServer::start();
    let program = Program::beside(&server);
    let waiting = program.json(&["key", "rotate"]);
    let program = program.set("LATCHKEY_MASTER_KEY", OTHER);
    let waiting = waiting["kid"].as_str().unwrap();
    let done = program.json(&["key", "retire", waiting, "--master-key-lost"]);
    assert_eq!(server.db_events("key.retired"), 2);
    let list = program.json(&["key", "list"]);
    let signing = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|key| key["state"] == "signing");
    let signing: Vec<_> = signing.map(|key| &key["kid"]).collect();
    assert_eq!(signing, [&done["signing_kid"]]);
    program.serve();
}

#[test]
fn a_key_command_makes_no_master_key() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("another.key");
    let program = Program::new().set("LATCHKEY_MASTER_KEY_FILE", file.to_str().unwrap());
    for command in [&["key", "rotate"] as &[&str], &["key", "retire", "x"]] {
        let ended = program.run(command);
        assert_eq!(ended.status, Some(1), "{ended:?}");
        assert!(ended.err.contains("another.key"), "{ended:?}");
    }
    assert!(!file.exists());
}
