//! Waiting for what a server does by itself. A busy machine takes its time: a test asks whether a thing
//! comes, and not how soon.

use std::time::{Duration, Instant};

/// For what comes within seconds on an idle machine.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// Asks until it is so.
#[track_caller]
pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
