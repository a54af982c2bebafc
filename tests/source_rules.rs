//! What the code itself must keep to: who may use whom, where oxide-auth lives, how a file begins, how
//! long it may be. A rule that needs an exception names the file.

use std::fs;
use std::path::{Path, PathBuf};

/// A file below `src`: its path from there and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn is_in(&self, room: &str) -> bool {
        self.path == format!("{room}.rs") || self.path.starts_with(&format!("{room}/"))
    }

    /// The lines that are no comments, with their numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = self
            .text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line.trim()));
        numbered.filter(|(_, line)| !line.starts_with("//"))
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("node_modules") && !path.ends_with(".venv") {
                files(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn below(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    files(&root, &mut found);
    assert!(!found.is_empty(), "{} holds sources", root.display());
    let source = |path: PathBuf| Source {
        path: path
            .strip_prefix(&root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned(),
        text: fs::read_to_string(&path).unwrap(),
    };
    found.into_iter().map(source).collect()
}

/// Whether `line` names `word` as a whole identifier.
fn names(line: &str, word: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        !before.ends_with(part) && !after.starts_with(part)
    })
}

/// Fails with every line of the rooms that names one of `words`.
#[track_caller]
fn refuse(rooms: &[&str], words: &[&str], except: &[&str]) {
    let mut wrong = Vec::new();
    for source in below("src") {
        if !rooms.iter().any(|room| source.is_in(room))
            || except.iter().any(|room| source.is_in(room))
        {
            continue;
        }
        for (number, line) in source.code() {
            if words.iter().any(|word| names(line, word)) {
                wrong.push(format!("src/{}:{number}: {line}", source.path));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{words:?} must not be named here:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_nouns_of_the_protocol_know_neither_a_database_nor_http() {
    refuse(
        &["oauth", "clock", "config"],
        &[
            "diesel",
            "actix_web",
            "HttpRequest",
            "HttpResponse",
            "DbConnection",
        ],
        &[],
    );
}

#[test]
fn the_models_know_no_http() {
    refuse(
        &["models", "schema", "db"],
        &["actix_web", "HttpRequest", "HttpResponse"],
        &["db/postgres"],
    );
}

#[test]
fn authentication_and_grants_know_no_http() {
    refuse(
        &["authentication", "grants"],
        &["actix_web", "HttpRequest", "HttpResponse"],
        &[],
    );
}

#[test]
fn oxide_auth_has_one_home() {
    let rooms = below("src");
    let users: Vec<&Source> = rooms
        .iter()
        .filter(|source| source.code().any(|(_, line)| names(line, "oxide_auth")))
        .collect();
    assert!(!users.is_empty(), "oxide-auth's machines are used");
    for source in users {
        assert!(
            source.is_in("grants/authorization_code"),
            "src/{} uses oxide_auth",
            source.path
        );
    }
}

#[test]
fn endpoints_and_pages_do_not_know_each_other() {
    refuse(&["endpoints"], &["crate::pages"], &[]);
    refuse(&["pages"], &["crate::endpoints"], &[]);
}

#[test]
fn imports_go_one_way() {
    // The list at the head of src/lib.rs.
    const LAYERS: [&[&str]; 10] = [
        &["clock", "config", "oauth"],
        &["error", "sealing"],
        &["schema", "db", "models"],
        &["signing"],
        &["directory", "authentication"],
        &["grants", "leaked"],
        &[
            "master_key",
            "metrics",
            "last_use",
            "records",
            "census",
            "app",
        ],
        &["web"],
        &["endpoints", "pages"],
        &["routes", "housekeeping", "server", "log", "demo", "cli"],
    ];
    for (at, rooms) in LAYERS.iter().enumerate() {
        let above = LAYERS[at + 1..].iter().copied().flatten();
        let above: Vec<String> = above.map(|room| format!("crate::{room}")).collect();
        let above: Vec<&str> = above.iter().map(String::as_str).collect();
        refuse(rooms, &above, &[]);
    }
}

#[test]
fn only_models_and_the_database_ask_the_database() {
    let rooms = [
        "authentication",
        "grants",
        "web",
        "endpoints",
        "pages",
        "cli",
        "server",
        "app",
        "directory",
    ];
    refuse(&rooms, &["schema", "sql_query", "batch_execute"], &[]);
}

#[test]
fn no_query_swallows_its_error() {
    for room in [
        "models",
        "db",
        "authentication",
        "grants",
        "endpoints",
        "pages",
        "web",
    ] {
        for source in below("src").iter().filter(|source| source.is_in(room)) {
            let flat: String = source.code().map(|(_, line)| line).collect();
            for end in [
                ".execute(connection).ok()",
                ".load(connection).ok()",
                ".get_result(connection).ok()",
            ] {
                assert!(!flat.contains(end), "src/{}: {end}", source.path);
            }
        }
    }
}

#[test]
fn pages_of_the_signed_in_write_as_whoever_they_let_in() {
    // `Person::write` and its like look whether the session, the role or the membership still lasts.
    for source in below("src") {
        if source.is_in("pages/admin") || source.is_in("pages/account") {
            let flat: String = source.code().map(|(_, line)| line).collect();
            for bare in ["db.write(", "db.write_one("] {
                assert!(!flat.contains(bare), "src/{}: {bare}", source.path);
            }
        }
    }
}

#[test]
fn every_file_says_first_what_it_is() {
    for folder in ["src", "tests", "benches"] {
        for source in below(folder) {
            if folder == "src" && source.path == "schema.rs" {
                continue;
            }
            let head = source
                .text
                .lines()
                .take_while(|line| line.starts_with("//!"))
                .count();
            assert!(
                head >= 1,
                "{folder}/{} has no //! line at its beginning",
                source.path
            );
        }
    }
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    for folder in ["src", "tests", "benches"] {
        for source in below(folder) {
            let lines = source.text.lines().count();
            assert!(
                lines <= 400,
                "{folder}/{} has {lines} lines: it wants to be two files",
                source.path
            );
        }
    }
}

#[test]
fn the_schema_is_as_diesel_wrote_it() {
    let schema =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/schema.rs")).unwrap();
    assert_eq!(
        schema.lines().next(),
        Some("// @generated automatically by Diesel CLI.")
    );
}

#[test]
fn names_say_what_a_thing_is() {
    const EMPTY: [&str; 9] = [
        "manager", "handler", "helper", "util", "utils", "service", "strategy", "provider", "info",
    ];
    for source in below("src") {
        let stem = source
            .path
            .trim_end_matches(".rs")
            .rsplit('/')
            .next()
            .unwrap_or_default();
        assert!(
            !EMPTY.contains(&stem),
            "src/{} has a name that says nothing",
            source.path
        );
    }
}
