//! Every route of `src/routes.rs`, read from its text, so that a new one cannot be forgotten in the tests
//! that ask all of them. Follows scopes, `configure` and the table's own words for a page.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One method of one path, with its parameters as `{name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: &'static str,
    pub path: String,
}

/// What the table calls a kind of page: what stands before its path, and whether it answers GET by itself.
#[derive(Clone, Debug, Default)]
struct Word {
    prefix: String,
    gets: bool,
}

struct Table<'a> {
    paths: String,
    functions: BTreeMap<&'a str, &'a str>,
    words: BTreeMap<&'a str, Word>,
    found: Vec<Route>,
    /// How many `.get(` and `.post(` were read.
    read: usize,
}

/// All routes of the program.
pub fn all() -> Vec<Route> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let text = fs::read_to_string(source.join("routes.rs")).unwrap();
    let mut table = Table {
        paths: fs::read_to_string(source.join("web/paths.rs")).unwrap(),
        functions: functions(&text),
        words: words(&text),
        found: Vec::new(),
        read: 0,
    };
    table.walk("table", "");
    let methods = |text: &str| text.matches(".get(").count() + text.matches(".post(").count();
    let in_words = table.words.values().filter(|word| word.gets).count();
    assert_eq!(
        table.read + in_words,
        methods(&text),
        "every route of src/routes.rs is understood: {:?}",
        table.found
    );
    table.found
}

/// The bodies of the functions that add routes.
fn functions(text: &str) -> BTreeMap<&str, &str> {
    let mut functions = BTreeMap::new();
    for part in text.split("fn ").skip(1) {
        if let Some((name, body)) = part.split_once("(routes: &mut ServiceConfig)") {
            functions.insert(name, body.split("\n}").next().unwrap());
        }
    }
    functions
}

/// `let form = |path| page(path).get(…);`, or the same as a function.
fn words(text: &str) -> BTreeMap<&str, Word> {
    let mut words = BTreeMap::from([("web::resource", Word::default())]);
    let closures = text.split("let ").skip(1).filter_map(|part| {
        let (name, rest) = part.split_once(" = |")?;
        Some((name, rest.split(';').next()?))
    });
    let plain = text.split("fn ").skip(1).filter_map(|part| {
        let (name, rest) = part.split_once("(path: &")?;
        Some((name, rest.split("\n}").next()?))
    });
    for (name, text) in closures.chain(plain) {
        let before = text
            .split_once("format!(\"")
            .and_then(|(_, text)| text.split_once("{path}"));
        let prefix = before
            .map_or("", |(prefix, _)| prefix)
            .replace("{{", "{")
            .replace("}}", "}");
        let gets = text.contains(".get(");
        words.insert(name, Word { prefix, gets });
    }
    words
}

impl Table<'_> {
    fn walk(&mut self, function: &str, prefix: &str) {
        // What stands before are the table's own words.
        let (_, text) = self.functions[function].split_once("\n    routes").unwrap();
        // The scopes that are open, each with the depth of parentheses at which it ends.
        let mut scopes = vec![(0, prefix.to_owned())];
        let mut path = String::new();
        let (mut at, mut depth) = (0, 0);
        while let Some(character) = text[at..].chars().next() {
            let word: String = text[at..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || "_:.".contains(*c))
                .collect();
            if word.is_empty() {
                at += character.len_utf8();
                match character {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                while scopes.len() > 1 && scopes.last().is_some_and(|(end, _)| depth < *end) {
                    scopes.pop();
                }
                continue;
            }
            at += word.len();
            let Some(argument) = argument(&text[at..]) else {
                continue;
            };
            let within = scopes.last().unwrap().1.clone();
            match word.as_str() {
                "web::scope" => scopes.push((depth, within + &self.literal(argument))),
                ".configure" => self.walk(argument, &within),
                ".get" => self.add("GET", &path),
                ".post" => self.add("POST", &path),
                own => {
                    let Some(word) = self.words.get(own).cloned() else {
                        continue;
                    };
                    path = within + &word.prefix + &self.literal(argument);
                    if word.gets {
                        self.found.push(Route {
                            method: "GET",
                            path: path.clone(),
                        });
                    }
                }
            }
            at += argument.len() + 2;
        }
    }

    fn add(&mut self, method: &'static str, path: &str) {
        self.read += 1;
        self.found.push(Route {
            method,
            path: path.to_owned(),
        });
    }

    /// A text, or a constant of `web::paths`.
    fn literal(&self, argument: &str) -> String {
        if let Some(text) = argument.strip_prefix('"') {
            return text.trim_end_matches('"').to_owned();
        }
        let Some(name) = argument.strip_prefix("paths::") else {
            return format!("?{argument}");
        };
        let constant = format!("pub const {name}: &str = \"");
        let (_, rest) = self
            .paths
            .split_once(&constant)
            .expect("a constant of web/paths.rs");
        rest.split('"').next().unwrap().to_owned()
    }
}

/// What stands between the parentheses that a text begins with.
fn argument(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?;
    let mut depth = 1;
    for (at, character) in inner.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(&inner[..at]);
        }
    }
    None
}
