//! Which passwords somebody may choose (NIST SP 800-63B §3.1.1.2, OWASP ASVS 5 §6.2): long ones that nobody
//! guesses soon. Which kinds of characters they have does not matter. A password that was chosen before a
//! rule came goes on working.

use zxcvbn::{Score, zxcvbn};

use crate::config::Config;

/// The most characters; hashing longer ones would only cost.
const MAXIMUM_LENGTH: usize = 1024;

/// Checks a password that the person of this name and address chooses.
///
/// # Errors
/// A sentence for whoever chose it.
pub fn check_choice(
    password: &str,
    config: &Config,
    username: &str,
    email: &str,
) -> Result<(), String> {
    let (length, minimum) = (password.chars().count(), config.password.minimum_length);
    let issuer = config.issuer.as_deref().unwrap_or_default();
    if length < minimum {
        Err(format!(
            "This password is too short: {minimum} characters are the least."
        ))
    } else if length > MAXIMUM_LENGTH {
        Err(format!(
            "This password is too long: {MAXIMUM_LENGTH} characters are the most."
        ))
    } else if is_guessed_soon(password, &[username, email, issuer]) {
        Err(String::from(
            "This password is easy to guess: it is a common one, a pattern, or made of names. \
             Take some words that do not belong together.",
        ))
    } else {
        Ok(())
    }
}

/// Whether fewer than a million guesses find it, which takes a year where a hundred an hour are let through, or
/// there is little in it beside names. `known` is what a guesser knows beside the usual words.
fn is_guessed_soon(password: &str, known: &[&str]) -> bool {
    let parts = known
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let words: Vec<&str> = parts
        .chain(known.iter().copied())
        .chain(["latchkey"])
        .collect();
    is_mostly(password, &words) || zxcvbn(password, &words).score() < Score::Two
}

/// Whether fewer than six characters are left without these words and what people put between words.
fn is_mostly(password: &str, words: &[&str]) -> bool {
    let whole = password.to_lowercase();
    let names = words.iter().filter(|word| word.chars().count() > 2);
    let rest = names.fold(whole.clone(), |rest, name| {
        rest.replace(&name.to_lowercase(), "")
    });
    let is_between = |c: &char| c.is_ascii_punctuation() || c.is_whitespace();
    rest != whole && rest.chars().filter(|c| !is_between(c)).count() < 6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(password: &str) -> bool {
        let config = Config {
            issuer: Some(String::from("https://login.wonderworks.example")),
            ..Config::default()
        };
        check_choice(password, &config, "alice", "liddell@example.org").is_err()
    }

    #[test]
    fn what_a_guesser_tries_first_is_refused() {
        for password in [
            "123456789012",
            "111111111111",
            "passwordpassword",
            "Password1234",
            "qwertyuiopasdf",
            "1q2w3e4r5t6y",
            "abcdefghijkl",
            "administrator",
            "unbelievable",
            "letmeinletmein",
            "alice-alice-1",
            "liddell12345",
            "latchkey123456",
            "Latchkey2026!",
            "latchkey-admin",
            "alice & liddell",
            "wonderworks12",
        ] {
            assert!(is_refused(password), "{password}");
        }
    }

    #[test]
    fn any_characters_do_as_long_as_nobody_guesses_them() {
        for password in [
            "correct horse battery",
            " spaces at both ends ",
            "🙂🙃😀😃😄😁😆😅😂🤣🦊🐢",
            "тихая гавань за холмом",
            "kq7wzv0m3xhd",
            "839201847561",
            "alice rode to the harbour",
            &"a long song of many words ".repeat(5),
        ] {
            assert!(!is_refused(password), "{password}");
        }
    }

    #[test]
    fn a_password_has_as_many_characters_as_the_operator_says() {
        let mut config = Config::default();
        let refused = |config: &Config, password: &str| {
            check_choice(password, config, "alice", "a@example.org").err()
        };
        for password in ["kq7wzv0", "kq7wzv0m3xh"] {
            let told = refused(&config, password).unwrap_or_default();
            assert!(told.contains("12 characters"), "{told}");
        }
        assert_eq!(refused(&config, "kq7wzv0m3xhd"), None);
        config.password.minimum_length = 8;
        assert_eq!(refused(&config, "kq7wzv0m"), None);
        let told = refused(&config, &"kq7wzv0m".repeat(129)).unwrap_or_default();
        assert!(told.contains("1024 characters"), "{told}");
    }
}
