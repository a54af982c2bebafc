//! Secrets that a command is given: from standard input, or asked for on the terminal without echo.
//! Never from an argument, which other users of the machine and the shell's history can read.

use std::io::{self, IsTerminal, Read};

use super::Failure;

/// More than any password or token has.
const MOST_BYTES: u64 = 16 * 1024;

/// A password that somebody chooses. On the terminal it is asked for twice, since nobody sees it.
pub(super) fn new_password(from_standard_input: bool) -> Result<String, Failure> {
    // At a terminal, reading standard input would show what is typed.
    let password = if from_standard_input && !io::stdin().is_terminal() {
        piped()?
    } else {
        let password = asked("Password: ")?;
        if asked("The same again: ")? != password {
            return Err(Failure::Failed(String::from(
                "The two passwords differ: try again.",
            )));
        }
        password
    };
    Ok(password)
}

/// A token that somebody asks about.
pub(super) fn token() -> Result<String, Failure> {
    let token = if io::stdin().is_terminal() {
        asked("Token: ")?
    } else {
        piped()?
    };
    Ok(token.trim().to_owned())
}

/// Tokens that somebody has found, one a line; a line may be anything.
pub(super) fn tokens() -> Result<Vec<String>, Failure> {
    /// More bytes than any list of found tokens has.
    const MOST_BYTES: u64 = 16 * 1024 * 1024;

    let mut bytes = Vec::new();
    if io::stdin().is_terminal() {
        bytes = asked("Token: ")?.into_bytes();
    } else {
        io::stdin()
            .take(MOST_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("Standard input cannot be read: {error}."))?;
    }
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

fn asked(prompt: &str) -> Result<String, Failure> {
    rpassword::prompt_password(prompt).map_err(|error| {
        let sentence = format!(
            "There is no terminal to ask on ({error}): give the secret on standard input, for a \
             password with --password-stdin."
        );
        Failure::Failed(sentence)
    })
}

/// All of standard input, without the end of its one line.
fn piped() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    io::stdin()
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("Standard input cannot be read: {error}."))?;
    let text = String::from_utf8(bytes)
        .ok()
        .filter(|text| text.len() as u64 <= MOST_BYTES);
    let line = text
        .as_deref()
        .map(|text| text.strip_suffix('\n').unwrap_or(text));
    let line = line.map(|line| line.strip_suffix('\r').unwrap_or(line));
    match line {
        Some(line) if !line.contains(['\n', '\0']) => Ok(line.to_owned()),
        _ => Err(Failure::Failed(String::from(
            "Standard input must be one line of UTF-8 text.",
        ))),
    }
}
