//! The one place of this store that asks for the time: stamps of what is posted, and waits for a lock
//! or for company in a commit. No promise rests on it: order is by position, leases never expire.
//!
//! Must never know: what is stamped. Stories: none of its own.
#![expect(
    clippy::disallowed_methods,
    reason = "the lock of a real file and a real disk are waited for, not a story's clock"
)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use windlass_engine::time::Wall;

/// Wall time, for stamps.
pub(super) fn wall() -> Wall {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Wall(since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX)))
}

/// For measuring a commit.
pub(super) fn instant() -> Instant {
    Instant::now()
}

/// Waits on a thread of ours; no runtime is held up.
pub(super) fn pause(length: Duration) {
    std::thread::sleep(length);
}
