//! How a command ends when it could not do its work: one sentence on standard error and an exit status.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::authentication::bearer;
use crate::config::ConfigError;
use crate::error::Error;
use crate::oauth::PlainSecret;

/// Why a command did not do its work; each holds a sentence that says what to do.
#[derive(Debug)]
pub(super) enum Failure {
    /// The command was typed wrongly.
    Usage(String),
    /// It was refused, or something failed.
    Failed(String),
}

impl Failure {
    pub(super) fn usage(sentence: impl Into<String>) -> Self {
        Self::Usage(sentence.into())
    }

    /// Says why; returns the status to exit with.
    pub(super) fn report(self) -> ExitCode {
        let (sentence, status) = match self {
            Self::Usage(sentence) => (sentence, 2),
            Self::Failed(sentence) => (sentence, 1),
        };
        // Where standard error is closed, the status alone must do.
        let sentence = without_secrets(&capitalised(&sentence));
        drop(writeln!(io::stderr(), "error: {sentence}"));
        ExitCode::from(status)
    }
}

/// A sentence, also where its beginning was made to stand after something else. The name of a setting or file
/// stays as it is spelled.
fn capitalised(sentence: &str) -> String {
    let first_word = sentence.split(' ').next().unwrap_or_default();
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) if !first_word.contains(['_', '.', '/']) => {
            first.to_uppercase().chain(letters).collect()
        }
        _ => sentence.to_owned(),
    }
}

/// A sentence in which nothing stands that begins like a token or secret of ours: it may repeat what was typed, and
/// what commands say is kept in the logs of whatever runs them.
fn without_secrets(sentence: &str) -> String {
    let (mut told, mut rest) = (String::new(), sentence);
    while let Some(at) = find_secret(rest) {
        let (before, secret) = rest.split_at(at);
        // The characters of random secrets, and of JWTs with their dots.
        let is_within = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
        let end = secret.find(|letter| !is_within(letter));
        told += before;
        told += &secret[..3];
        told.push('…');
        rest = &secret[end.unwrap_or(secret.len())..];
    }
    told + rest
}

/// Where a word begins like a secret.
fn find_secret(text: &str) -> Option<usize> {
    let begins = |at: &usize| {
        let word = &text[*at..];
        let is_secret = PlainSecret::kind_by_prefix(word).is_some() || bearer::may_be_signed(word);
        is_secret && !text[..*at].ends_with(char::is_alphanumeric)
    };
    text.char_indices().map(|(at, _)| at).find(begins)
}

/// What clap has to say: the help that was asked for, or in one sentence what it does not understand.
pub(super) fn mistyped(error: &clap::Error) -> Result<(), Failure> {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Err(Failure::usage(format!("a command is missing.\n\n{error}")));
    }
    if !error.use_stderr() {
        // A reader such as `head` may have enough.
        drop(error.print());
        return Ok(());
    }
    let text = error.to_string();
    let said = text.strip_prefix("error: ").unwrap_or(&text);
    let told = |paragraph: &&str| {
        !["Usage:", "For more"]
            .iter()
            .any(|start| paragraph.starts_with(start))
    };
    let sentences: Vec<String> = said
        .split("\n\n")
        .filter(told)
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    Err(Failure::usage(format!(
        "{}; --help shows what can be typed",
        sentences.join("; ")
    )))
}

impl From<String> for Failure {
    fn from(sentence: String) -> Self {
        Self::Failed(sentence)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Failed(error.to_string())
    }
}
