//! `skip SUBJECT`: leave it as it stands; the rest is planned and audited with it so.
//! Stories: `tests/it/commands.rs`.

use super::{Verdict, instead, not_now};
use crate::names::{MemberId, Subject};
use crate::plan;
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
    let waits = |id: &MemberId| {
        run.plan().is_some_and(|(_, plan)| plan.names(id)) && !run.moved().contains(id)
    };
    let not_begun = match subject {
        Subject::Member(id) => !run.flights().contains_key(subject) && waits(id),
        Subject::Level(_) | Subject::Action(_) => {
            !run.flights().contains_key(subject) && run.plan().is_some()
        }
    };
    match phase {
        Phase::Paused | Phase::AwaitingHuman(_) if stuck || not_begun => {}
        Phase::Paused | Phase::AwaitingHuman(_) => {
            return not_now(
                format!("{} is done or in flight", run.call(subject)),
                "windlass status {cluster} shows what waits",
            );
        }
        Phase::Requested
        | Phase::Observing
        | Phase::Barred
        | Phase::AwaitingApproval(_)
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
            "{name} is left as it stands; {} members are left to move",
            rest.touched()
        )),
        Err(refusal) => Err(format!(
            "without {name} there is no way on: {}",
            refusal.says
        )),
    }
}
