//! The limit on members down at once, and how it grows.
//!
//! Alibaba ACK, cluster upgrade: batches of 1, 2, 4, 8 … nodes, at most 10 % of them, and from one
//! again after a pause. Here also with each stage: its members are of another kind.
//! Must never know: who is down. Stories: in this file.

use crate::policy::{Pace, Ramp};

/// The limit as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// So many may be down at once, before the ceiling.
    ramped: u32,
    /// So many have settled since it last changed.
    settled: u32,
}

impl Default for Limit {
    fn default() -> Self {
        Self {
            ramped: 1,
            settled: 0,
        }
    }
}

impl Limit {
    /// One more member has settled.
    pub fn settled(&mut self, ceiling: u32) {
        self.settled += 1;
        if self.settled >= self.ramped && self.ramped < ceiling {
            self.ramped = self.ramped.saturating_mul(2).min(ceiling);
            self.settled = 0;
        }
    }

    /// A pause or a failure: from one again.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// How many may be down at once now.
    #[must_use]
    pub fn stands_at(&self, pace: Pace, ceiling: u32) -> u32 {
        match pace.ramp {
            Ramp::Double => self.ramped.min(ceiling),
            Ramp::Fixed => ceiling,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Cap, Mode};
    use alloc::vec::Vec;

    fn doubling() -> Pace {
        Pace {
            ramp: Ramp::Double,
            cap: Cap::Percent(10),
            mode: Mode::Sliding,
        }
    }

    #[test]
    fn the_limit_doubles_after_as_many_have_settled_up_to_the_ceiling() {
        let mut limit = Limit::default();
        let seen: Vec<u32> = (0..16)
            .map(|_| {
                let now = limit.stands_at(doubling(), 5);
                limit.settled(5);
                now
            })
            .collect();
        assert_eq!(seen, [1, 2, 2, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
        limit.reset();
        assert_eq!(limit.stands_at(doubling(), 5), 1);
    }

    #[test]
    fn a_cap_of_ten_per_cent_is_at_least_one() {
        assert_eq!((doubling().ceiling(6), doubling().ceiling(47)), (1, 4));
    }
}
