//! How many may be in flight by the ramp, counted from the journal alone: one, then twice as many after as
//! many have settled; one again with each stage, and after whatever made the run stand still.
//!
//! Must never know: how the engine counts. Stories: `tests/it/judge.rs`.

use windlass_engine::policy::{Pace, Ramp as Grows};

/// The ramp as it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ramp {
    limit: usize,
    settled: usize,
}

impl Default for Ramp {
    fn default() -> Self {
        Self {
            limit: 1,
            settled: 0,
        }
    }
}

impl Ramp {
    pub(super) fn settled(&mut self) {
        self.settled += 1;
        if self.settled == self.limit {
            self.limit *= 2;
            self.settled = 0;
        }
    }

    pub(super) fn again(&mut self) {
        *self = Self::default();
    }

    pub(super) fn allows(&self, pace: Pace, in_flight: usize) -> bool {
        match pace.ramp {
            Grows::Double => in_flight <= self.limit,
            Grows::Fixed => true,
        }
    }
}
