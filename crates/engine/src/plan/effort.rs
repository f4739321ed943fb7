//! How long a plan will roughly take.
//!
//! Must never know: what really happened; the run tells that. Stories: `tests/it/kafka.rs`.

use super::{Move, Plan, Stage};
use crate::policy::{Policy, Ramp};
use crate::snapshot::Snapshot;
use crate::time::Ms;

/// A level is told to the cluster and read back within this.
const RAISE_MS: u64 = 2_000;

/// One stage alone, with the healthy time wanted within it. `each`: what one member takes.
pub(crate) fn of_stage(stage: &Stage, each: Ms, ceiling: u32, policy: &Policy) -> Ms {
    match stage {
        Stage::Move(step) => {
            let rounds = rounds(policy, u64::from(ceiling), step.members.len());
            Ms(rounds.saturating_mul(each.0).saturating_add(policy.soak.0))
        }
        Stage::Raise(_) => Ms(RAISE_MS),
        Stage::Act(_) => Ms(0),
    }
}

/// What begins of a stage at once: one member, a level, an action.
pub(crate) fn of_one(stage: &Stage) -> Ms {
    match stage {
        Stage::Move(step) => step.each,
        Stage::Raise(_) => Ms(RAISE_MS),
        Stage::Act(_) => Ms(0),
    }
}

/// Roughly: stage by stage, so many at once as pace and budgets seem to allow, and one soak after the
/// first member of each hop and after each stage but the last.
pub(super) fn expected(plan: &Plan, policy: &Policy, snapshot: &Snapshot) -> Ms {
    let cap = u64::from(plan.ceiling(policy));
    let mut sum = 0_u64;
    let mut soaks = 0_u64;
    for (_, _, stage) in plan.stages() {
        match stage {
            Stage::Move(step) => {
                let rounds = rounds(policy, cap.min(room(step, snapshot)), step.members.len());
                sum = sum.saturating_add(rounds.saturating_mul(step.each.0));
                soaks += 1;
            }
            Stage::Raise(_) => sum = sum.saturating_add(RAISE_MS),
            Stage::Act(_) => {}
        }
    }
    let hops = plan.hops.iter();
    let landings = hops.filter(|hop| hop.stages.iter().any(|s| s.moves() > 0));
    let firsts = u64::try_from(landings.count()).unwrap_or(u64::MAX);
    let soaks = (soaks + firsts).saturating_sub(1);
    Ms(sum.saturating_add(soaks.saturating_mul(policy.soak.0)))
}

/// How many of a stage's members a budget that covers all of them lets down at once.
fn room(step: &Move, snapshot: &Snapshot) -> u64 {
    snapshot
        .budgets
        .iter()
        .filter(|budget| budget.members.len() >= step.members.len())
        .filter(|budget| step.members.iter().all(|id| budget.members.contains(id)))
        .map(|budget| {
            let members = u64::try_from(budget.members.len()).unwrap_or(u64::MAX);
            members.saturating_sub(u64::from(budget.need)).max(1)
        })
        .min()
        .unwrap_or(u64::MAX)
}

/// How often the time of one member passes until so many are done.
fn rounds(policy: &Policy, cap: u64, members: usize) -> u64 {
    let mut owed = u64::try_from(members).unwrap_or(u64::MAX);
    let mut limit = match policy.pace.ramp {
        Ramp::Double => 1,
        Ramp::Fixed => cap,
    };
    let mut rounds = 0;
    while owed > 0 {
        owed = owed.saturating_sub(limit.max(1));
        limit = limit.saturating_mul(2).min(cap);
        rounds += 1;
    }
    rounds
}
