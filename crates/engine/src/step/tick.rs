//! What follows from where the run stands: the one place that decides what is next.
//!
//! Must never know: inputs. Stories: `tests/it/run.rs`.

use super::{begin, hours, prove, think};
use crate::names::Subject;
use crate::run::event::{Cause, End, Event};
use crate::run::wants::EXPIRY_APART_MS;
use crate::run::{Flight, Flying, Halt, Phase, Run};
use crate::time::Now;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn tick(run: &Run, now: Now) -> Vec<Event> {
    match run.phase() {
        Phase::Requested
        | Phase::Ended(_)
        | Phase::AwaitingHuman(_)
        | Phase::Pausing(_)
        | Phase::Soaking => Vec::new(),
        Phase::Paused => run
            .halt()
            .map(|halt| expiry(run, halt, now))
            .unwrap_or_default(),
        Phase::Stopping => stopped(run),
        Phase::Cancelling => cancelled(run),
        Phase::Observing => think::first(run, now),
        Phase::Barred => think::barred(run, now),
        Phase::AwaitingApproval(_) => think::approval(run),
        Phase::Rolling if run.all_stages_done() => prove::prove(run, now),
        Phase::Rolling | Phase::AwaitingWindow => {
            hours::ask(run, now).unwrap_or_else(|| begin::next(run, now))
        }
    }
}

/// What has begun finishes first. Gates are asked of the cluster: of another one they never pass.
fn cancelled(run: &Run) -> Vec<Event> {
    let stranger = run
        .halt()
        .is_some_and(|halt| matches!(halt.cause, Cause::IdentityChanged { .. }));
    let waits = |flight: &Flight| match flight.state {
        Flying::Doing => true,
        Flying::Gating => !stranger,
        Flying::Failed(_) | Flying::Unclear | Flying::Left => false,
    };
    if run.flights().values().any(waits) {
        return Vec::new();
    }
    vec![Event::Ended(End::Cancelled)]
}

/// Deeds are left at their next safe point; gates are not waited for.
fn stopped(run: &Run) -> Vec<Event> {
    // Where the mark could not be left no hand may go there: nothing is waited for.
    let acts = !run
        .halt()
        .is_some_and(|halt| matches!(halt.cause, Cause::NotClaimed { .. }));
    let doing = |flight: &Flight| flight.state == Flying::Doing;
    if acts && run.flights().values().any(doing) {
        return Vec::new();
    }
    let left = run.flights().iter().map(|(subject, flight)| {
        (
            subject.clone(),
            left_at(flight.state.clone(), flight.step.as_ref()),
        )
    });
    let left: Vec<(Subject, String)> = left.collect();
    vec![Event::Ended(End::Stopped(left))]
}

fn left_at(state: Flying, step: Option<&String>) -> String {
    match (state, step) {
        (Flying::Gating, _) => "started, not yet whole".into(),
        (Flying::Failed(failure), _) => alloc::format!("failed {}", failure.step),
        (Flying::Unclear, _) => "not known whether done".into(),
        (Flying::Doing | Flying::Left, Some(step)) => step.clone(),
        (Flying::Doing | Flying::Left, None) => "begun".into(),
    }
}

/// A pause ends by itself when its deadline was seen passed twice, an hour of boot time apart.
fn expiry(run: &Run, halt: &Halt, now: Now) -> Vec<Event> {
    if now.wall.since(halt.wall) < run.policy().pause_limit {
        return Vec::new();
    }
    match halt.expiry_seen {
        None => vec![Event::ExpirySeen { at: now.mono }],
        Some(at)
            if now
                .mono
                .since(at)
                .is_some_and(|apart| apart >= EXPIRY_APART_MS) =>
        {
            vec![Event::Ended(End::Expired)]
        }
        Some(_) => Vec::new(),
    }
}
