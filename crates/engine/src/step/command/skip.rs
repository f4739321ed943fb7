//! `skip SUBJECT`: leave it as it stands; the rest is planned and audited with it so.
//! Stories: `tests/it/commands.rs`.

use super::{Verdict, instead, not_now};
use crate::names::{MemberId, Subject};
use crate::plan::{self, Stage};
use crate::run::event::Event;
use crate::run::{Flying, Phase, Run};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::{format, vec};

pub(super) fn skip(run: &Run, phase: Phase, subject: &Subject, by: &str) -> Verdict {
    let stuck = run
        .flights()
        .get(subject)
        .is_some_and(|flight| matches!(flight.state, Flying::Failed(_) | Flying::Unclear));
    let not_begun = !run.flights().contains_key(subject) && waits(run, subject);
    match phase {
        Phase::Paused | Phase::AwaitingHuman(_) if stuck || not_begun => {}
        Phase::Paused | Phase::AwaitingHuman(_) => {
            return not_now(
                format!("{} is not before this run, or is done", run.call(subject)),
                "windlass status {cluster} shows what waits",
            );
        }
        Phase::Requested
        | Phase::Observing
        | Phase::Barred
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingWindow
        | Phase::Rolling
        | Phase::Soaking => {
            return not_now(
                "it can be left out only while the run is paused",
                "windlass pause {cluster}",
            );
        }
        Phase::Pausing(_) | Phase::Cancelling | Phase::Stopping | Phase::Ended(_) => {
            return not_now("something is still in flight", instead(&phase));
        }
    }
    match falls_away(run, subject) {
        Ok(says) => {
            let skipped = Event::Skipped {
                subject: subject.clone(),
                by: by.into(),
            };
            let again = Event::Replanning {
                why: format!("{} is left as it stands", run.call(subject)),
            };
            Verdict::Taken(says, vec![skipped, again])
        }
        Err(why) => not_now(why, "mend it and retry, or cancel the run"),
    }
}

/// Whether a subject is before the run: in the present stage or a later one, and not done there.
fn waits(run: &Run, subject: &Subject) -> bool {
    let Some((_, plan)) = run.plan() else {
        return false;
    };
    let at = run.cursor().map(|at| (at.hop, at.stage));
    let begun = run.cursor().is_some_and(|at| at.begun);
    plan.stages().any(|(h, s, stage)| {
        let (here, later) = (Some((h, s)) == at, at.is_none_or(|at| (h, s) > at));
        match (stage, subject) {
            (Stage::Move(step), Subject::Member(id)) => {
                (later && step.members.contains(id)) || (here && run.queue().any(|w| w == id))
            }
            (Stage::Raise(raise), Subject::Level(name)) => {
                raise.level == *name && (later || (here && !begun))
            }
            (Stage::Act(act), Subject::Action(name)) => {
                act.action == *name && (later || (here && !begun))
            }
            (Stage::Move(_) | Stage::Raise(_) | Stage::Act(_) | Stage::Hold(_), _) => false,
        }
    })
}

/// What the rest comes to without it, in words; or why there is no rest.
fn falls_away(run: &Run, subject: &Subject) -> Result<String, String> {
    let Subject::Member(id) = subject else {
        return Ok(format!("{} is left out", run.call(subject)));
    };
    let known = run.known().ok_or("the cluster was not seen yet")?;
    let left: BTreeSet<MemberId> = run.left().into_iter().chain([id.clone()]).collect();
    let name = run.call(subject);
    match plan::plan(run.catalog(), run.policy(), known, run.goal(), &left, None) {
        Ok(rest) => Ok(format!(
            "{name} is left as it stands; {} left to move",
            match rest.touched() {
                0 => "no other member is".into(),
                1 => "1 other member is".into(),
                more => format!("{more} other members are"),
            }
        )),
        Err(refusal) => Err(format!(
            "without {name} there is no way on: {}",
            refusal.says
        )),
    }
}
