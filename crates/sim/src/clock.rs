//! The false clock: boot time is the runtime's, which stands still and jumps to the next wake; wall
//! time is boot time and an offset that weather moves.
//!
//! Must never know: who asks. Stories: `tests/it/`.

use crate::ground::Shared;
use crate::instant::Life;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use windlass_engine::time::{Mark, Ms, Now, Wall};
use windlass_runner::ports::Task;
use windlass_runner::ports::clock::Clock;

/// Wall time at the beginning of every play: 2026-11-21 00:00:00 UTC, microseconds.
pub const FIRST_WALL_US: i64 = 1_795_219_200_000_000;
/// Boot time at the beginning: a host that has been up for a while.
const FIRST_MS: u64 = 1_000_000;
/// No host boots so often in a play: carriers die some tens of times at most.
const BOOTS_MOST: u64 = 1_000_000;

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

/// The host of a carrier, as far as its clocks go.
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// Which boot of which host.
    pub boot: u64,
    /// It was up for so long when the play began.
    pub up_ms: u64,
    /// Its wall clock is off by so much.
    pub off_ms: i64,
}

impl Host {
    /// A host whose clock is right.
    #[must_use]
    pub fn right(boot: u64) -> Self {
        Self {
            boot,
            up_ms: FIRST_MS,
            off_ms: 0,
        }
    }

    /// Another than the first, whose clock is off by so much.
    #[must_use]
    pub fn apart(boot: u64, seat: u32, off_ms: i64) -> Self {
        Self {
            boot: boot + BOOTS_MOST * u64::from(seat),
            up_ms: FIRST_MS * (1 + u64::from(seat)),
            off_ms,
        }
    }
}

/// The clock of one carrier.
#[derive(Debug)]
pub struct FalseClock {
    ground: Shared,
    time: Time,
    host: Host,
    life: Option<Arc<Life>>,
}

impl FalseClock {
    /// The clock of a process on a host; none: of nobody who can die.
    #[must_use]
    pub fn new(ground: Shared, time: Time, host: Host, life: Option<Arc<Life>>) -> Self {
        Self {
            ground,
            time,
            host,
            life,
        }
    }
}

impl Clock for FalseClock {
    fn now(&self) -> Now {
        let ms = self.time.ms();
        let off_ms = self.ground.lock().offset_ms(ms) + self.host.off_ms;
        Now {
            wall: self.time.wall(ms, off_ms),
            mono: Mark {
                boot: self.host.boot,
                ms: self.host.up_ms + ms,
            },
        }
    }

    fn sleep(&self, length: Ms) -> Task<'static, ()> {
        let life = self.life.clone();
        Box::pin(async move {
            rest(length.0).await;
            if let Some(life) = life {
                life.goes_on().await;
            }
        })
    }
}
