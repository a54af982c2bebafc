//! Work for the hashing threads, so that a test can do something while somebody's password waits there.

use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use latchkey::authentication::PasswordHasher;
use latchkey::error::Result;

use super::{TestServer, until};

/// Passes of a hash that takes some tenths of a second.
pub const SLOW: u32 = 60_000;
/// Passes of one that outlasts a test.
const SLOWEST: u32 = 40_000_000;

/// Hashes that were asked for. Whoever asks later waits until this is dropped, and no longer.
pub type Busy<'a> = Vec<Pin<Box<dyn Future<Output = Result<bool>> + Send + 'a>>>;

/// Asks for so many hashes of so many passes.
pub fn busy(hasher: &PasswordHasher, count: usize, passes: u32) -> Busy<'_> {
    let salt_and_hash = "c29tZSBzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let stored = format!("$argon2id$v=19$m=8,t={passes},p=1${salt_and_hash}");
    let ask = |_| {
        let password = String::from("anything");
        let mut hash: Pin<Box<dyn Future<Output = Result<bool>> + Send>> =
            Box::pin(hasher.verify(password, Some(stored.clone())));
        drop(hash.as_mut().poll(&mut Context::from_waker(Waker::noop())));
        hash
    };
    (0..count).map(ask).collect()
}

/// Asks for the slowest hashes until one of a single thread's runs and the queue behind it is full, which
/// then stays so for longer than a test: nobody can wait for them to end.
pub fn full(hasher: &PasswordHasher) -> Busy<'_> {
    let one_runs_and_this_many_wait = 1 + 256;
    let mut asked = busy(hasher, one_runs_and_this_many_wait, SLOWEST);
    until("the queue is full", || {
        asked.extend(busy(hasher, 1, SLOWEST));
        hasher.waiting() >= one_runs_and_this_many_wait
    });
    asked
}

/// Waits until the number of hashes that wait or run is right.
#[track_caller]
pub fn until_waiting(server: &TestServer, right: impl Fn(usize) -> bool) {
    until("as many hashes wait", || right(server.app.hasher.waiting()));
}

/// Does `change` while the password of `request` waits for its hash.
pub fn while_hashing<T: Send>(
    server: &TestServer,
    change: impl FnOnce(),
    request: impl FnOnce() -> T + Send,
) -> T {
    let busy = busy(&server.app.hasher, 30, SLOW);
    std::thread::scope(|scope| {
        let request = scope.spawn(request);
        until_waiting(server, |count| count >= 20);
        std::thread::sleep(Duration::from_millis(300));
        change();
        drop(busy);
        request.join().unwrap()
    })
}
