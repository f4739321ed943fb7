//! The false clock: boot time is the runtime's, which stands still and jumps to the next wake; wall
//! time is boot time and an offset that weather moves.
//!
//! Must never know: who asks. Stories: `tests/it/`.

use crate::ground::Shared;
use std::time::Duration;
use tokio::time::Instant;
use windlass_engine::time::{Mark, Ms, Now, Wall};
use windlass_runner::ports::Task;
use windlass_runner::ports::clock::Clock;

/// Wall time at the beginning of every play: 2026-11-21 00:00:00 UTC, microseconds.
pub const FIRST_WALL_US: i64 = 1_795_219_200_000_000;
/// Boot time at the beginning: a host that has been up for a while.
const FIRST_MS: u64 = 1_000_000;

/// What tells false time in one play.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    began: Instant,
    wall: Wall,
}

impl Time {
    /// Begins now, at a wall time; without one at that of every play. Within a runtime whose clock stands still.
    #[must_use]
    pub fn begin(wall: Option<Wall>) -> Self {
        Self {
            began: Instant::now(),
            wall: wall.unwrap_or(Wall(FIRST_WALL_US)),
        }
    }

    /// Milliseconds of false time since the play began.
    #[must_use]
    pub fn ms(self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Wall time at a moment of false time under an offset.
    #[must_use]
    pub fn wall(self, ms: u64, offset_ms: i64) -> Wall {
        let ms = i64::try_from(ms).unwrap_or(i64::MAX);
        let since = ms.saturating_add(offset_ms).saturating_mul(1_000);
        Wall(self.wall.0.saturating_add(since))
    }
}

/// Waits so long, in false time.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place where false time is waited for"
)]
pub async fn rest(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// The clock of one carrier.
#[derive(Debug)]
pub struct FalseClock {
    ground: Shared,
    time: Time,
    boot: u64,
}

impl FalseClock {
    /// A clock of one boot.
    #[must_use]
    pub fn new(ground: Shared, time: Time, boot: u64) -> Self {
        Self { ground, time, boot }
    }
}

impl Clock for FalseClock {
    fn now(&self) -> Now {
        let ms = self.time.ms();
        Now {
            wall: self.time.wall(ms, self.ground.lock().offset_ms(ms)),
            mono: Mark {
                boot: self.boot,
                ms: FIRST_MS + ms,
            },
        }
    }

    fn sleep(&self, length: Ms) -> Task<'static, ()> {
        Box::pin(rest(length.0))
    }
}
