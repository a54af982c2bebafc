//! What a command prints: text for people, or with `--json` the same facts as one JSON document. Both
//! come from one [`Record`], so that they cannot differ.

use std::io::{self, Write};

use super::Failure;
use super::record::{Fact, Record, harmless};

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

impl Output {
    /// All facts of one thing, a line each.
    pub(super) fn one(record: Record) -> Self {
        Self {
            text: record.for_people(),
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
