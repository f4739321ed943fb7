//! When a run will be done: the middle of what is possible, and the bounds that four of five keep.
//!
//! Worlds are drawn that fit what is known of members' times (`lessons`), what is left is played in each
//! under the run's own ramp, ceiling and budgets (`play`), and the quantiles of the ends are told. Waits
//! for humans and windows, and failures that need a human, are not foretold.
//! Must never know: clocks, terminals. Stories: `tests/it/forecast.rs`; the figures `eta-25`, `eta-75` and
//! `eta-coverage` hold it to its word.

mod course;
mod fixed;
mod lessons;
mod play;

pub use lessons::{Basis, Lessons};

use crate::pace::Limit;
use crate::plan::Plan;
use crate::plan::order::Times;
use crate::policy::Policy;
use crate::run::Run;
use crate::snapshot::Snapshot;
use crate::time::{Ms, Now};
use alloc::vec::Vec;
use course::Course;
use fixed::{Draws, exp2, log2};

/// Worlds that are drawn at most: the bounds then hold to three parts in a hundred.
const WORLDS_MOST: usize = 200;
/// Worlds that are drawn at least: so few, where thousands of members even each other out.
const WORLDS_LEAST: usize = 24;
/// Members drawn in all, so that `status` answers in a hundredth of a second.
const MEMBERS_DRAWN: usize = 100_000;
/// Of a hundred worlds so many end before the lower bound, and as many after the upper one.
const OUTSIDE_PERCENT: usize = 10;
/// Where draws begin: always the same, so that the same run is told the same.
const SEED: u64 = 0x5749_4E44;

/// What a forecast rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds {
    /// Members that move in what is left, in flight ones counted.
    pub members: usize,
    /// Of them those of which it is known what they took before.
    pub known: usize,
    /// Members of this run that have settled: they say how all are.
    pub settled: u32,
}

impl Grounds {
    /// What is still to be learned, in words; none: this run or runs of before have taught enough.
    #[must_use]
    pub fn lacks(&self) -> Option<&'static str> {
        (self.settled == 0 && self.known == 0)
            .then_some("by the catalog's times: none of its members has been measured yet")
    }
}

/// Time that is left, without waits for humans and windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// As likely longer as shorter.
    pub about: Ms,
    /// One in ten is done before.
    pub low: Ms,
    /// One in ten takes longer.
    pub high: Ms,
    /// What it rests on.
    pub grounds: Grounds,
}

/// What is left of a run that moves by itself; none where it does not (it waits for a human, a window, a
/// plan, or has ended). `now` is compared with marks of the run: on another boot than its carrier's what is
/// in flight counts as just begun. Cost: about 100,000 draws at most.
#[must_use]
pub fn forecast(run: &Run, now: Now) -> Option<Forecast> {
    Some(ends(&Course::of_run(run, now)?))
}

/// The whole of a plan before it begins. `times`: what members took in runs of before, where known.
#[must_use]
pub fn of_plan(plan: &Plan, policy: &Policy, snapshot: &Snapshot, times: &Times) -> Forecast {
    ends(&Course::of_plan(plan, policy, snapshot, times))
}

fn ends(course: &Course) -> Forecast {
    let members: usize = course.legs.iter().map(|leg| leg.jobs.len()).sum();
    let worlds = (MEMBERS_DRAWN / members.max(1)).clamp(WORLDS_LEAST, WORLDS_MOST);
    let mut draws = Draws::new(SEED);
    let mut ends: Vec<u64> = (0..worlds).map(|_| one(course, &mut draws)).collect();
    ends.sort_unstable();
    Forecast {
        about: quantile(&ends, 50),
        low: quantile(&ends, OUTSIDE_PERCENT),
        high: quantile(&ends, 100 - OUTSIDE_PERCENT),
        grounds: course.grounds.clone(),
    }
}

/// Below it lies that share of all worlds that could be, as far as those that were drawn tell: of few, the
/// ends that stand at the share of one more than their number, and between two what lies between them.
fn quantile(sorted: &[u64], percent: usize) -> Ms {
    let place = (sorted.len() + 1) * percent;
    let (below, part) = (place / 100, (place % 100) as u64);
    let at = |number: usize| sorted[number.clamp(1, sorted.len()) - 1];
    let (low, high) = (at(below), at(below + 1));
    Ms(low + (high - low) * part / 100)
}

/// When one world ends, ms from now.
fn one(course: &Course, draws: &mut Draws) -> u64 {
    let worlds: Vec<_> = course
        .beliefs
        .iter()
        .map(|belief| belief.draw(draws))
        .collect();
    let mut limit = course.limit;
    let mut sum = course.before;
    for (leg, expects) in course.legs.iter().zip(&course.expects) {
        let mut lasts: Vec<u64> = Vec::with_capacity(expects.len());
        for (kind, expected) in expects {
            lasts.push(exp2(worlds[*kind].member(*expected, draws)));
        }
        for (job, passed) in &leg.flying {
            let (kind, expected) = expects[*job];
            lasts[*job] = exp2(worlds[kind].flying(expected, log2(*passed), draws));
        }
        sum += play::leg(leg, &course.rules, &lasts, limit);
        // The next stage begins from one again.
        limit = Limit::default();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_few_worlds_as_many_ends_lie_between_the_bounds_as_of_many() {
        let ends: Vec<u64> = (1..=24).map(|n| n * 100).collect();
        assert_eq!(quantile(&ends, 10), Ms(250));
        assert_eq!(quantile(&ends, 50), Ms(1_250));
        assert_eq!(quantile(&ends, 90), Ms(2_250));
        assert_eq!(quantile(&[7], 10), Ms(7));
        assert_eq!(quantile(&[7, 9], 90), Ms(9));
    }
}
