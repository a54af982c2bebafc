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

impl Ending<'_> {
    /// What had expired by then is left as it is. What expired within the last minute is ended too: a request that
    /// waits, or a server whose clock is behind, may still take it for live and issue what lives on.
    pub fn expired_by(&self) -> UnixTime {
        self.at.plus(-60)
    }
}
