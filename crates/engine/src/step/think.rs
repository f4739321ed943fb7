//! Plan, check, and ask for approval; and plan again after drift, a pause or another goal.
//!
//! The second judge looks at each plan made here. A successor is taken silently only if it asks
//! nothing of the cluster that its parent did not.
//! Must never know: the search. Stories: `tests/it/run.rs`, `tests/it/drift.rs`.

use super::halted;
use crate::audit;
use crate::check::{self, Finding};
use crate::names::MemberId;
use crate::plan::{self, Plan, Stage};
use crate::refusal::{Because, Code, FactRef, Proof, Refusal};
use crate::run::event::{Approval, Approver, Cause, End, Event};
use crate::run::{Run, SILENT_SUCCESSORS};
use crate::snapshot::Snapshot;
use crate::time::Now;
use alloc::collections::BTreeSet;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

/// The first plan, or the next after doubt; nothing before a fresh look.
pub(super) fn first(run: &Run, now: Now) -> Vec<Event> {
    let Some(known) = run.known().filter(|_| run.is_fresh(now)) else {
        return Vec::new();
    };
    let parent = run.plan().map(|(name, _)| *name);
    match make(run, known, parent) {
        Ok(plan) => planned(run, known, plan, now),
        // What cannot be seen now is waited for: a member that is down comes back, a host answers again.
        Err(refusal) if run.plan().is_some() && refusal.code == Code::Gap => Vec::new(),
        Err(refusal) if run.plan().is_some() => vec![halted(Cause::NoWayOn(refusal), now)],
        Err(refusal) => refused(run, known, refusal, now),
    }
}

/// Without a plan the findings are told all the same: a gap or a silent cluster is why there is none.
fn refused(run: &Run, known: &Snapshot, refusal: Refusal, now: Now) -> Vec<Event> {
    let judged = Event::Judged {
        findings: findings(run, known, None, now),
        at: now.mono,
    };
    vec![judged, Event::Refused(refusal), Event::Ended(End::Refused)]
}

fn make(run: &Run, known: &Snapshot, parent: Option<crate::hash::Hash>) -> Result<Plan, Refusal> {
    let left = run.left();
    let plan = plan::plan(
        run.catalog(),
        run.policy(),
        known,
        run.goal(),
        &left,
        parent,
    )?;
    by_windlass(&plan)?;
    let objections = audit::audit(&plan, run.catalog(), run.policy(), known, &left);
    if objections.is_empty() {
        return Ok(plan);
    }
    Err(Refusal {
        opens: Vec::new(),
        opener: Proof::Plain,
        proof: Proof::Plain,
        code: Code::Objection,
        says: "the second judge does not agree with the plan".into(),
        because: objections
            .iter()
            .map(|o| Because::seen(o.to_string(), Vec::new()))
            .collect(),
        hints: vec!["this is a defect of windlass: please report it with `windlass replay`".into()],
    })
}

/// # Errors
/// [`Code::ByHand`] where humans have to do a step: such a plan can be shown, no run takes it.
fn by_windlass(plan: &Plan) -> Result<(), Refusal> {
    let held: Vec<Because> = plan
        .stages()
        .filter_map(|(_, _, stage)| match stage {
            Stage::Hold(hold) => Some(Because::stands(
                alloc::format!("{} to {}: {}", hold.level, hold.named, hold.title),
                &hold.source,
                alloc::vec![FactRef::Level {
                    level: hold.level.clone(),
                }],
            )),
            Stage::Act(act) => act.by_hand.as_ref().map(|proof| {
                let name = proof.clone();
                Because::seen(
                    alloc::format!("{}: {}; {proof} says that it is done", act.action, act.what),
                    alloc::vec![FactRef::Said { name }],
                )
            }),
            Stage::Move(_) | Stage::Raise(_) => None,
        })
        .collect();
    if held.is_empty() {
        return Ok(());
    }
    Err(Refusal {
        opens: Vec::new(),
        opener: Proof::Plain,
        proof: Proof::Plain,
        code: Code::ByHand,
        says: "the way has steps that humans do, which no run takes".into(),
        because: held,
        hints: vec![
            "follow the plan by hand up to the last of them, then upgrade from there".into(),
        ],
    })
}

fn planned(run: &Run, known: &Snapshot, plan: Plan, now: Now) -> Vec<Event> {
    if let Some((_, parent)) = run.plan()
        && plan.goal == parent.goal
        && same_work(run, parent, &plan)
    {
        return vec![Event::PlanKept];
    }
    let judged = Event::Judged {
        findings: findings(run, known, Some(&plan), now),
        at: now.mono,
    };
    let plan = Arc::new(plan);
    let silent = run.plan().is_some_and(|(name, parent)| {
        run.approved() == Some(name)
            && run.silent() < SILENT_SUCCESSORS
            && asks_nothing_new(parent, &plan)
    });
    let mut events = vec![judged, Event::Planned(plan.clone())];
    if silent {
        events.push(Event::Approved {
            plan: plan::name(&plan),
            by: Approver::Nobody("the successor asks nothing new".into()),
        });
    }
    events
}

