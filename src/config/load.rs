//! Layers the settings: defaults, then the TOML file, then the environment; later wins.
//! What a setting is and may be is in the table, not here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use serde::Serialize;

use super::{Config, Row, SETTINGS, Written};

const PREFIX: &str = "LATCHKEY_";
const FILE_VARIABLE: &str = "LATCHKEY_CONFIG";
const DEFAULT_FILE: &str = "latchkey.toml";

/// The configuration in force, and how it came about.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Checked and complete.
    pub config: Config,
    /// Every setting in the order of the documentation.
    pub settings: Vec<Setting>,
    /// One sentence each, for the log.
    pub warnings: Vec<String>,
}

/// One setting as `latchkey config` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct Setting {
    /// `listen`, or in a table `tokens.access_ttl`.
    pub key: &'static str,
    /// The value in force, masked where it is secret.
    pub value: String,
    /// `default`, `file PATH` or `environment VARIABLE`.
    pub source: String,
}

/// Why the configuration cannot be used: one sentence that says what to do, without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// The variables of this process that concern us.
pub(super) fn process_environment() -> Result<Vec<(String, String)>, ConfigError> {
    // Not `env::vars`, which panics at any variable of anybody that is not UTF-8.
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .map(|(name, value)| match value.into_string() {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(ConfigError(format!("the variable {name} must be UTF-8"))),
        })
        .collect()
}

/// `Config::load` apart from the process: `folder` is the working directory.
pub(super) fn load_from(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
    folder: &Path,
) -> Result<Loaded, ConfigError> {
    let environment: BTreeMap<String, String> = environment
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    let file = ConfigFile::find(file, environment.get(FILE_VARIABLE), folder)?;
    let mut config = Config::default();
    let mut sources = Vec::with_capacity(SETTINGS.len());
    for row in SETTINGS {
        sources.push(row.layer(&mut config, file.as_ref(), &environment)?);
    }
    config.check().map_err(ConfigError)?;
    config.master_key_file = config
        .master_key_file
        .take()
        .or_else(|| config.master_key_path());
    let settings = SETTINGS
        .iter()
        .zip(sources)
        .map(|(row, source)| Setting {
            key: row.key,
            value: match (row.key, &config.master_key) {
                // Its words tell of a file, and none is read.
                ("master_key_file", Some(_)) if config.master_key_file.is_none() => {
                    String::from("none, since LATCHKEY_MASTER_KEY is set")
                }
                _ => row.value(&config),
            },
            source,
        })
        .collect();
    Ok(Loaded {
        settings,
        warnings: warnings(&environment),
        config,
    })
}

/// Unknown variables are no error: container platforms inject some of their own.
fn warnings(environment: &BTreeMap<String, String>) -> Vec<String> {
    let known =
        |name: &str| name == FILE_VARIABLE || SETTINGS.iter().any(|row| row.variable() == name);
    environment
        .keys()
        .filter(|name| !known(name))
        .map(|name| format!("the variable {name} is ignored: there is no such setting"))
        .collect()
}

impl Row {
    /// Reads this setting from each place that has it; the answer is the place that won.
    fn layer(
        &self,
        config: &mut Config,
        file: Option<&ConfigFile>,
        environment: &BTreeMap<String, String>,
    ) -> Result<String, ConfigError> {
        let mut source = "default".to_owned();
        let refused = |place: String, allowed| ConfigError(format!("{place} must be {allowed}"));
        if let Some((file, value)) = file.and_then(|file| Some((file, file.value(self)?))) {
            (self.read)(config, &Written::File(value.clone()))
                .map_err(|allowed| refused(format!("`{}` in {file}", self.key), allowed))?;
            source = format!("file {file}");
        }
        let variable = self.variable();
        if let Some(text) = environment.get(&variable) {
            (self.read)(config, &Written::Environment(text.clone()))
                .map_err(|allowed| refused(format!("the variable {variable}"), allowed))?;
            source = format!("environment {variable}");
        }
        Ok(source)
    }
}

/// The file that was found, with known keys only.
struct ConfigFile {
    path: PathBuf,
    table: toml::Table,
}

impl fmt::Display for ConfigFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(f)
    }
}

impl ConfigFile {
    fn find(
        given: Option<&Path>,
        variable: Option<&String>,
        folder: &Path,
    ) -> Result<Option<Self>, ConfigError> {
        let named = given
            .map(Path::to_owned)
            .or_else(|| variable.map(PathBuf::from));
        let by_name = named.is_some();
        let path = named.unwrap_or_else(|| folder.join(DEFAULT_FILE));
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(path, &text).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !by_name => Ok(None),
            Err(error) => Err(ConfigError(format!(
                "the configuration file `{}`, named by --config, {FILE_VARIABLE} or default, \
                 must be readable: {error}",
                path.display()
            ))),
        }
    }

    fn parse(path: PathBuf, text: &str) -> Result<Self, ConfigError> {
        let table = text.parse().map_err(|error: toml::de::Error| {
            // The error's own Display quotes the line, which may hold a password.
            let before = error
                .span()
                .and_then(|span| text.get(..span.start))
                .unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            ConfigError(format!(
                "line {line} of {} must be TOML: {}",
                path.display(),
                error.message()
            ))
        })?;
        let file = Self { path, table };
        file.check_keys()?;
        Ok(file)
    }

    fn check_keys(&self) -> Result<(), ConfigError> {
        for (name, value) in &self.table {
            if !is_table(name) {
                self.check_key("", name)?;
                continue;
            }
            let Some(inner) = value.as_table() else {
                let place = format!("`{name}` in {self}");
                return Err(ConfigError(format!(
                    "{place} must be a table, written [{name}]"
                )));
            };
            for inner_name in inner.keys() {
                self.check_key(name, inner_name)?;
            }
        }
        Ok(())
    }

    fn check_key(&self, table: &str, name: &str) -> Result<(), ConfigError> {
        if SETTINGS.iter().any(|row| row.path() == (table, name)) {
            return Ok(());
        }
        let place = if table.is_empty() {
            String::new()
        } else {
            format!("[{table}] of ")
        };
        Err(ConfigError(format!(
            "the unknown key `{name}` must be removed from {place}{self}: allowed are {}",
            keys_of(table).join(", ")
        )))
    }

    fn value(&self, row: &Row) -> Option<&toml::Value> {
        match row.path() {
            ("", name) => self.table.get(name),
            (table, name) => self.table.get(table)?.get(name),
        }
    }
}

fn is_table(name: &str) -> bool {
    SETTINGS
        .iter()
        .any(|row| !name.is_empty() && row.path().0 == name)
}

/// The names allowed in a table; at the top level, empty, the tables too. The master key has a
/// refusal of its own.
fn keys_of(table: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let in_file = SETTINGS.iter().filter(|row| row.key != "master_key");
    for (of, name) in in_file.map(Row::path) {
        if of == table {
            keys.push(name.to_owned());
        } else if table.is_empty() && !keys.contains(&format!("[{of}]")) {
            keys.push(format!("[{of}]"));
        }
    }
    keys
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
