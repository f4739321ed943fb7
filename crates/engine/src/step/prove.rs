//! The end is proven, not assumed: the goal is looked for on a fresh look.
//!
//! Must never know: which deeds were done. Stories: `tests/it/run.rs`.

use crate::catalog::Moved;
use crate::names::{Component, Subject};
use crate::plan::{Goal, Plan, Stage};
use crate::run::Run;
use crate::run::event::{End, Event};
use crate::snapshot::Snapshot;
use crate::time::Now;
use crate::version::Version;
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
    let moved = known
        .members
        .values()
        .filter(|member| !left.contains(&member.id));
    for member in moved {
        if !member.health.is_healthy() {
            return Some(alloc::format!("{} is not healthy", member.name));
        }
        let mut components = member.components.iter();
        let other =
            components.find(|(name, runs)| ends_at(run, plan, name).is_some_and(|to| *runs != &to));
        if let Some((_, runs)) = other {
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
        Stage::Raise(_) | Stage::Move(_) | Stage::Act(_) | Stage::Hold(_) => None,
    })
}

/// Where a component is to end; none: it stays as it is.
fn ends_at(run: &Run, plan: &Plan, name: &Component) -> Option<Version> {
    let catalog = run.catalog();
    let facts = catalog.component(name);
    let is_main = facts.is_none_or(|facts| facts.track.is_main() && facts.moved == Moved::Here);
    match run.goal() {
        Goal::Version(_) | Goal::Back(_) if is_main => plan.hops.last().map(|hop| hop.to.clone()),
        Goal::Version(_) | Goal::Back(_) | Goal::Finalize => None,
        Goal::Of(ends) => {
            let asked = ends.get(name)?;
            let release = catalog.meant_in(&catalog.track_of(name), asked);
            Some(release.map_or_else(|| asked.clone(), |release| release.version.clone()))
        }
    }
}
