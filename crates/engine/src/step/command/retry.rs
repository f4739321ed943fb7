//! `retry SUBJECT`: the next attempt, at the same, at the old release, or with a kill allowed.
//! Stories: `tests/it/commands.rs`.

use super::{Verdict, not_now};
use crate::effect::Manner;
use crate::names::Subject;
use crate::plan;
use crate::run::command::Retry;
use crate::run::event::{Began, Event};
use crate::run::{Flight, Run};
use crate::time::Now;
use crate::version::Version;
use alloc::string::String;
use alloc::{format, vec};

pub(super) fn retry(run: &Run, subject: Subject, how: Retry, now: Now) -> Verdict {
    let Some(flight) = run.flights().get(&subject) else {
        return not_now("it is not in flight", "windlass status {cluster}");
    };
    let (to, manner) = match how {
        Retry::Again => (
            run.stage_goal().or_else(|| flight.to.clone()),
            Manner::Gentle,
        ),
        Retry::Kill => (run.stage_goal().or_else(|| flight.to.clone()), Manner::Kill),
        Retry::Old => match old(run, &subject, flight) {
            Ok(old) => (Some(old), Manner::Gentle),
            Err(why) => return not_now(why, "mend it and retry, or skip it"),
        },
    };
    let says = match (&to, how) {
        (Some(to), Retry::Old) => format!(
            "{} goes back to {to}; then the run waits for `continue`",
            run.call(&subject)
        ),
        (Some(to), Retry::Again) => format!("{} is tried again at {to}", run.call(&subject)),
        (Some(to), Retry::Kill) => format!(
            "{} is tried again at {to}; what does not end is killed",
            run.call(&subject)
        ),
        (None, _) => format!("{} is tried again", run.call(&subject)),
    };
    let mut found = flight.found.clone();
    found.extend(flight.to.clone());
    found.extend(to.clone());
    let began = Began {
        attempt: run.next_attempt(&subject),
        tries: flight.tries + 1,
        subject,
        found,
        to,
        manner,
        at: now.mono,
    };
    Verdict::Taken(says, vec![Event::Began(began)])
}

/// The release that the member ran before, where the catalog lets it come back.
fn old(run: &Run, subject: &Subject, flight: &Flight) -> Result<Version, String> {
    let none = "only a member has an old release";
    let member = match subject {
        Subject::Member(id) => id,
        Subject::Level(_) | Subject::Action(_) => return Err(none.into()),
    };
    let to = run.stage_goal().or_else(|| flight.to.clone()).ok_or(none)?;
    let old = flight
        .found
        .iter()
        .filter(|found| **found != to)
        .max()
        .ok_or("its old release is not known")?;
    let known = run.known().ok_or("the cluster was not seen yet")?;
    plan::may_return(run.catalog(), known, member, old).map(|()| old.clone())
}
