//! Many plays beside each other, on as many threads as figures and tests are promised for.
//!
//! Must never know: what is played. Stories: `tests/it/`, and the figures of the false world.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// What is promised is promised for two cores.
const THREADS: u64 = 2;

/// Does something for each number below `count`, on all threads; what comes of it, in order of numbers.
pub fn each<T: Send>(count: u64, work: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let next = AtomicU64::new(0);
    let (next, work) = (&next, &work);
    let mut all: Vec<(u64, T)> = thread::scope(|scope| {
        let hands: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(move || {
                    let mut done = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= count {
                            return done;
                        }
                        done.push((number, work(number)));
                    }
                })
            })
            .collect();
        let joined = hands
            .into_iter()
            // What a thread broke off at must not pass as nothing found.
            .map(|hand| hand.join().unwrap_or_else(|why| resume_unwind(why)));
        joined.flatten().collect()
    });
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, one)| one).collect()
}
