//! `latchkey migrate`, `purge` and `backup`, and the master key beside the database.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::assert_refused;
use crate::support::{Answer, Program, database};

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn migrating_twice_is_migrating_once() {
    let program = Program::new();
    for _ in 0..2 {
        let said = program.json(&["migrate"]);
        assert!(said.is_object(), "{said}");
        let ended = program.run(&["migrate"]);
        assert_eq!(ended.status, Some(0), "{ended:?}");
    }
    assert_eq!(program.json(&["role", "list"]).as_array().unwrap().len(), 2);
}

#[test]
fn an_embedded_database_is_for_its_owner_alone() {
    let program = Program::new();
    program.json(&["migrate"]);
    if database::postgres().is_none() {
        assert_eq!(mode(&program.folder.path().join("latchkey.db")), 0o600);
    }
}

#[test]
fn a_purge_says_what_it_did() {
    let program = Program::new();
    let said = program.json(&["purge"]);
    assert_eq!(said["deleted_rows"], 0, "{said}");
}

#[test]
fn the_master_key_is_made_once_and_for_its_owner_alone() {
    let program = Program::new();
    let key = program.folder.path().join("latchkey.key");
    let served = program.serve();
    served.signal("TERM");
    served.wait();
    assert_eq!((fs::metadata(&key).unwrap().len(), mode(&key)), (32, 0o600));
    let first = fs::read(&key).unwrap();
    drop(program.serve());
    assert_eq!(fs::read(&key).unwrap(), first);
    fs::write(&key, b"short").unwrap();
    let ended = program.run(&["serve"]);
    assert_eq!(ended.status, Some(1), "{ended:?}");
    assert!(ended.err.contains("latchkey.key"), "{ended:?}");
}

#[test]
fn a_backup_of_a_serving_database_opens_and_has_everything() {
    let program = Program::new();
    if database::postgres().is_some() {
        let ended = program.run(&["backup", "copy.db"]);
        assert_refused(&ended, 1);
        assert!(ended.err.contains("pg_dump"), "{ended:?}");
        return;
    }
    program.json(&["scope", "add", "read", "--description", "Read", "--default"]);
    let client = program.json(&["client", "add", "--name", "Night job", "--scope", "read"]);
    let form = [
        ("client_id", client["client_id"].as_str().unwrap()),
        ("client_secret", client["client_secret"].as_str().unwrap()),
    ];
    let served = program.serve();
    let grant = [&form[..], &[("grant_type", "client_credentials")]].concat();
    let token = Answer::post(&format!("{}/oauth/token", served.url), &[], &grant).assert_tokens();
    let ended = program.run(&["backup", "copy.db"]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(
        format!("{}{}", ended.out, ended.err).contains("latchkey.key"),
        "the key must be kept too: {ended:?}"
    );
    drop(served);

    let copy = program.folder.path().join("copy.db");
    assert_eq!(mode(&copy), 0o600, "it holds what the database holds");
    let again = program.run(&["backup", "copy.db"]);
    assert_refused(&again, 1);
    assert!(
        again.err.contains("exists"),
        "a backup overwrites nothing: {again:?}"
    );
    let left: Vec<_> = fs::read_dir(program.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| !name.to_str().unwrap().contains("backup")),
        "nothing half-done is left: {left:?}"
    );

    let restored = program.set(
        "LATCHKEY_DATABASE_URL",
        &format!("sqlite://{}", copy.display()),
    );
    let served = restored.serve();
    let ask = [&form[..], &[("token", token.as_str())]].concat();
    assert_eq!(
        Answer::post(&format!("{}/oauth/introspect", served.url), &[], &ask).json()["active"],
        true
    );
}

#[test]
fn a_backup_that_cannot_be_is_refused() {
    if database::postgres().is_some() {
        assert_refused(&Program::new().run(&["backup", "/nowhere/copy.db"]), 1);
        return;
    }
    let program = Program::new();
    let ended = program.run(&["backup", "copy.db"]);
    assert_refused(&ended, 1);
    program.json(&["migrate"]);
    assert_refused(&program.run(&["backup", "nowhere/copy.db"]), 1);
}

#[test]
fn a_database_that_cannot_be_opened_is_told_so() {
    for url in [
        "sqlite:///nowhere/latchkey.db",
        "postgres://latchkey@127.0.0.1:1/latchkey",
    ] {
        let program = Program::new().set("LATCHKEY_DATABASE_URL", url);
        for arguments in [&["migrate"][..], &["user", "list"], &["serve"]] {
            let ended = program.run(arguments);
            assert_eq!(
                (ended.status, ended.out.as_str()),
                (Some(1), ""),
                "{ended:?}"
            );
            assert!(
                ended.err.contains("error: ") && !ended.err.contains("panicked"),
                "{ended:?}"
            );
        }
    }
}

#[test]
fn a_postgres_that_does_not_answer_is_told_on_one_line() {
    let program = Program::new().set(
        "LATCHKEY_DATABASE_URL",
        "postgres://nobody@127.0.0.1:1/nothing",
    );
    let ended = program.run(&["user", "list"]);
    assert_refused(&ended, 1);
    assert!(
        ended.err.contains("PostgreSQL cannot be reached") && ended.err.contains("refused"),
        "{ended:?}"
    );
}
