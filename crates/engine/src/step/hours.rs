//! Whether what is next may begin now, by windows, freezes, the earliest and the latest moment.
//!
//! Asked of whatever disturbs the cluster: a stage, a member, a level, an action. Healthy time and
//! proofs disturb nobody and go on at any time; so does what has begun.
//! Must never know: how a window is written. Stories: `tests/it/hours.rs`.

use super::begin::next_stage;
use super::halted;
use crate::calendar::hours::{Answer, Fit};
use crate::plan::{Stage, effort};
use crate::run::Run;
use crate::run::event::{Cause, Event};
use crate::time::{Ms, Now};
use alloc::vec;
use alloc::vec::Vec;

/// None: it may begin, or nothing is to begin. Else what is to be told instead, if it is news.
pub(super) fn ask(run: &Run, now: Now) -> Option<Vec<Event>> {
    let opened = || run.shut().map(|_| vec![Event::Opened { wall: now.wall }]);
    let hours = &run.policy().hours;
    if hours.is_empty() {
        return opened();
    }
    let Some(takes) = next_takes(run) else {
        return opened();
    };
    match hours.ask(now.wall, takes, run.keeps()) {
        Answer::Open { .. } => opened(),
        Answer::Shut(bar) if bar.opens.is_none() => {
            Some(vec![halted(Cause::NeverOpens { bar }, now)])
        }
        // Told once for each opening that is waited for.
        Answer::Shut(bar) if run.shut().is_some_and(|shut| shut.bar.opens == bar.opens) => {
            Some(Vec::new())
        }
        Answer::Shut(bar) => Some(vec![Event::Shut {
            bar,
            wall: now.wall,
        }]),
    }
}

/// How long what begins next takes, as far as it must fit; none: nothing begins next.
fn next_takes(run: &Run) -> Option<Ms> {
    let (_, plan) = run.plan()?;
    let known = run.known()?;
    let Some(at) = run.cursor().filter(|at| !at.done) else {
        let (hop, index) = next_stage(run, plan);
        return plan
            .hops
            .get(hop)
            .and_then(|hop| hop.stages.get(index))
            .map(|stage| match run.policy().hours.fit {
                Fit::Member => one(run, stage),
                Fit::Stage => {
                    let ceiling = run.policy().pace.ceiling(run.touched());
                    effort::of_stage(stage, one(run, stage), ceiling, run.policy(), known)
                }
            });
    };
    let stage = run.stage()?;
    let begins = match stage {
        Stage::Move(step) => {
            let soaks =
                run.flights().is_empty() && run.policy().soak > Ms(0) && run.owes_soak(&step.to);
            run.queue().next().is_some() && !soaks
        }
        Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => !at.begun,
    };
    begins.then(|| one(run, stage))
}

/// By the catalog, or as long as the slowest of this run took, where that is more.
fn one(run: &Run, stage: &Stage) -> Ms {
    match stage {
        Stage::Move(_) => effort::of_one(stage).max(run.slowest()),
        Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_) => effort::of_one(stage),
    }
}
