//! The end is proven, not assumed: the goal is looked for on a fresh look.
//!
//! Must never know: which deeds were done. Stories: `tests/it/run.rs`.

use crate::names::Subject;
use crate::plan::{Goal, Stage};
use crate::run::Run;
use crate::run::event::{End, Event};
use crate::snapshot::Snapshot;
use crate::time::Now;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn prove(run: &Run, now: Now) -> Vec<Event> {
    let Some(known) = run
        .known()
        .filter(|_| run.is_fresh(now) && run.seen_since_last_change())
    else {
        return Vec::new();
    };
    if missing(run, known).is_some() {
        return Vec::new();
    }
    let left: Vec<Subject> = run.skipped().iter().cloned().collect();
    let end = if left.is_empty() {
        End::Finished
    } else {
        End::FinishedWithout(left)
    };
    vec![Event::Proven, Event::Ended(end)]
}

/// What keeps the goal from holding, in words; none: it holds.
#[must_use]
pub(crate) fn missing(run: &Run, known: &Snapshot) -> Option<String> {
    let (_, plan) = run.plan()?;
    if let Some(trouble) = known.troubles.first() {
        return Some(trouble.clone());
    }
    let left = run.left();
    let to = match run.goal() {
        Goal::Version(_) | Goal::Back(_) => plan.hops.last().map(|hop| &hop.to),
        Goal::Finalize => None,
    };
    let moved = known
        .members
        .values()
        .filter(|member| !left.contains(&member.id));
    for member in moved {
        if !member.health.is_healthy() {
            return Some(alloc::format!("{} is not healthy", member.name));
        }
        let other = member
            .components
            .values()
            .find(|runs| to.is_some_and(|to| *runs != to));
        if let Some(runs) = other {
            return Some(alloc::format!("{} runs {runs}", member.name));
        }
    }
    plan.stages().find_map(|(_, _, stage)| match stage {
        Stage::Raise(raise) if !run.skipped().contains(&Subject::Level(raise.level.clone())) => {
            let at = known
                .levels
                .get(&raise.level)
                .map_or(0, |level| level.finalized);
            (at < raise.to).then(|| alloc::format!("level {} is at {at}", raise.level))
        }
        Stage::Raise(_) | Stage::Move(_) | Stage::Act(_) => None,
    })
}