/// What is left of the parent is what the child does.
fn same_work(run: &Run, parent: &Plan, child: &Plan) -> bool {
    let at = run.cursor().map(|at| (at.hop, at.stage));
    let waiting: BTreeSet<&MemberId> = run.queue().collect();
    let done = |id: &MemberId, h: usize, s: usize| Some((h, s)) == at && !waiting.contains(id);
    let left = parent
        .stages()
        .filter(|(h, s, _)| at.is_none_or(|at| (*h, *s) >= at));
    let work = |h: usize, s: usize, stage: &Stage| match stage {
        Stage::Move(step) => {
            let members: BTreeSet<MemberId> = step
                .members
                .iter()
                .filter(|id| !done(id, h, s))
                .cloned()
                .collect();
            (!members.is_empty()).then(|| (step.to.to_string(), members))
        }
        // A level that was raised already is in no successor.
        Stage::Raise(_) if Some((h, s)) == at && run.cursor().is_some_and(|at| at.begun) => None,
        Stage::Raise(raise) => Some((
            alloc::format!("{} {}", raise.level, raise.to),
            BTreeSet::new(),
        )),
        Stage::Act(_) | Stage::Hold(_) => None,
    };
    let ours: Vec<_> = left.filter_map(|(h, s, stage)| work(h, s, stage)).collect();
    let theirs: Vec<_> = child
        .stages()
        .filter_map(|(_, _, stage)| work(usize::MAX, usize::MAX, stage))
        .collect();
    ours == theirs
}

/// A successor that adds no hop, hazard or earlier point of no return, and begins no member that its
/// parent did not name.
fn asks_nothing_new(parent: &Plan, child: &Plan) -> bool {
    let members = |plan: &Plan| -> BTreeSet<MemberId> {
        plan.stages()
            .filter_map(|(_, _, stage)| moves(stage))
            .flatten()
            .cloned()
            .collect()
    };
    let raises = |plan: &Plan| -> BTreeSet<_> {
        plan.stages()
            .filter_map(|(_, _, stage)| match stage {
                Stage::Raise(raise) => Some((raise.level.clone(), raise.to)),
                Stage::Move(_) | Stage::Act(_) | Stage::Hold(_) => None,
            })
            .collect()
    };
    // The release after whose software the way back ends.
    let no_return = |plan: &Plan| {
        let (hop, _) = plan.point_of_no_return()?;
        plan.hops.get(hop).map(|hop| hop.to.clone())
    };
    let not_earlier = no_return(child)
        .is_none_or(|child| no_return(parent).is_some_and(|parent| child >= parent));
    let hops =
        |plan: &Plan| -> BTreeSet<_> { plan.hops.iter().map(|hop| hop.to.clone()).collect() };
    child.goal == parent.goal
        && hops(child).is_subset(&hops(parent))
        && members(child).is_subset(&members(parent))
        && raises(child).is_subset(&raises(parent))
        && not_earlier
        && child
            .hazards
            .iter()
            .all(|hazard| parent.hazards.contains(hazard))
}

fn moves(stage: &Stage) -> Option<&[MemberId]> {
    match stage {
        Stage::Move(step) => Some(&step.members),
        Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => None,
    }
}

/// All checks, asked of what is known.
pub(super) fn findings(run: &Run, known: &Snapshot, plan: Option<&Plan>, now: Now) -> Vec<Finding> {
    check::judge(
        run.catalog(),
        &run.policy().checks,
        known,
        plan,
        run.waivers(),
        now.wall,
    )
}

/// A human mends what bars: the checks are asked again at each look, and told where they differ.
pub(super) fn barred(run: &Run, now: Now) -> Vec<Event> {
    run.known()
        .map(|known| again(run, known, now))
        .unwrap_or_default()
}

/// The checks once more; nothing where the same findings bar.
pub(super) fn again(run: &Run, known: &Snapshot, now: Now) -> Vec<Event> {
    let plan = run.plan().map(|(_, plan)| plan);
    let findings = findings(run, known, plan, now);
    let bar = |all: &[Finding]| -> Vec<_> {
        all.iter()
            .filter(|f| f.bars())
            .map(|f| (f.check.clone(), f.verdict.clone(), f.seen.clone()))
            .collect()
    };
    if bar(&findings) == bar(run.findings()) {
        Vec::new()
    } else {
        vec![Event::Judged {
            findings,
            at: now.mono,
        }]
    }
}

/// The plan stands and nothing bars it: approved in advance, or a human is waited for.
pub(super) fn approval(run: &Run) -> Vec<Event> {
    let Some((name, plan)) = run.plan() else {
        return Vec::new();
    };
    // Nothing to do needs nobody's word: it only has to be proven.
    if plan.is_empty() {
        return vec![Event::Approved {
            plan: *name,
            by: Approver::Nobody("there is nothing to do".into()),
        }];
    }
    match run.request().approval {
        Approval::Asked => Vec::new(),
        // What was approved in advance is the first plan, not whatever drift makes of it.
        Approval::InAdvance | Approval::Of(_) if run.approved().is_some() => Vec::new(),
        Approval::Of(read) if read != *name => Vec::new(),
        Approval::InAdvance | Approval::Of(_) => vec![Event::Approved {
            plan: *name,
            by: Approver::Human(run.request().by.clone()),
        }],
    }
}
