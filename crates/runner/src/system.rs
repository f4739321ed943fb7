//! The real clock (wall time, and boot time that counts a laptop's sleep) and the real entropy.
//!
//! Must never know: runs. Stories: in this file.

use crate::ports::Task;
use crate::ports::clock::Clock;
use crate::ports::entropy::Entropy;
use rustix::rand::{GetRandomFlags, getrandom};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;
use windlass_engine::hash::Hash;
use windlass_engine::time::{Mark, Ms, Now, Wall};

/// Where Linux tells which boot this is.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// The clock of this machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    boot: u64,
}

impl SystemClock {
    /// The clock of this boot. Where the boot cannot be told, each process counts as one of its own.
    #[must_use]
    pub fn new() -> Self {
        let id =
            std::fs::read(BOOT_ID).unwrap_or_else(|_| std::process::id().to_le_bytes().to_vec());
        let Hash(bytes) = Hash::of(&id);
        let boot = bytes
            .iter()
            .take(8)
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        Self { boot }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Now {
        let wall = clock_gettime(ClockId::Realtime);
        let mono = clock_gettime(ClockId::Boottime);
        Now {
            wall: Wall(wall.tv_sec * 1_000_000 + wall.tv_nsec / 1_000),
            mono: Mark {
                boot: self.boot,
                ms: u64::try_from(mono.tv_sec * 1_000 + mono.tv_nsec / 1_000_000).unwrap_or(0),
            },
        }
    }

    #[allow(
        clippy::disallowed_methods,
        reason = "this is the Clock port: everybody else waits through it"
    )]
    fn sleep(&self, length: Ms) -> Task<'static, ()> {
        Box::pin(tokio::time::sleep(Duration::from_millis(length.0)))
    }
}

/// The kernel's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> std::io::Result<()> {
        let mut filled = 0;
        while filled < bytes.len() {
            filled += getrandom(&mut bytes[filled..], GetRandomFlags::empty())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_looks_within_one_boot_compare() {
        let (first, second) = (SystemClock::new().now(), SystemClock::new().now());
        assert!(second.mono.since(first.mono).is_some());
    }

    #[test]
    fn entropy_fills_all_of_it_and_differs() {
        let (mut first, mut second) = ([0; 24], [0; 24]);
        SystemEntropy.fill(&mut first).expect("entropy");
        SystemEntropy.fill(&mut second).expect("entropy");
        assert_ne!(first, second);
        assert!(first[16..] != [0; 8]);
    }
}
