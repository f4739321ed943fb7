//! The gate: one look at a member that comes back. Probes measure, the judgement is here.
//!
//! Passed when the member says itself that it runs the wanted release, is healthy, and owes nothing.
//! Time limits count time without progress, not time; time in which only its host is not to be seen, neither.
//! Must never know: what a system's health is made of. Stories: `tests/it/gate.rs`.

use super::{halted, seen};
use crate::effect::{Failure, FailureCode, Sample};
use crate::names::Subject;
use crate::run::event::{Cause, Event};
use crate::run::{Flight, Flying, Run};
use crate::snapshot::{Health, Member};
use crate::time::{Ms, Now};
use crate::version::Version;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// Progress is journaled at most so often a patience, so that a long recovery does not fill the journal.
const TOLD_A_PATIENCE: u64 = 10;

pub(super) fn sample(run: &Run, sample: &Sample, now: Now) -> Vec<Event> {
    let subject = Subject::Member(sample.member.id.clone());
    let Some(flight) = run.flights().get(&subject) else {
        return Vec::new();
    };
    if flight.attempt != sample.attempt || flight.state != Flying::Gating {
        return Vec::new();
    }
    // Another cluster answers: nothing that it says is about our member.
    if let Some(cluster) = &sample.cluster
        && let Some(halted) = seen::another(run, cluster, now)
    {
        return halted;
    }
    if let Some(failure) = &sample.gone {
        return failed(run, subject, flight, failure.clone(), now);
    }
    let Some(owed) = owed(run, sample, flight) else {
        return settled(run, sample, subject, flight, now);
    };
    let unseen = sample.unseen.as_ref();
    if let Some(why) = unseen.filter(|_| sample.member.health.is_healthy()) {
        return waits(run, subject, flight, why);
    }
    let waited = now.mono.since(flight.progressed).unwrap_or_default();
    let came_nearer = sample.member.progress > flight.progress
        && waited >= Ms(run.policy().patience.0 / TOLD_A_PATIENCE);
    // Its host was waited for, and answers again: limits count from now.
    if came_nearer || flight.step.is_some() {
        return vec![Event::Progressed {
            subject,
            progress: sample.member.progress.max(flight.progress),
            at: now.mono,
        }];
    }
    if waited <= run.policy().patience {
        return Vec::new();
    }
    let what = format!(
        "{} made no progress for {} s: {owed}",
        sample.member.name,
        waited.0 / 1_000
    );
    let failure = Failure {
        code: FailureCode::NoProgress,
        step: "coming back".into(),
        what,
        log: sample.log.clone(),
    };
    failed(run, subject, flight, failure, now)
}

/// The cluster says that the member is well, and its host, which alone tells what runs there, cannot be
/// asked: nothing is wrong with the member. Told once.
fn waits(run: &Run, subject: Subject, flight: &Flight, why: &str) -> Vec<Event> {
    if flight.step.is_some() || run.is_stopping() {
        return Vec::new();
    }
    vec![Event::NotYet {
        subject,
        attempt: flight.attempt,
        step: format!("waiting for its host: {why}"),
    }]
}

fn settled(run: &Run, sample: &Sample, subject: Subject, flight: &Flight, now: Now) -> Vec<Event> {
    let mut events = sample
        .cluster
        .as_ref()
        .map(|cluster| seen::news(run, cluster, now))
        .unwrap_or_default();
    events.push(Event::Settled {
        subject,
        attempt: flight.attempt,
        version: flight.to.clone(),
        incarnation: sample.member.incarnation.clone(),
        at: now.mono,
    });
    events
}

fn failed(run: &Run, subject: Subject, flight: &Flight, failure: Failure, now: Now) -> Vec<Event> {
    let mut events = vec![Event::Failed {
        subject: subject.clone(),
        attempt: flight.attempt,
        failure,
    }];
    if run.halt().is_none() {
        events.push(halted(Cause::Failure { subject }, now));
    }
    events
}

/// What the member still owes, in words; none: it is whole.
fn owed(run: &Run, sample: &Sample, flight: &Flight) -> Option<String> {
    let member = &sample.member;
    if let Some(first) = sample.owes.first() {
        return Some(first.clone());
    }
    match &member.health {
        Health::Healthy => release_owed(run, member, flight.to.as_ref()),
        Health::Settling(what) | Health::Down(what) | Health::Unknown(what) => Some(what.clone()),
    }
}

fn release_owed(run: &Run, member: &Member, to: Option<&Version>) -> Option<String> {
    if let Some(component) = member.unversioned.iter().next() {
        return Some(format!("the release of its {component} could not be told"));
    }
    let stage = run.moving().map(|step| &step.component);
    let along = |name| stage.is_none_or(|stage| run.catalog().moves_along(stage, name));
    let (_, other) = member
        .components
        .iter()
        .find(|(name, runs)| along(name) && to.is_some_and(|to| *runs != to))?;
    Some(format!("it says that it runs {other}"))
}
