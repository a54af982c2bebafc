//! What a refused request should have brought and what it brought instead, for whoever mends it: kept for
//! administrators, never part of an answer, never a secret.

/// What was expected and what came. Several values stand one a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Any of these would have been right; none where nothing would.
    pub expected: Option<String>,
    /// What the request had; none where it had nothing, or nothing that may be kept.
    pub presented: Option<String>,
}

/// Where two texts part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference<'a> {
    /// The expected value that is most like what came.
    pub nearest: &'a str,
    /// The first character that differs, counted from 1.
    pub character: usize,
}

/// Characters of one side that are kept.
const LONGEST: usize = 2000;

impl Mismatch {
    /// Both sides, without what must not be kept.
    pub fn new<'a>(expected: impl IntoIterator<Item = &'a str>, presented: Option<&str>) -> Self {
        let expected: Vec<&str> = expected.into_iter().collect();
        Self {
            expected: (!expected.is_empty()).then(|| harmless(&expected.join("\n"))),
            presented: presented.map(harmless),
        }
    }
}

impl Difference<'_> {
    /// Compares what came with the expected value that is most like it. None where they are the same.
    pub fn find<'a>(expected: &'a str, presented: &str) -> Option<Difference<'a>> {
        let same = |own: &str| {
            own.chars()
                .zip(presented.chars())
                .take_while(|(own, sent)| own == sent)
                .count()
        };
        let nearest = expected.lines().max_by_key(|own| same(own))?;
        (nearest != presented).then(|| Difference {
            nearest,
            character: same(nearest) + 1,
        })
    }
}

/// Stands for a text with a secret in it.
pub const LEFT_OUT: &str = "(left out, since it holds a token)";

/// The text, cut, and without anything that looks like a token of ours: a request that mixes its
/// parameters up must not leave a secret behind.
fn harmless(text: &str) -> String {
    if holds_secret(text) {
        return String::from(LEFT_OUT);
    }
    text.chars().take(LONGEST).collect()
}

/// Whether some part of it looks like a token of ours.
pub fn holds_secret(text: &str) -> bool {
    /// Fewer than any token has after its prefix.
    const RANDOM: usize = 40;
    // Three parts of base64url between dots, of which the first begins a JSON object (RFC 7515 §3.1).
    let is_base64url = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    let mut signed = text.match_indices("eyJ").map(|(at, _)| {
        let after = text.as_bytes()[at..].split(|byte| *byte == b'.').take(3);
        after
            .take_while(|part| part.first().is_some_and(is_base64url))
            .count()
            == 3
    });
    if signed.any(|is_signed| is_signed) {
        return true;
    }
    text.match_indices("lk").any(|(at, _)| {
        let after = &text.as_bytes()[at + 2..];
        let random = after.iter().skip(2);
        after.get(1) == Some(&b'_')
            && random
                .take_while(|byte| byte.is_ascii_alphanumeric())
                .count()
                >= RANDOM
    })
}
