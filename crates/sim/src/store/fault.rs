//! Which calls of the store fail, and how that is told.
//!
//! Must never know: what the calls are about. Stories: `tests/it/crash.rs`.

use std::collections::BTreeMap;
use std::fmt;
use windlass_runner::ports::store::{AppendError, StoreError};

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no room: nothing is written.
    Full,
    /// Its fate is not told, and it was not done.
    Lost,
    /// Its fate is not told, and it was done.
    Written,
    /// It takes so many milliseconds.
    Slow(u64),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => write!(f, "full"),
            Self::Lost => write!(f, "lost"),
            Self::Written => write!(f, "written"),
            Self::Slow(ms) => write!(f, "{ms}ms"),
        }
    }
}

/// One of each kind; the slow one outlasts a hand's sight of its deed.
pub const KINDS: [Fault; 4] = [Fault::Full, Fault::Lost, Fault::Written, Fault::Slow(4_000)];

/// The ways in which a word is not taken; one that is slow to be taken is said later: another story.
pub const UNTAKEN: [Fault; 3] = [Fault::Full, Fault::Lost, Fault::Written];

/// The calls that fail, by their number from 1.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    script: BTreeMap<u64, Fault>,
    calls: u64,
}

impl Faults {
    /// These calls fail so.
    #[must_use]
    pub fn at(script: BTreeMap<u64, Fault>) -> Self {
        Self { script, calls: 0 }
    }

    pub(super) fn calls(&self) -> u64 {
        self.calls
    }

    pub(super) fn next(&mut self) -> Option<Fault> {
        self.calls += 1;
        self.script.get(&self.calls).copied()
    }
}

/// An error that can tell of such trouble.
pub(super) trait Faulty {
    fn full() -> Self;
    fn unknown() -> Self;
}

impl Faulty for StoreError {
    fn full() -> Self {
        Self::Full
    }
    fn unknown() -> Self {
        Self::Failed("the false disk does not answer".into())
    }
}

impl Faulty for AppendError {
    fn full() -> Self {
        Self::Full
    }
    fn unknown() -> Self {
        Self::Unknown("the false disk does not answer".into())
    }
}
