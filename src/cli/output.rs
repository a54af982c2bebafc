//! What a command prints: text for people, or with `--json` the same facts as one JSON document. Both
//! come from one [`Record`], so that they cannot differ.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::clock::UnixTime;

use super::Failure;

/// What a command has to say.
#[derive(Debug)]
pub(super) struct Output {
    text: String,
    facts: Facts,
}

#[derive(Debug)]
enum Facts {
    One(Record),
    Many(Vec<Record>),
}

/// One thing with its named facts, in the order in which people read them.
#[derive(Debug, Default)]
pub(super) struct Record(Vec<(&'static str, Fact)>);

/// One fact. A time is a number in JSON and RFC 3339 for people.
#[derive(Debug)]
pub(super) enum Fact {
    Unset,
    Flag(bool),
    Number(i64),
    Text(String),
    Time(UnixTime),
    Texts(Vec<String>),
    Records(Vec<Record>),
}

impl Output {
    /// All facts of one thing, a line each.
    pub(super) fn one(record: Record) -> Self {
        let width = record
            .0
            .iter()
            .map(|(name, _)| name.len())
            .max()
            .unwrap_or_default();
        let line = |(name, fact): &(&str, Fact)| format!("{name:width$}  {}\n", fact.for_people());
        Self {
            text: record.0.iter().map(line).collect(),
            facts: Facts::One(record),
        }
    }

    /// Many things in a table of some of their facts, or a sentence where there are none.
    pub(super) fn many(columns: &[&str], records: Vec<Record>, none: &str) -> Self {
        let text = if records.is_empty() {
            format!("{none}\n")
        } else {
            table(columns, &records)
        };
        Self {
            text,
            facts: Facts::Many(records),
        }
    }

    /// A sentence for people; the facts are for programs.
    pub(super) fn said(sentence: impl AsRef<str>, record: Record) -> Self {
        let text = sentence
            .as_ref()
            .lines()
            .map(|line| harmless(line) + "\n")
            .collect();
        Self {
            text,
            facts: Facts::One(record),
        }
    }

    /// Prints it on standard output.
    pub(super) fn print(&self, json: bool) -> Result<(), Failure> {
        let unprinted = |error: &dyn std::fmt::Display| {
            Failure::Failed(format!(
                "the work is done, but its result cannot be printed: {error}"
            ))
        };
        let document = match &self.facts {
            Facts::One(record) => serde_json::to_string(record),
            Facts::Many(records) => serde_json::to_string(records),
        };
        let document = document.map_err(|error| unprinted(&error))? + "\n";
        let printed = if json {
            document.as_bytes()
        } else {
            self.text.as_bytes()
        };
        let mut out = io::stdout().lock();
        match out.write_all(printed).and_then(|()| out.flush()) {
            // A reader such as `head` may have enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unprinted(&error)),
            _ => Ok(()),
        }
    }
}

impl Record {
    /// Adds a fact.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, fact: impl Into<Fact>) -> Self {
        self.0.push((name, fact.into()));
        self
    }

    fn find(&self, name: &str) -> Option<&Fact> {
        self.0
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, fact)| fact)
    }
}

impl Fact {
    fn for_people(&self) -> String {
        match self {
            Self::Unset => String::from("-"),
            Self::Text(text) if text.is_empty() => String::from("-"),
            Self::Flag(true) => String::from("yes"),
            Self::Flag(false) => String::from("no"),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => harmless(text),
            Self::Time(time) => time.to_string(),
            Self::Texts(texts) if texts.is_empty() => String::from("-"),
            Self::Texts(texts) => harmless(&texts.join(", ")),
            Self::Records(records) if records.is_empty() => String::from("-"),
            Self::Records(records) => records.iter().map(|record| record.in_one_line()).collect(),
        }
    }
}

impl Record {
    /// Below its list, one line for each.
    fn in_one_line(&self) -> String {
        let set = self
            .0
            .iter()
            .filter(|(_, fact)| !matches!(fact, Fact::Unset));
        let facts: Vec<String> = set
            .map(|(name, fact)| format!("{name} {}", fact.for_people()))
            .collect();
        format!("\n  {}", facts.join(", "))
    }
}

/// Names come from people, and a terminal obeys control characters.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

fn table(columns: &[&str], records: &[Record]) -> String {
    let cell =
        |record: &Record, name: &str| record.find(name).map(Fact::for_people).unwrap_or_default();
    let mut rows: Vec<Vec<String>> = vec![columns.iter().map(|name| name.to_uppercase()).collect()];
    rows.extend(
        records
            .iter()
            .map(|record| columns.iter().map(|name| cell(record, name)).collect()),
    );
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| {
            rows.iter()
                .map(|row| row[at].chars().count())
                .max()
                .unwrap_or_default()
        })
        .collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

/// Says something on standard error that is no failure.
pub(super) fn note(sentence: &str) {
    // Where standard error is closed there is nobody to tell.
    drop(writeln!(io::stderr(), "{sentence}"));
}

/// Says on standard error what may not be as it was meant.
pub(super) fn warn(sentence: &str) {
    note(&format!("warning: {sentence}"));
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, fact) in &self.0 {
            map.serialize_entry(name, fact)?;
        }
        map.end()
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unset => serializer.serialize_none(),
            Self::Flag(flag) => flag.serialize(serializer),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
            Self::Time(time) => time.serialize(serializer),
            Self::Texts(texts) => texts.serialize(serializer),
            Self::Records(records) => records.serialize(serializer),
        }
    }
}

macro_rules! fact {
    ($($type:ty: $value:ident => $fact:expr;)+) => {
        $(impl From<$type> for Fact {
            fn from($value: $type) -> Self {
                $fact
            }
        })+
    };
}

fact! {
    bool: flag => Self::Flag(flag);
    i64: number => Self::Number(number);
    usize: number => Self::Number(i64::try_from(number).unwrap_or(i64::MAX));
    &str: text => Self::Text(text.to_owned());
    String: text => Self::Text(text);
    UnixTime: time => Self::Time(time);
    Vec<String>: texts => Self::Texts(texts);
    Vec<Record>: records => Self::Records(records);
}

impl<T: Into<Self>> From<Option<T>> for Fact {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Unset, Into::into)
    }
}
