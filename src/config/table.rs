//! The form of the table of settings: from one list it makes the structs, their defaults
//! and the rows that loading, `latchkey config` and the test of the documentation walk.

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;

use super::{Config, DatabaseUrl, LogFormat, LogLevel, MasterKey, SigningAlgorithm, Written};

/// One setting: how it is read into a [`Config`] and how it is shown.
pub(super) struct Row {
    /// `access_ttl`, or in a table `tokens.access_ttl`.
    pub(super) key: &'static str,
    /// The default in words, where it is no fixed value.
    pub(super) words: Option<&'static str>,
    pub(super) read: fn(&mut Config, &Written) -> Result<(), String>,
    pub(super) shown: fn(&Config) -> Option<String>,
}

impl Row {
    /// The table in the file, empty at the top level, and the name in it.
    pub(super) fn path(&self) -> (&'static str, &'static str) {
        self.key.split_once('.').unwrap_or(("", self.key))
    }

    /// The environment variable.
    pub(super) fn variable(&self) -> String {
        format!("LATCHKEY_{}", self.key.replace('.', "__").to_uppercase())
    }

    /// The value in force, for people.
    pub(super) fn value(&self, config: &Config) -> String {
        (self.shown)(config).unwrap_or_else(|| self.words.unwrap_or("none").to_owned())
    }
}

/// A value as people read it; none where nothing is set. Never a secret.
pub(super) trait Shown {
    fn shown(&self) -> Option<String>;
}

macro_rules! shown_by_display {
    ($($type:ty),*) => {
        $(impl Shown for $type {
            fn shown(&self) -> Option<String> {
                Some(self.to_string())
            }
        })*
    };
}
shown_by_display!(
    i64,
    u32,
    usize,
    String,
    SocketAddr,
    DatabaseUrl,
    LogFormat,
    LogLevel,
    MasterKey,
    SigningAlgorithm
);

impl Shown for PathBuf {
    fn shown(&self) -> Option<String> {
        Some(self.display().to_string())
    }
}

impl Shown for Vec<IpNet> {
    fn shown(&self) -> Option<String> {
        let networks: Vec<String> = self.iter().map(ToString::to_string).collect();
        (!networks.is_empty()).then(|| networks.join(", "))
    }
}

impl<T: Shown> Shown for Option<T> {
    fn shown(&self) -> Option<String> {
        self.as_ref().and_then(Shown::shown)
    }
}

macro_rules! settings {
    (
        $(#[$config_doc:meta])* Config {
            $($(#[$doc:meta])* $name:ident: $type:ty = $default:expr => $read:expr $(, $words:literal)?;)*
        }
        $($(#[$table_doc:meta])* $table:ident: $Table:ident {
            $($(#[$in_doc:meta])* $in_name:ident: $in_type:ty = $in_default:expr => $in_read:expr $(, $in_words:literal)?;)*
        })*
    ) => {
        $(#[$config_doc])*
        #[derive(Clone, Debug)]
        pub struct Config {
            $($(#[$doc])* pub $name: $type,)*
            $($(#[$table_doc])* pub $table: $Table,)*
        }

        impl Default for Config {
            fn default() -> Self {
                Self { $($name: $default,)* $($table: $Table::default(),)* }
            }
        }

        $(
            $(#[$table_doc])*
            #[derive(Clone, Debug)]
            pub struct $Table { $($(#[$in_doc])* pub $in_name: $in_type,)* }

            impl Default for $Table {
                fn default() -> Self {
                    Self { $($in_name: $in_default,)* }
                }
            }
        )*

        const SETTINGS: &[Row] = &[
            $(settings!(@row stringify!($name), [$name], $read, [$($words)?]),)*
            $($(settings!(
                @row concat!(stringify!($table), ".", stringify!($in_name)),
                [$table.$in_name], $in_read, [$($in_words)?]
            ),)*)*
        ];
    };
    (@row $key:expr, [$($field:tt)*], $read:expr, [$($words:literal)?]) => {
        Row {
            key: $key,
            // The first of the two: the words, if there are some.
            words: [$(Some($words),)? None][0],
            read: |config, written| {
                let read: fn(&Written) -> Result<_, String> = $read;
                config.$($field)* = read(written)?.into();
                Ok(())
            },
            shown: |config| config.$($field)*.shown(),
        }
    };
}
pub(super) use settings;
