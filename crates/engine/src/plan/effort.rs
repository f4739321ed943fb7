//! How long a plan will roughly take, and who is likely to be down together.
//!
//! Must never know: what really happened; the run tells that. Stories: `tests/it/kafka.rs`,
//! `tests/it/together.rs`.

use super::{Move, Plan, Stage};
use crate::names::MemberId;
use crate::policy::{Policy, Ramp};
use crate::snapshot::Snapshot;
use crate::time::Ms;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

/// A level is told to the cluster and read back within this.
const RAISE_MS: u64 = 2_000;

/// One stage alone, with the healthy time wanted within it. `each`: what one member takes.
pub(crate) fn of_stage(
    stage: &Stage,
    each: Ms,
    ceiling: u32,
    policy: &Policy,
    snapshot: &Snapshot,
) -> Ms {
    match stage {
        Stage::Move(step) => {
            let rounds = batches(step, policy, snapshot, ceiling, Start::Paced).len();
            let rounds = u64::try_from(rounds).unwrap_or(u64::MAX);
            Ms(rounds.saturating_mul(each.0).saturating_add(policy.soak.0))
        }
        Stage::Raise(_) => Ms(RAISE_MS),
        Stage::Act(_) | Stage::Hold(_) => Ms(0),
    }
}

/// What begins of a stage at once: one member, a level, an action.
pub(crate) fn of_one(stage: &Stage) -> Ms {
    match stage {
        Stage::Move(step) => step.each,
        Stage::Raise(_) => Ms(RAISE_MS),
        Stage::Act(_) | Stage::Hold(_) => Ms(0),
    }
}

/// Roughly: stage by stage, batch by batch, and one soak after the first member of each hop and after
/// each stage.
pub(super) fn expected(plan: &Plan, policy: &Policy, snapshot: &Snapshot) -> Ms {
    let ceiling = plan.ceiling(policy);
    took(plan, policy, |step, start| {
        batches(step, policy, snapshot, ceiling, start).len()
    })
}

/// How the first batch of a stage begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With one alone, whose health is watched: nobody of this plan runs the release yet.
    Canary,
    /// As the pace says.
    Paced,
}

impl Start {
    /// Of a stage of a plan.
    #[must_use]
    pub fn of(plan: &Plan, hop: usize, stage: usize, policy: &Policy) -> Self {
        let to = plan.hops.get(hop).map(|hop| &hop.to);
        let landed = plan
            .stages()
            .take_while(|(h, s, _)| (*h, *s) < (hop, stage))
            .any(|(h, _, step)| step.moves() > 0 && plan.hops.get(h).map(|hop| &hop.to) == to);
        if policy.soak > Ms(0) && !landed {
            Self::Canary
        } else {
            Self::Paced
        }
    }
}

/// The same with one member after the other.
pub(super) fn one_by_one(plan: &Plan, policy: &Policy) -> Ms {
    took(plan, policy, |step, _| step.members.len())
}

fn took(plan: &Plan, policy: &Policy, rounds: impl Fn(&Move, Start) -> usize) -> Ms {
    let mut sum = 0_u64;
    let mut soaks = 0_u64;
    for (h, s, stage) in plan.stages() {
        match stage {
            Stage::Move(step) => {
                let start = Start::of(plan, h, s, policy);
                let rounds = u64::try_from(rounds(step, start)).unwrap_or(u64::MAX);
                sum = sum.saturating_add(rounds.saturating_mul(step.each.0));
                // The first of several is watched alone.
                soaks += 1 + u64::from(start == Start::Canary && step.members.len() > 1);
            }
            Stage::Raise(_) => sum = sum.saturating_add(RAISE_MS),
            Stage::Act(_) | Stage::Hold(_) => {}
        }
    }
    Ms(sum.saturating_add(soaks.saturating_mul(policy.soak.0)))
}

/// Who of a stage is likely to be down together, batch after batch, if all of a batch came back at
/// once: in the stage's order, under the pace and each budget of the snapshot, a zone begun to its
/// last member before another. `most` is the pace's ceiling. Linear in the budgets for each batch.
#[must_use]
pub fn batches(
    step: &Move,
    policy: &Policy,
    snapshot: &Snapshot,
    most: u32,
    start: Start,
) -> Vec<Vec<MemberId>> {
    let mut held_by: BTreeMap<&MemberId, Vec<usize>> = BTreeMap::new();
    for (index, budget) in snapshot.budgets.iter().enumerate() {
        for id in &budget.members {
            held_by.entry(id).or_default().push(index);
        }
    }
    let spare: Vec<usize> = snapshot
        .budgets
        .iter()
        .map(|budget| budget.members.len().saturating_sub(budget.need as usize))
        .collect();
    let most = most as usize;
    let paced = match policy.pace.ramp {
        Ramp::Double => 1,
        Ramp::Fixed => most,
    };
    let mut limit = match start {
        Start::Canary => 1,
        Start::Paced => paced,
    };
    let zone = |id: &MemberId| snapshot.members.get(id).and_then(|m| m.zone.as_deref());
    let mut waiting: VecDeque<&MemberId> = step.members.iter().collect();
    let mut all = Vec::new();
    while !waiting.is_empty() {
        let mut left = spare.clone();
        let mut held = None;
        let mut batch: Vec<MemberId> = Vec::new();
        let mut room = limit.max(1);
        waiting.retain(|id| {
            let others = held.is_some_and(|held| held != zone(id));
            if room == 0 || others {
                return true;
            }
            let budgets = held_by.get(id).map_or(&[][..], Vec::as_slice);
            let passes = budgets.iter().all(|at| left[*at] > 0);
            if !passes && !batch.is_empty() {
                held = held.or(zone(id).map(Some));
                return true;
            }
            // What some budget never lets down is waited for by the run; here it goes alone.
            room = if passes { room - 1 } else { 0 };
            for at in budgets {
                left[*at] = left[*at].saturating_sub(1);
            }
            batch.push((*id).clone());
            false
        });
        all.push(batch);
        limit = match policy.pace.ramp {
            Ramp::Double => limit.saturating_mul(2).min(most),
            Ramp::Fixed => most,
        };
    }
    all
}
