//! Names that people can see and tell apart: what Unicode shows as nothing (`Default_Ignorable_Code_Point`, with the
//! marks that direct text) makes an empty name or a second one that looks like the first. What a name of each kind
//! is besides is said where its rows are.

/// Checks a name: 1 to `longest` characters of which one can be seen, no control characters and no space at its ends.
/// Joiners and marks of direction may stand among others: names in some scripts and some emoji need them.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check(name: &str, longest: usize) -> Result<(), String> {
    if name.trim().is_empty() {
        Err(String::from("Type a name."))
    } else if name.chars().count() > longest {
        Err(format!("This name is longer than {longest} characters."))
    } else if name.chars().any(char::is_control) {
        Err(String::from(
            "This name has a line break or another control character in it.",
        ))
    } else if name.trim() != name {
        Err(String::from("This name begins or ends with a space."))
    } else if can_be_seen(name) {
        Ok(())
    } else {
        Err(String::from(
            "Nothing of this name can be seen. Type another.",
        ))
    }
}

/// Whether there is something to see.
pub fn can_be_seen(text: &str) -> bool {
    text.chars()
        .any(|character| !character.is_whitespace() && !is_invisible(character))
}

/// Whether a character is shown as nothing.
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            // The empty pattern of Braille: no such code point, and as blank.
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}
