//! What is left of a run, played: members begin under ramp, ceiling and budgets, and take what was drawn.
//!
//! Must never know: where the times come from, or who is who. Stories: in `tests/it/forecast.rs`.

use crate::pace::Limit;
use crate::policy::{Mode, Pace};
use alloc::collections::BinaryHeap;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// So far past members that budgets hold the next one is sought: a forecast need not find the last.
const LOOK_PAST: usize = 64;

/// One member that moves in a stage.
#[derive(Clone, Debug)]
pub(super) struct Job {
    /// Places of its budgets.
    pub(super) budgets: Vec<usize>,
    /// Whoever it belongs with; none: nobody.
    pub(super) zone: Option<usize>,
}

/// What is left of one stage.
#[derive(Clone, Debug, Default)]
pub(super) struct Leg {
    pub(super) jobs: Vec<Job>,
    /// Jobs in flight, each with what has passed, ms.
    pub(super) flying: Vec<(usize, u64)>,
    /// Jobs that wait, in order while the limit grows.
    pub(super) least: Vec<usize>,
    /// The same, in order at the ceiling.
    pub(super) longest: Vec<usize>,
    /// Healthy time after the first, which goes alone, ms.
    pub(super) canary: Option<u64>,
    /// What comes after the last: a level, healthy time, ms.
    pub(super) after: u64,
}

/// What bounds how many are down.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) pace: Pace,
    pub(super) ceiling: u32,
    /// By budget: so many may be down at once.
    pub(super) spare: Vec<u32>,
}

/// How long a leg takes, ms, if each job takes what `lasts` says, and the limit that is left after it.
pub(super) fn leg(leg: &Leg, rules: &Rules, lasts: &[u64], mut limit: Limit) -> (u64, Limit) {
    let mut at = At {
        leg,
        rules,
        begun: vec![false; leg.jobs.len()],
        down: vec![0; rules.spare.len()],
        waiting: leg.least.len(),
        first: [0, 0],
        heap: BinaryHeap::new(),
        now: 0,
        lasts,
    };
    for (job, passed) in &leg.flying {
        at.begin(*job, lasts[*job].saturating_sub(*passed));
    }
    let mut canary = leg.canary;
    loop {
        let ceiling = rules.ceiling;
        let most = match canary {
            Some(_) => 1,
            None => limit.stands_at(rules.pace, ceiling),
        };
        at.fill(most as usize, most > 1 && most == ceiling);
        let Some(Reverse((ends, job))) = at.heap.pop() else {
            return (at.now + leg.after, limit);
        };
        at.now = at.now.max(ends);
        for place in &leg.jobs[job].budgets {
            at.down[*place] -= 1;
        }
        limit.settled(ceiling);
        if let Some(soak) = canary.take_if(|_| at.heap.is_empty()) {
            at.now += soak;
        }
    }
}

struct At<'a> {
    leg: &'a Leg,
    rules: &'a Rules,
    begun: Vec<bool>,
    down: Vec<u32>,
    waiting: usize,
    /// Where in each order the first lies that has not begun.
    first: [usize; 2],
    heap: BinaryHeap<Reverse<(u64, usize)>>,
    now: u64,
    lasts: &'a [u64],
}

impl At<'_> {
    fn begin(&mut self, job: usize, takes: u64) {
        self.begun[job] = true;
        for place in &self.leg.jobs[job].budgets {
            self.down[*place] += 1;
        }
        self.heap.push(Reverse((self.now + takes, job)));
    }

    /// Begins whoever may.
    fn fill(&mut self, most: usize, full: bool) {
        if self.rules.pace.mode == Mode::Barrier && !self.heap.is_empty() {
            return;
        }
        let (leg, which) = (self.leg, usize::from(full));
        let order = if full { &leg.longest } else { &leg.least };
        while self.first[which] < order.len() && self.begun[order[self.first[which]]] {
            self.first[which] += 1;
        }
        let (mut looked, mut held) = (0, None);
        for job in order.iter().skip(self.first[which]).copied() {
            if self.heap.len() >= most || self.waiting == 0 || looked > LOOK_PAST {
                break;
            }
            let zone = leg.jobs[job].zone;
            if self.begun[job] || held.is_some_and(|held| held != zone) {
                continue;
            }
            let spare = |place: &usize| self.down[*place] < self.rules.spare[*place];
            // What a budget never lets down is waited for by the run; here it goes alone.
            if leg.jobs[job].budgets.iter().all(spare) || self.heap.is_empty() {
                self.waiting -= 1;
                self.begin(job, self.lasts[job]);
            } else {
                looked += 1;
                held = held.or(zone.map(Some));
            }
        }
    }
}
