//! `latchkey config`, and where settings come from.

use std::fs;

use serde_json::Value;

use super::assert_refused;
use crate::support::Program;

fn setting<'a>(all: &'a Value, key: &str) -> (&'a str, &'a str) {
    let row = all
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["key"] == key)
        .unwrap_or_else(|| panic!("no {key} in {all}"));
    (
        row["value"].as_str().unwrap(),
        row["source"].as_str().unwrap(),
    )
}

fn write(program: &Program, name: &str, text: &str) -> String {
    let path = program.folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn each_setting_is_told_with_where_it_came_from() {
    let program = Program::new().set("LATCHKEY_TOKENS__ACCESS_TTL", "1800");
    let file = write(
        &program,
        "own.toml",
        "workers = 3\n[tokens]\naccess_ttl = 900\ncode_ttl = 30\n",
    );
    let all = program.json(&["config", "--config", &file]);
    assert_eq!(
        setting(&all, "tokens.code_ttl"),
        ("30", format!("file {file}").as_str())
    );
    assert_eq!(
        setting(&all, "tokens.access_ttl"),
        ("1800", "environment LATCHKEY_TOKENS__ACCESS_TTL"),
        "later wins"
    );
    assert_eq!(setting(&all, "workers").1, "environment LATCHKEY_WORKERS");
    assert_eq!(setting(&all, "session.idle"), ("86400", "default"));
    let text = program.run(&["config", "--config", &file]).out;
    assert!(
        text.contains("tokens.code_ttl") && text.contains(&file),
        "{text}"
    );
}

#[test]
fn the_file_is_found_by_its_option_its_variable_or_its_name() {
    let program = Program::new();
    write(&program, "latchkey.toml", "[tokens]\ncode_ttl = 31\n");
    assert_eq!(
        setting(&program.json(&["config"]), "tokens.code_ttl").0,
        "31"
    );
    let by_variable = write(&program, "variable.toml", "[tokens]\ncode_ttl = 32\n");
    let program = program.set("LATCHKEY_CONFIG", &by_variable);
    assert_eq!(
        setting(&program.json(&["config"]), "tokens.code_ttl").0,
        "32"
    );
    let by_option = write(&program, "option.toml", "[tokens]\ncode_ttl = 33\n");
    assert_eq!(
        setting(
            &program.json(&["config", "--config", &by_option]),
            "tokens.code_ttl"
        )
        .0,
        "33"
    );
    assert_refused(&program.run(&["config", "--config", "missing.toml"]), 1);
}

#[test]
fn an_unknown_key_stops_the_start_with_its_name_and_what_is_allowed() {
    let program = Program::new();
    for (text, name, allowed) in [
        ("colour = 1\n", "colour", "listen"),
        ("[tokens]\nacess_ttl = 1\n", "acess_ttl", "access_ttl"),
        ("[tokns]\naccess_ttl = 1\n", "tokns", "tokens"),
    ] {
        let file = write(&program, "own.toml", text);
        for command in ["config", "serve", "migrate"] {
            let ended = program.run(&[command, "--config", &file]);
            assert_refused(&ended, 1);
            assert!(
                ended.err.contains(name) && ended.err.contains(allowed),
                "{ended:?}"
            );
        }
    }
}

#[test]
fn a_bad_value_stops_the_start_with_its_name_and_what_is_allowed() {
    for (name, value) in [
        ("LATCHKEY_TOKENS__ACCESS_TTL", "soon"),
        ("LATCHKEY_TOKENS__ACCESS_TTL", "0"),
        ("LATCHKEY_TOKENS__CODE_TTL", "601"),
        ("LATCHKEY_LISTEN", "here"),
        ("LATCHKEY_DATABASE_URL", "mysql://x"),
        ("LATCHKEY_ISSUER", "http://login.example"),
        ("LATCHKEY_ISSUER", "https://login.example?x"),
        ("LATCHKEY_ISSUER", "https://login.example#x"),
        ("LATCHKEY_TRUSTED_PROXIES", "everybody"),
        ("LATCHKEY_LOG__LEVEL", "loud"),
        ("LATCHKEY_PASSWORD__MEMORY_KIB", "-1"),
    ] {
        let ended = Program::new().set(name, value).run(&["serve"]);
        assert_refused(&ended, 1);
        assert!(
            ended.err.contains(name) && ended.err.contains("must be"),
            "{ended:?}"
        );
    }
    let program = Program::new();
    let file = write(&program, "own.toml", "workers = \"many\"\n");
    let ended = program.run(&["serve", "--config", &file]);
    assert_refused(&ended, 1);
    assert!(
        ended.err.contains("workers") && ended.err.contains(&file),
        "{ended:?}"
    );
    let file = write(&program, "broken.toml", "workers = \n");
    assert!(
        program
            .run(&["serve", "--config", &file])
            .err
            .contains("Line 1")
    );
}

#[test]
fn what_listens_beyond_this_machine_needs_an_issuer() {
    let ended = Program::new()
        .set("LATCHKEY_LISTEN", "0.0.0.0:0")
        .run(&["serve"]);
    assert_refused(&ended, 1);
    assert!(ended.err.contains("issuer"), "{ended:?}");
}

#[test]
fn an_unknown_variable_is_a_warning() {
    let ended = Program::new()
        .set("LATCHKEY_SERVICE_PORT_8080_TCP", "tcp://10.0.0.1")
        .run(&["config"]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert!(
        ended.err.contains("LATCHKEY_SERVICE_PORT_8080_TCP"),
        "{ended:?}"
    );
}

#[test]
fn secrets_are_masked() {
    let key = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0ICEhISE=";
    let program = Program::new().set(
        "LATCHKEY_DATABASE_URL",
        "postgres://latchkey:geheim@db.example/latchkey?password=geheim",
    );
    let program = program.set("LATCHKEY_MASTER_KEY", key);
    for ended in [program.run(&["config"]), program.run(&["config", "--json"])] {
        assert_eq!(ended.status, Some(0), "{ended:?}");
        assert!(
            !ended.out.contains("geheim") && !ended.out.contains(key),
            "{ended:?}"
        );
        assert!(ended.out.contains("db.example"), "{ended:?}");
    }
    let short = Program::new()
        .set("LATCHKEY_MASTER_KEY", "Z2VoZWlt")
        .run(&["serve"]);
    assert_refused(&short, 1);
    assert!(!short.err.contains("Z2VoZWlt"), "{short:?}");
}

#[test]
fn wrong_usage_is_told_apart_from_failure() {
    let program = Program::new();
    for arguments in [
        &["fly"][..],
        &["--fly"],
        &["backup"],
        &["user"],
        &["serve", "now"],
        &["migrate", "--fast"],
        &["serve", "--json"],
    ] {
        let ended = program.run(arguments);
        assert_eq!(
            (ended.status, ended.out.as_str()),
            (Some(2), ""),
            "{ended:?}"
        );
        assert!(ended.err.starts_with("error: "), "{ended:?}");
    }
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["client", "add", "--help"],
    ] {
        let ended = program.run(arguments);
        assert_eq!(
            (ended.status, ended.err.as_str()),
            (Some(0), ""),
            "{ended:?}"
        );
        assert!(!ended.out.is_empty());
    }
}

#[test]
fn a_master_key_of_the_environment_is_told_instead_of_a_file() {
    let mut program = Program::new().set(
        "LATCHKEY_MASTER_KEY",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    );
    program
        .variables
        .retain(|(name, _)| name != "LATCHKEY_MASTER_KEY_FILE");
    let all = program.json(&["config"]);
    let (value, _) = setting(&all, "master_key_file");
    assert_eq!(value, "none, since LATCHKEY_MASTER_KEY is set");
}
