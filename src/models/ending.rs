//! An end before its time, of a token or of an authorization with its tokens, as it is kept beside it.

use crate::clock::UnixTime;

/// Who ends something on the command line.
pub const COMMAND_LINE: &str = "command line";

/// Why, by whom and when something is ended.
#[derive(Clone, Copy, Debug)]
pub struct Ending<'a> {
    /// Why, in a few words.
    pub because: &'a str,
    /// Who: a user's or client's id, or [`COMMAND_LINE`]; none where nobody can be named.
    pub by: Option<&'a str>,
    /// When.
    pub at: UnixTime,
}
