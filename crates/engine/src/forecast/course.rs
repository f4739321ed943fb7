//! What is left of a run or a plan, as numbers: who moves in which stage, and what is expected of each.
//!
//! Must never know: what was drawn. Stories: `tests/it/forecast.rs`.

use super::Grounds;
use super::fixed::log2;
use super::lessons::{Basis, Belief, Lessons, beyond};
use super::play::{Job, Leg, Rules};
use crate::budget::Index;
use crate::names::{Component, MemberId, Subject};
use crate::pace::Limit;
use crate::plan::order::{Favour, Times, order_for};
use crate::plan::{Move, Plan, Stage, effort};
use crate::policy::{Mode, Policy};
use crate::run::{Phase, Run};
use crate::snapshot::Snapshot;
use crate::time::{Ms, Now};
use crate::version::Version;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

/// A member's time before it: the kind that it belongs to, and the logarithm of what is expected.
pub(super) type Expects = (usize, i64);

/// What is left.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) legs: Vec<Leg>,
    /// By leg and job.
    pub(super) expects: Vec<Vec<Expects>>,
    /// By kind: members of a component of which the same is known.
    pub(super) beliefs: Vec<Belief>,
    pub(super) rules: Rules,
    pub(super) limit: Limit,
    /// Healthy time that is waited for now, ms.
    pub(super) before: u64,
    pub(super) grounds: Grounds,
}

impl Course {
    pub(super) fn of_run(run: &Run, now: Now) -> Option<Self> {
        match run.phase() {
            Phase::Rolling | Phase::Soaking => {}
            Phase::Requested
            | Phase::Observing
            | Phase::Barred
            | Phase::AwaitingApproval(_)
            | Phase::AwaitingHuman(_)
            | Phase::AwaitingWindow
            | Phase::Pausing(_)
            | Phase::Paused
            | Phase::Cancelling
            | Phase::Stopping
            | Phase::Ended(_) => return None,
        }
        let (_, plan) = run.plan()?;
        let known = run.known()?;
        let mut course = Charting::new(run.policy(), known, run.times(), run.budgets());
        course.rules.ceiling = run.ceiling();
        let at = run.cursor();
        for (hop, index, stage) in plan.stages() {
            let here = at.is_some_and(|at| (at.hop, at.stage) == (hop, index));
            let gone = at.is_some_and(|at| (hop, index) < (at.hop, at.stage));
            if gone || here && at.is_some_and(|at| at.done) {
                if let Stage::Move(step) = stage {
                    course.soaked.insert(step.to.clone());
                }
                continue;
            }
            if !here {
                course.stage(stage, |id| {
                    !run.skipped().contains(&Subject::Member(id.clone()))
                });
                continue;
            }
            if let Stage::Move(step) = stage {
                if !run.owes_canary(&step.to) {
                    course.soaked.insert(step.to.clone());
                }
                let waiting: Vec<MemberId> = run.queue().cloned().collect();
                let flying = run.flights().iter().filter_map(|(subject, flight)| {
                    let passed = now.mono.since(flight.began).unwrap_or_default();
                    match subject {
                        Subject::Member(id) => Some((id.clone(), passed)),
                        Subject::Level(_) | Subject::Action(_) => None,
                    }
                });
                course.moving(step, waiting, flying.collect());
            } else {
                course.stage(stage, |_| true);
            }
        }
        let before = run
            .soak()
            .map_or(0, |soak| soak.need.0.saturating_sub(soak.have.0));
        Some(course.done(run.lessons(), *run.ramp(), before))
    }

    pub(super) fn of_plan(
        plan: &Plan,
        policy: &Policy,
        snapshot: &Snapshot,
        times: &Times,
    ) -> Self {
        let index = Index::of(&snapshot.budgets);
        let mut course = Charting::new(policy, snapshot, times, &index);
        course.rules.ceiling = plan.ceiling(policy);
        for (_, _, stage) in plan.stages() {
            course.stage(stage, |_| true);
        }
        course.done(&Lessons::default(), Limit::default(), 0)
    }
}

/// A course while it is written down.
struct Charting<'a> {
    policy: &'a Policy,
    snapshot: &'a Snapshot,
    times: &'a Times,
    index: &'a Index,
    legs: Vec<Leg>,
    expects: Vec<Vec<Expects>>,
    kinds: BTreeMap<(Component, Basis), usize>,
    /// By kind: those in flight, what has passed and what is expected, as logarithms.
    flying: BTreeMap<usize, Vec<(i64, i64)>>,
    rules: Rules,
    soaked: BTreeSet<Version>,
    known: usize,
}

