//! What is left of a run, played: members begin under ramp, ceiling and budgets, and take what was drawn.
//!
//! Must never know: where the times come from, or who is who. Stories: in `tests/it/forecast.rs`.

use crate::pace::Limit;
use crate::policy::{Mode, Pace};
use alloc::collections::{BTreeSet, BinaryHeap};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

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

/// Which order those who wait stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// While the limit grows.
    Least,
    /// At the ceiling.
    Longest,
}

/// How long a leg takes, ms, if each job takes what `lasts` says.
pub(super) fn leg(leg: &Leg, rules: &Rules, lasts: &[u64], mut limit: Limit) -> u64 {
    let mut at = At {
        leg,
        rules,
        lasts,
        now: 0,
        begun: vec![false; leg.jobs.len()],
        down: vec![0; rules.spare.len()],
        line: Line::Least,
        rank: vec![0; leg.jobs.len()],
        ready: BinaryHeap::new(),
        held: vec![Vec::new(); rules.spare.len()],
        zoned: BTreeSet::new(),
        flying: BinaryHeap::new(),
    };
    for (job, passed) in &leg.flying {
        at.begin(*job, lasts[*job].saturating_sub(*passed));
    }
    at.line_up(Line::Least);
    let mut canary = leg.canary;
    loop {
        let ceiling = rules.ceiling;
        let most = match canary {
            Some(_) => 1,
            None => limit.stands_at(rules.pace, ceiling),
        };
        let line = if most > 1 && most == ceiling {
            Line::Longest
        } else {
            Line::Least
        };
        at.fill(most as usize, line);
        if at.settle().is_none() {
            return at.now + leg.after;
        }
        limit.settled(ceiling);
        if let Some(soak) = canary.take_if(|_| at.flying.is_empty()) {
            at.now += soak;
        }
    }
}

struct At<'a> {
    leg: &'a Leg,
    rules: &'a Rules,
    lasts: &'a [u64],
    now: u64,
    begun: Vec<bool>,
    /// By budget: so many are down.
    down: Vec<u32>,
    line: Line,
    /// By job: its place in the order.
    rank: Vec<usize>,
    /// Jobs that wait and are not known to be held.
    ready: BinaryHeap<Reverse<(usize, usize)>>,
    /// By budget: jobs that it holds.
    held: Vec<Vec<usize>>,
    /// Of them those of a zone, by rank: whoever comes after, and is of another zone, waits for them.
    zoned: BTreeSet<(usize, usize)>,
    flying: BinaryHeap<Reverse<(u64, usize)>>,
}

impl At<'_> {
    fn begin(&mut self, job: usize, takes: u64) {
        self.begun[job] = true;
        for place in &self.leg.jobs[job].budgets {
            self.down[*place] += 1;
        }
        self.flying.push(Reverse((self.now + takes, job)));
    }

    /// Lines all up that wait.
    fn line_up(&mut self, line: Line) {
        self.line = line;
        let order = match line {
            Line::Longest => &self.leg.longest,
            Line::Least => &self.leg.least,
        };
        self.ready.clear();
        self.zoned.clear();
        self.held.iter_mut().for_each(Vec::clear);
        for (rank, job) in order.iter().enumerate() {
            self.rank[*job] = rank;
            if !self.begun[*job] {
                self.ready.push(Reverse((rank, *job)));
            }
        }
    }

    /// Begins whoever may.
    fn fill(&mut self, most: usize, line: Line) {
        if self.rules.pace.mode == Mode::Barrier && !self.flying.is_empty() {
            return;
        }
        if line != self.line {
            self.line_up(line);
        }
        while self.flying.len() < most {
            let Some(Reverse((rank, job))) = self.ready.pop() else {
                break;
            };
            let leg = self.leg;
            let zone = leg.jobs[job].zone;
            let first = self.zoned.first().copied();
            if first.is_some_and(|(before, other)| before < rank && leg.jobs[other].zone != zone) {
                self.ready.push(Reverse((rank, job)));
                break;
            }
            let passed = |place: &&usize| self.down[**place] >= self.rules.spare[**place];
            match leg.jobs[job].budgets.iter().find(passed) {
                // What a budget never lets down is waited for by the run; here it goes alone.
                Some(place) if !self.flying.is_empty() => {
                    self.held[*place].push(job);
                    if zone.is_some() {
                        self.zoned.insert((rank, job));
                    }
                }
                Some(_) | None => self.begin(job, self.lasts[job]),
            }
        }
    }

    /// The next one settles; none: nothing flies.
    fn settle(&mut self) -> Option<()> {
        let Reverse((ends, job)) = self.flying.pop()?;
        self.now = self.now.max(ends);
        for place in &self.leg.jobs[job].budgets {
            self.down[*place] -= 1;
            for freed in core::mem::take(&mut self.held[*place]) {
                let rank = self.rank[freed];
                self.zoned.remove(&(rank, freed));
                self.ready.push(Reverse((rank, freed)));
            }
        }
        Some(())
    }
}
