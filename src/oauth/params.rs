//! Form and query parameters (RFC 6749 §3.1, §3.2, Appendix B): every one once, an empty one as if it
//! were absent, strict about encodings. Which parameters mean anything is for whoever asks.

use std::borrow::Cow;

use super::OAuthError;

/// A request's parameters, in the order they came.
#[derive(Debug, Default)]
pub struct Params<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// Why a query or body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamsError {
    /// A percent escape is broken, the bytes are not UTF-8, or there is a NUL, which is in no value of
    /// OAuth and which PostgreSQL's text cannot hold.
    Encoding,
    /// There are more than are allowed.
    TooMany,
}

/// More parameters than any OAuth request has; a bound on the work for a repeated name.
const MAX_PAIRS: usize = 64;
/// More fields than any form of our pages has: one of them has a field for each scope.
const MAX_FIELDS: usize = 2048;

impl<'a> Params<'a> {
    /// Reads `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// Broken escapes, bytes that are not UTF-8, or more than 64 parameters.
    pub fn parse(text: &'a [u8]) -> Result<Self, ParamsError> {
        Self::parse_at_most(MAX_PAIRS, text)
    }

    /// Reads the form of one of our pages, which may be longer and repeat the name of a choice.
    ///
    /// # Errors
    /// Broken escapes, bytes that are not UTF-8, or more than 2048 fields.
    pub fn parse_form(text: &'a [u8]) -> Result<Self, ParamsError> {
        Self::parse_at_most(MAX_FIELDS, text)
    }

    fn parse_at_most(most: usize, text: &'a [u8]) -> Result<Self, ParamsError> {
        let mut pairs = Vec::with_capacity(8);
        for pair in text
            .split(|&byte| byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            if pairs.len() == most {
                return Err(ParamsError::TooMany);
            }
            let split = pair.iter().position(|&byte| byte == b'=');
            let (name, value) = match split {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &pair[pair.len()..]),
            };
            pairs.push((decode(name)?, decode(value)?));
        }
        Ok(Self { pairs })
    }

    /// The one value of `name`; none where it is absent or empty.
    ///
    /// # Errors
    /// `invalid_request` where the parameter is repeated: taking the first or the last would let two
    /// readers of one request disagree.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, OAuthError> {
        let mut found = None;
        for (_, value) in self.pairs.iter().filter(|(key, _)| key == name) {
            if found.is_some() {
                return Err(OAuthError::invalid_request(format!(
                    "The parameter {name} is repeated."
                )));
            }
            found = Some(value.as_ref());
        }
        Ok(found.filter(|value| !value.is_empty()))
    }

    /// The one value of `name`, which must be there.
    ///
    /// # Errors
    /// `invalid_request` where it is missing, empty or repeated.
    pub fn required(&self, name: &'static str) -> Result<&str, OAuthError> {
        self.one(name)?
            .ok_or_else(|| OAuthError::invalid_request(format!("The parameter {name} is missing.")))
    }

    /// Every value of a parameter that may be repeated.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let own = self.pairs.iter().filter(move |(key, _)| key == name);
        own.map(|(_, value)| value.as_ref())
    }

    /// Refuses a request that repeats any of `names`, whether or not this request needs it.
    ///
    /// # Errors
    /// `invalid_request` with the name.
    pub fn each_once(&self, names: &[&'static str]) -> Result<(), OAuthError> {
        names.iter().try_for_each(|name| self.one(name).map(drop))
    }
}

impl ParamsError {
    /// What to tell whoever sent it.
    pub fn description(self) -> &'static str {
        match self {
            Self::Encoding => "The parameters must be form-urlencoded UTF-8 without NUL.",
            Self::TooMany => "There are too many parameters.",
        }
    }
}

impl From<ParamsError> for OAuthError {
    fn from(error: ParamsError) -> Self {
        Self::invalid_request(error.description())
    }
}

/// Undoes form-urlencoding (`+` and `%XX`), borrowing where there is nothing to undo.
///
/// # Errors
/// A `%` without two hex digits, bytes that are not UTF-8, or a NUL.
pub fn decode(text: &[u8]) -> Result<Cow<'_, str>, ParamsError> {
    let decoded = undo_escapes(text)?;
    if decoded.contains('\0') {
        Err(ParamsError::Encoding)
    } else {
        Ok(decoded)
    }
}

fn undo_escapes(text: &[u8]) -> Result<Cow<'_, str>, ParamsError> {
    if !text.iter().any(|&byte| byte == b'+' || byte == b'%') {
        return std::str::from_utf8(text)
            .map(Cow::Borrowed)
            .map_err(|_| ParamsError::Encoding);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next())? << 4 | hex(rest.next())?,
            other => other,
        });
    }
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|_| ParamsError::Encoding)
}

fn hex(digit: Option<&u8>) -> Result<u8, ParamsError> {
    match digit {
        Some(digit @ b'0'..=b'9') => Ok(digit - b'0'),
        Some(digit @ b'a'..=b'f') => Ok(digit - b'a' + 10),
        Some(digit @ b'A'..=b'F') => Ok(digit - b'A' + 10),
        _ => Err(ParamsError::Encoding),
    }
}