impl<'a> Charting<'a> {
    fn new(policy: &'a Policy, snapshot: &'a Snapshot, times: &'a Times, index: &'a Index) -> Self {
        Self {
            policy,
            snapshot,
            times,
            index,
            legs: Vec::new(),
            expects: Vec::new(),
            kinds: BTreeMap::new(),
            flying: BTreeMap::new(),
            rules: Rules {
                pace: policy.pace,
                ceiling: 1,
                spare: (0..snapshot.budgets.len())
                    .map(|at| index.spare(at))
                    .collect(),
            },
            soaked: BTreeSet::new(),
            known: 0,
        }
    }

    /// A stage that has not begun.
    fn stage(&mut self, stage: &Stage, moves: impl Fn(&MemberId) -> bool) {
        if let Stage::Move(step) = stage {
            let waiting = step.members.iter().filter(|id| moves(id)).cloned();
            self.moving(step, waiting.collect(), Vec::new());
        } else {
            self.leg(Leg {
                after: effort::of_one(stage).0,
                ..Leg::default()
            });
        }
    }

    fn leg(&mut self, leg: Leg) {
        self.legs.push(leg);
        if self.expects.len() < self.legs.len() {
            self.expects.push(Vec::new());
        }
    }

    fn moving(&mut self, step: &Move, waiting: Vec<MemberId>, flying: Vec<(MemberId, Ms)>) {
        let mut expects = Vec::with_capacity(waiting.len() + flying.len());
        let mut leg = Leg::default();
        let mut zones: BTreeMap<&str, usize> = BTreeMap::new();
        let mut places: BTreeMap<&MemberId, usize> = BTreeMap::new();
        for id in flying.iter().map(|(id, _)| id).chain(&waiting) {
            let zone = self
                .snapshot
                .members
                .get(id)
                .and_then(|m| m.zone.as_deref());
            let next = zones.len();
            places.insert(id, leg.jobs.len());
            leg.jobs.push(Job {
                budgets: self.index.places(id).to_vec(),
                zone: zone.map(|zone| *zones.entry(zone).or_insert(next)),
            });
            expects.push(self.expected(step, id));
        }
        for (id, passed) in &flying {
            let job = places[id];
            leg.flying.push((job, passed.0));
            let (kind, expected) = expects[job];
            let all = self.flying.entry(kind).or_default();
            all.push((log2(passed.0), expected));
        }
        let ordered = |favour| -> Vec<usize> {
            let order = order_for(step, &waiting, self.snapshot, favour);
            order.iter().map(|id| places[id]).collect()
        };
        leg.least = ordered(Favour::Least(self.times));
        leg.longest = ordered(Favour::Longest(self.times, self.index));
        let soak = self.policy.soak;
        if soak > Ms(0) {
            let alone = leg.jobs.len() > 1 && !self.soaked.contains(&step.to);
            leg.canary = alone.then_some(soak.0);
            leg.after = soak.0;
            self.soaked.insert(step.to.clone());
        }
        self.expects.push(expects);
        self.leg(leg);
    }

    fn expected(&mut self, step: &Move, id: &MemberId) -> Expects {
        let own = self.times.get(id);
        let basis = own.map_or(Basis::Catalog, |_| Basis::Own);
        self.known += usize::from(own.is_some());
        let next = self.kinds.len();
        let kind = self.kinds.entry((step.component.clone(), basis));
        (
            *kind.or_insert(next),
            log2(own.copied().unwrap_or(step.each).0),
        )
    }

    fn done(self, lessons: &Lessons, limit: Limit, before: u64) -> Course {
        let mut beliefs: Vec<(usize, Belief)> = Vec::new();
        let mut settled = 0;
        for ((component, basis), kind) in &self.kinds {
            let flying = self.flying.get(kind).into_iter().flatten().copied();
            let far = beyond(flying);
            beliefs.push((*kind, lessons.belief(component, *basis, &far)));
            settled = settled.max(lessons.heard(component));
        }
        beliefs.sort_by_key(|(kind, _)| *kind);
        let mut rules = self.rules;
        // A limit of one has nothing to wait for but that one.
        if rules.ceiling == 1 {
            rules.pace.mode = Mode::Sliding;
        }
        Course {
            grounds: Grounds {
                members: self.legs.iter().map(|leg| leg.jobs.len()).sum(),
                known: self.known,
                settled,
            },
            legs: self.legs,
            expects: self.expects,
            beliefs: beliefs.into_iter().map(|(_, belief)| belief).collect(),
            rules,
            limit,
            before,
        }
    }
}
