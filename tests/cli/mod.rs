//! The commands, run as an operator runs them. Mirrors `src/cli`.

mod client;
mod config;
mod database;
mod key;
mod leaked;
mod log;
mod role;
mod serve;
mod setup_link;
mod story;
mod token;
mod user;

use crate::support::program::Ended;

/// One sentence on standard error, nothing on standard output, and the status.
#[track_caller]
fn assert_refused(ended: &Ended, status: i32) {
    assert_eq!(
        (ended.status, ended.out.as_str()),
        (Some(status), ""),
        "{ended:?}"
    );
    assert!(ended.err.starts_with("error: "), "{ended:?}");
    assert_eq!(
        ended.err.trim_end().lines().count(),
        1,
        "one sentence: {ended:?}"
    );
    assert!(!ended.err.contains("panicked"), "{ended:?}");
    let word = ended.err.split(' ').nth(1).unwrap_or_default();
    assert!(
        !word.starts_with(char::is_lowercase) || word.contains(['_', '.', '/']),
        "begins large, but for the name of a setting or file: {ended:?}"
    );
}
