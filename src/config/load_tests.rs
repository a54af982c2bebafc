//! What loading promises: which layer wins, and what is said of a bad value.

use std::error::Error;
use std::path::Path;

use super::{Config, ConfigError, Loaded, SETTINGS, load_from};
use crate::config::DatabaseUrl;

type Outcome = Result<(), Box<dyn Error>>;

const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Loads in an own folder whose `latchkey.toml` has this text.
fn load(toml: &str, variables: &[(&str, &str)]) -> Result<Loaded, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("latchkey.toml"), toml)?;
    Ok(load_in(folder.path(), None, variables)?)
}

fn load_in(
    folder: &Path,
    file: Option<&Path>,
    variables: &[(&str, &str)],
) -> Result<Loaded, ConfigError> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()));
    load_from(file, variables, folder)
}

fn refusal(toml: &str, variables: &[(&str, &str)]) -> String {
    load(toml, variables)
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

fn setting(loaded: &Loaded, key: &str) -> (String, String) {
    let found = loaded.settings.iter().find(|setting| setting.key == key);
    found
        .map(|setting| (setting.value.clone(), setting.source.clone()))
        .unwrap_or_default()
}

#[test]
fn later_layers_win_and_each_value_names_its_source() -> Outcome {
    let toml = "workers = 3\n[tokens]\naccess_ttl = 600\ncode_ttl = 30\n";
    let loaded = load(
        toml,
        &[("LATCHKEY_TOKENS__ACCESS_TTL", "900"), ("HOME", "/root")],
    )?;
    assert_eq!(loaded.config.workers, 3);
    assert_eq!(loaded.config.tokens.access_ttl, 900);
    assert_eq!(loaded.config.tokens.code_ttl, 30);
    assert_eq!(loaded.config.tokens.refresh_max_age, 31_536_000);
    let environment = "environment LATCHKEY_TOKENS__ACCESS_TTL";
    assert_eq!(
        setting(&loaded, "tokens.access_ttl"),
        ("900".into(), environment.into())
    );
    let (value, source) = setting(&loaded, "tokens.code_ttl");
    assert_eq!(value, "30");
    assert!(
        source.starts_with("file ") && source.ends_with("latchkey.toml"),
        "{source}"
    );
    assert_eq!(
        setting(&loaded, "login.lock"),
        ("900".into(), "default".into())
    );
    assert_eq!(loaded.settings.len(), SETTINGS.len());
    assert!(loaded.warnings.is_empty());
    Ok(())
}

#[test]
fn every_type_is_read_from_the_file_and_from_the_environment() -> Outcome {
    let toml = r#"
        listen = "[::1]:0"
        trusted_proxies = ["10.1.2.3/8", "192.0.2.7"]
        plain_http_from = []
        [verify]
        query_parameter = "api_key"
        [log]
        format = "json"
        level = "debug"
    "#;
    let variables = [
        ("LATCHKEY_TRUSTED_PROXIES", "10.1.2.3/8, 192.0.2.7"),
        ("LATCHKEY_METRICS_LISTEN", "127.0.0.1:9100"),
        ("LATCHKEY_MASTER_KEY", MASTER_KEY),
        ("LATCHKEY_TOKENS__REFRESH_REUSE_GRACE", "0"),
    ];
    let (in_file, in_both) = (load(toml, &[])?.config, load(toml, &variables)?.config);
    assert_eq!(in_file.trusted_proxies, in_both.trusted_proxies);
    let networks: Vec<String> = in_both
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(networks, ["10.0.0.0/8", "192.0.2.7/32"]);
    assert_eq!(in_file.listen.to_string(), "[::1]:0");
    assert!(in_file.plain_http_from.is_empty());
    assert_eq!(in_file.verify.query_parameter.as_deref(), Some("api_key"));
    assert_eq!(
        in_file
            .log
            .format
            .map(|format| format.to_string())
            .as_deref(),
        Some("json")
    );
    assert_eq!(in_file.log.level.to_string(), "debug");
    assert_eq!(in_both.metrics_listen, Some(([127, 0, 0, 1], 9100).into()));
    assert_eq!(in_both.tokens.refresh_reuse_grace, 0);
    assert_eq!(in_both.master_key.map(|key| key.bytes()[31]), Some(31));
    Ok(())
}

#[test]
fn the_file_is_the_one_given_else_the_variables_else_the_working_directorys() -> Outcome {
    let folder = tempfile::tempdir()?;
    let [given, named, missing] =
        ["given.toml", "named.toml", "missing.toml"].map(|name| folder.path().join(name));
    let from_variable = [("LATCHKEY_CONFIG", named.to_str().unwrap_or_default())];
    let in_folder = |file: Option<&Path>, variables: &[(&str, &str)]| {
        load_in(folder.path(), file, variables).map(|loaded| loaded.config.workers)
    };
    assert_eq!(
        in_folder(None, &[])?,
        Config::default().workers,
        "no file is needed"
    );
    let refused = in_folder(None, &from_variable)
        .err()
        .map(|error| error.to_string());
    assert!(refused.is_some_and(|error| error.contains("named.toml")));
    std::fs::write(folder.path().join("latchkey.toml"), "workers = 101")?;
    std::fs::write(&named, "workers = 102")?;
    std::fs::write(&given, "workers = 103")?;
    assert_eq!(in_folder(None, &[])?, 101);
    assert_eq!(in_folder(None, &from_variable)?, 102);
    assert_eq!(in_folder(Some(&given), &from_variable)?, 103);
    assert!(in_folder(Some(&missing), &from_variable).is_err());
    Ok(())
}

#[test]
fn an_unknown_key_stops_the_start_with_its_name_and_what_is_allowed() {
    let error = refusal("[tokens]\nacces_ttl = 60", &[]);
    assert!(
        error.contains("`acces_ttl`") && error.contains("[tokens]"),
        "{error}"
    );
    assert!(error.contains("access_ttl, code_ttl"), "{error}");
    let error = refusal("[token]\naccess_ttl = 60", &[]);
    assert!(
        error.contains("`token`") && error.contains("listen, issuer"),
        "{error}"
    );
    assert!(error.contains("[tokens], [login]"), "{error}");
    assert!(!error.contains("master_key,"), "{error}");
    assert!(refusal("\"tokens.access_ttl\" = 60", &[]).contains("unknown key"));
    assert!(refusal("tokens = 60", &[]).contains("must be a table"));
}

#[test]
fn an_unknown_variable_is_a_warning_with_its_name_alone() -> Outcome {
    let unknown = ("LATCHKEY_SERVICE_HOST", "geheim");
    let loaded = load("", &[unknown, ("LATCHKEY_MASTER_KEY", MASTER_KEY)])?;
    assert_eq!(loaded.warnings.len(), 1);
    assert!(loaded.warnings[0].contains("LATCHKEY_SERVICE_HOST"));
    assert!(!loaded.warnings[0].contains("geheim"));
    Ok(())
}

#[test]
fn a_bad_value_stops_the_start_with_its_place_and_what_is_allowed() {
    for (line, allowed) in [
        ("listen = \"localhost\"", "such as 127.0.0.1:8080"),
        ("listen = 8080", "such as 127.0.0.1:8080"),
        ("issuer = \"http://example.com\"", "https"),
        ("database_url = \"sqlite://\"", "sqlite://PATH"),
        ("workers = 0", "from 1"),
        ("workers = \"4\"", "a whole number"),
        ("workers = 1.5", "a whole number"),
        ("trusted_proxies = \"10.0.0.0/8\"", "array"),
        ("plain_http_from = [\"proxy\"]", "CIDR"),
        ("master_key_file = \"\"", "path of a file"),
        ("master_key = \"geheim\"", "LATCHKEY_MASTER_KEY"),
        ("tokens.access_ttl = 0", "from 1"),
        ("tokens.access_ttl = 9223372036854775807", "to 3153600000"),
        ("tokens.code_ttl = 601", "from 1 to 600"),
        ("tokens.refresh_reuse_grace = -1", "from 0"),
        ("tokens.audience = \"\"", "not empty"),
        ("login.max_failures = 0", "from 1"),
        ("session.idle = -5", "from 1"),
        ("password.iterations = 0", "from 1"),
        ("verify.query_parameter = \"a b\"", "query parameter"),
        ("log.level = \"loud\"", "error, warn, info, debug or trace"),
        ("log.format = \"xml\"", "text or json"),
    ] {
        let error = refusal(line, &[]);
        let key = line.split(' ').next().unwrap_or_default();
        assert!(error.contains(&format!("`{key}`")), "{line}: {error}");
        assert!(error.contains("latchkey.toml must be"), "{line}: {error}");
        assert!(
            error.contains(allowed) && !error.contains("geheim"),
            "{line}: {error}"
        );
    }
    let error = refusal("", &[("LATCHKEY_LOGIN__WINDOW", "soon")]);
    assert!(
        error.contains("LATCHKEY_LOGIN__WINDOW must be a whole number"),
        "{error}"
    );
    let error = refusal("", &[("LATCHKEY_MASTER_KEY", "geheim")]);
    assert!(
        error.contains("LATCHKEY_MASTER_KEY") && !error.contains("geheim"),
        "{error}"
    );
}

#[test]
fn an_error_in_the_file_names_the_line_and_does_not_quote_it() {
    for line in [
        "database_url = \"postgres://latchkey:geheim@db",
        "database_url = postgres://latchkey:geheim@db",
        "database_url = \"postgres://latchkey:\\geheim@db\"",
        "geheim",
        "workers = 2\nworkers = 3 # geheim",
    ] {
        let error = refusal(&format!("# first\n{line}\n"), &[]);
        assert!(
            error.contains("line 2 of") || error.contains("line 3 of"),
            "{error}"
        );
        assert!(!error.contains("geheim"), "{error}");
    }
}

#[test]
fn a_public_address_needs_an_issuer() -> Outcome {
    let error = refusal("listen = \"0.0.0.0:8080\"", &[]);
    assert!(
        error.contains("LATCHKEY_ISSUER") && error.contains("listen"),
        "{error}"
    );
    let issuer = ("LATCHKEY_ISSUER", "https://login.example.com/");
    let loaded = load("listen = \"0.0.0.0:8080\"", &[issuer])?;
    assert_eq!(
        loaded.config.issuer.as_deref(),
        Some("https://login.example.com/")
    );
    Ok(())
}

#[test]
fn at_most_one_signing_key_waits_at_a_time() -> Outcome {
    let toml = "[tokens]\nsigning_key_life = 3600\nsigning_key_prepublish = ";
    let error = refusal(&format!("{toml}3600"), &[]);
    assert!(error.contains("signing_key_life"), "{error}");
    assert_eq!(refusal(&format!("{toml}3599"), &[]), "");
    let algorithm = |name| [("LATCHKEY_TOKENS__SIGNING_ALGORITHM", name)];
    for name in ["ES256", "RS256", "EdDSA"] {
        let loaded = load("", &algorithm(name))?;
        assert_eq!(setting(&loaded, "tokens.signing_algorithm").0, name);
    }
    for name in ["HS256", "none", "es256", ""] {
        let error = refusal("", &algorithm(name));
        assert!(error.contains("ES256, RS256 or EdDSA"), "{error}");
    }
    Ok(())
}

#[test]
fn argon2_gets_memory_for_each_of_its_lanes() {
    let error = refusal("[password]\nmemory_kib = 31\nparallelism = 4", &[]);
    assert!(
        error.contains("password.memory_kib") && error.contains("32"),
        "{error}"
    );
    assert_eq!(
        refusal("[password]\nmemory_kib = 32\nparallelism = 4", &[]),
        ""
    );
}

#[test]
fn hashes_that_are_cheap_to_guess_are_for_developers_alone() -> Outcome {
    let cost = |memory: u32, iterations: u32| {
        format!(
            "issuer = \"https://login.example\"\n[password]\nmemory_kib = {memory}\niterations = {iterations}"
        )
    };
    for (memory, iterations) in [(19_456, 1), (7168, 4), (8, 1000), (4096, 100)] {
        let error = refusal(&cost(memory, iterations), &[]);
        assert!(error.contains("35840"), "{memory} {iterations}: {error}");
    }
    for (memory, iterations) in [(19_456, 2), (47_104, 1), (12_288, 3), (9216, 4), (7168, 5)] {
        load(&cost(memory, iterations), &[])?;
    }
    load("[password]\niterations = 1", &[])?;
    Ok(())
}

#[test]
fn the_master_key_lies_beside_an_embedded_database_and_is_given_for_a_server() -> Outcome {
    let loaded = load("database_url = \"sqlite:///var/lib/latchkey/l.db\"", &[])?;
    let beside = Path::new("/var/lib/latchkey/latchkey.key");
    assert_eq!(loaded.config.master_key_file.as_deref(), Some(beside));
    let server = "database_url = \"postgres://latchkey:geheim@db.example/latchkey\"";
    let error = refusal(server, &[]);
    assert!(
        error.contains("LATCHKEY_MASTER_KEY") && !error.contains("geheim"),
        "{error}"
    );
    load(server, &[("LATCHKEY_MASTER_KEY_FILE", "/etc/latchkey.key")])?;
    let loaded = load(server, &[("LATCHKEY_MASTER_KEY", MASTER_KEY)])?;
    assert_eq!(loaded.config.master_key_path(), None);
    assert!(matches!(
        loaded.config.database_url,
        DatabaseUrl::Postgres(_)
    ));
    let shown = format!("{loaded:?}");
    assert!(
        !shown.contains("geheim") && !shown.contains(&MASTER_KEY[..8]),
        "{shown}"
    );
    assert_eq!(setting(&loaded, "master_key").0, "***");
    Ok(())
}

#[test]
fn every_setting_is_documented_with_its_variable_and_its_default() {
    let documentation = include_str!("../../docs/configuration.md");
    let config = Config::default();
    for row in SETTINGS {
        let default = row.words.map_or_else(|| row.value(&config), str::to_owned);
        let line = format!("| `{}` | `{}` | {default} |", row.key, row.variable());
        assert!(
            documentation.contains(&line),
            "docs/configuration.md lacks: {line}"
        );
    }
}

#[test]
fn the_example_files_of_the_documentation_start_without_a_warning() -> Outcome {
    let documentation = include_str!("../../docs/configuration.md");
    let examples: Vec<&str> = documentation
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert_eq!(examples.len(), 2);
    for example in examples {
        let issuer = load(example, &[])?.config.issuer;
        assert_eq!(issuer.as_deref(), Some("https://login.example.com"));
    }
    Ok(())
}
