//! Many who do something at the same moment.

use std::sync::Barrier;

/// Runs `work` on `count` threads that a barrier lets go together; the outcomes in the order of threads.
pub fn at_once<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(count);
    let run = |number| {
        barrier.wait();
        work(number)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|number| scope.spawn(move || run(number)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}
