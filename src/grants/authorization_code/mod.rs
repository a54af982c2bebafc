//! The authorization code grant (RFC 6749 §4.1) with PKCE (RFC 7636). The only place that drives
//! oxide-auth: its two state machines ask for each fact of §4.1 in turn, and the functions here answer.

pub mod exchange;
pub mod grant;
pub mod request;
