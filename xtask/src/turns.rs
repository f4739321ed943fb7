//! Work that all cores share.
//!
//! Must never know: what is done. Tests: those of `oracle` and `refused`.

use std::thread;

use crate::workspace::NotSo;

/// Work done by all cores at once, each told its turn of how many.
///
/// # Errors
/// The first that any of them met.
pub(crate) fn shared<J: Send>(
    work: impl Fn(usize, usize) -> Result<J, NotSo> + Sync,
) -> Result<Vec<J>, NotSo> {
    let turns = thread::available_parallelism().map_or(1, usize::from);
    let parts: Vec<Result<J, NotSo>> = thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..turns)
            .map(|turn| scope.spawn(move || work(turn, turns)))
            .collect();
        let done = threads.into_iter().map(|thread| {
            let part = thread.join();
            part.unwrap_or_else(|_| Err(NotSo("a judge panicked".into())))
        });
        done.collect()
    });
    parts.into_iter().collect()
}
