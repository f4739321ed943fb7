//! The whole cluster was looked at: what of it is news, and whether somebody else acts.
//!
//! Drift is judged here: a role, a membership or a version that differs from the fold and is not
//! explained by something in flight. Leadership never is drift; unreachable is a gap, never drift;
//! another identity is never drift but the end of all acting.
//! Must never know: how it was seen. Stories: `tests/it/drift.rs`.

use super::halted;
use crate::names::{MemberId, Subject};
use crate::run::event::{Cause, Event};
use crate::run::observation::Observation;
use crate::run::{FRESH_MS, Phase, Run};
use crate::snapshot::{Member, Snapshot};
use crate::step::soak;
use crate::time::{Ms, Now};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) fn seen(run: &Run, snapshot: &Snapshot, now: Now) -> Vec<Event> {
    let mut events = news(run, snapshot, now);
    events.extend(soak::looked(run, snapshot, now));
    events
}

/// What of a snapshot goes into the journal: differences, and what follows from them.
pub(super) fn news(run: &Run, snapshot: &Snapshot, now: Now) -> Vec<Event> {
    if let Some(stranger) = stranger(run, snapshot) {
        return if run.halt().is_some_and(|halt| halt.cause == stranger) {
            Vec::new()
        } else {
            alloc::vec![halted(stranger, now)]
        };
    }
    let difference = Observation::between(run.known(), snapshot, now.mono);
    let mut events = Vec::new();
    if !difference.is_empty() || ages(run, now) {
        events.push(Event::Observed(difference));
    }
    if run.halt().is_some() || run.plan().is_none() {
        return events;
    }
    match drift(run, snapshot) {
        Some(Drift::Acted(what)) if begun(run) => {
            events.push(halted(Cause::SomeoneElseActs { what }, now))
        }
        Some(Drift::Acted(why) | Drift::Membership(why)) => events.push(Event::Replanning { why }),
        None => {}
    }
    events
}

/// A look that brings no news is still told when the last one grows old and something is about to be
/// decided: what is decided is decided on something that was seen.
fn ages(run: &Run, now: Now) -> bool {
    let half = Ms(FRESH_MS.0 / 2);
    let age = run.observed_at().and_then(|at| now.mono.since(at));
    let decides = match run.phase() {
        Phase::Observing | Phase::Rolling | Phase::Soaking => true,
        Phase::Requested | Phase::Barred | Phase::AwaitingApproval(_) | Phase::AwaitingHuman(_) => false,
        Phase::Pausing(_) | Phase::Paused | Phase::Cancelling | Phase::Stopping | Phase::Ended(_) => false,
    };
    age.is_none() || (decides && age.is_none_or(|age| age >= half))
}

fn stranger(run: &Run, snapshot: &Snapshot) -> Option<Cause> {
    let (expected, found) = (run.identity()?, snapshot.identity.as_ref()?);
    (expected != found).then(|| Cause::IdentityChanged {
        expected: expected.clone(),
        found: found.clone(),
    })
}

fn begun(run: &Run) -> bool {
    run.cursor().is_some()
}

enum Drift {
    /// A member moved or restarted without us.
    Acted(String),
    /// Members came or went.
    Membership(String),
}

fn drift(run: &Run, snapshot: &Snapshot) -> Option<Drift> {
    let known = run.known()?;
    let ours = |id: &MemberId| run.flights().contains_key(&Subject::Member(id.clone()));
    let pairs = snapshot
        .members
        .values()
        .filter(|new| !ours(&new.id))
        .filter_map(|new| Some((known.members.get(&new.id)?, new)));
    if let Some(what) = pairs.filter_map(|(old, new)| acted(old, new)).next() {
        return Some(Drift::Acted(what));
    }
    let unseen = |id: &MemberId| {
        snapshot
            .gaps
            .iter()
            .any(|gap| gap.member.as_ref() == Some(id))
    };
    let came = snapshot
        .members
        .values()
        .find(|m| !known.members.contains_key(&m.id));
    let went = known
        .members
        .values()
        .find(|m| !snapshot.members.contains_key(&m.id) && !unseen(&m.id) && !ours(&m.id));
    came.map(|m| Drift::Membership(format!("{} was added", m.name)))
        .or_else(|| went.map(|m| Drift::Membership(format!("{} is gone", m.name))))
}

/// In words, what somebody else did to a member; none: nothing.
fn acted(old: &Member, new: &Member) -> Option<String> {
    let moved = old.components.iter().find_map(|(component, was)| {
        let is = new.components.get(component)?;
        (is != was).then(|| format!("{} went from {was} to {is}, not by this run", new.name))
    });
    let roles = || {
        let (was, is): (Vec<_>, Vec<_>) = (old.carries().collect(), new.carries().collect());
        let unsure = !old.unversioned.is_empty() || !new.unversioned.is_empty() || is.is_empty();
        (!unsure && was != is).then(|| format!("{} changed its roles, not by this run", new.name))
    };
    let restarted = || match (&old.incarnation, &new.incarnation) {
        (Some(was), Some(is)) if was != is => {
            Some(format!("{} was restarted, not by this run", new.name))
        }
        (Some(_) | None, Some(_) | None) => None,
    };
    moved.or_else(roles).or_else(restarted)
}
