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
use crate::snapshot::{Gap, Member, Snapshot, beside};
use crate::step::soak;
use crate::time::{Ms, Now};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn seen(run: &Run, snapshot: &Snapshot, now: Now) -> Vec<Event> {
    let mut events = news(run, snapshot, now);
    let disturbed =
        |event: &Event| matches!(event, Event::Halted { .. } | Event::Replanning { .. });
    if !events.iter().any(disturbed) {
        events.extend(soak::looked(run, snapshot, now));
    }
    events
}

/// What of a snapshot goes into the journal: differences, and what follows from them.
pub(super) fn news(run: &Run, snapshot: &Snapshot, now: Now) -> Vec<Event> {
    if let Some(halted) = another(run, snapshot, now) {
        return halted;
    }
    let unseen = |id: &MemberId| unseen(run, snapshot, id);
    let mut difference = Observation::between(run.known(), snapshot, now.mono, unseen);
    let judged = run.halt().is_none() && run.plan().is_some();
    let drift = judged.then(|| drift(run, snapshot, &difference)).flatten();
    if let Some(Drift::Acted(_)) = &drift {
        let untold = untold(run, snapshot, &difference);
        difference.members.extend(untold);
    }
    let mut events = Vec::new();
    if !difference.is_empty() || ages(run, now) {
        events.push(Event::Observed(difference));
    }
    match drift {
        Some(Drift::Acted(what)) if begun(run) => {
            events.push(halted(Cause::SomeoneElseActs { what }, now))
        }
        Some(Drift::Acted(why) | Drift::Membership(why)) => events.push(Event::Replanning { why }),
        None => {}
    }
    events
}

/// Members that were seen changed while the run stood still, and not told: they are told with the drift
/// that they are met as, so that each is met once.
fn untold(run: &Run, snapshot: &Snapshot, difference: &Observation) -> Vec<Arc<Member>> {
    let is_news = |new: &&Arc<Member>| difference.members.iter().all(|told| told.id != new.id);
    let met = |new: &&Arc<Member>| {
        let ours = run.flights().contains_key(&Subject::Member(new.id.clone()));
        let told = run.told(&new.id).filter(|_| !ours);
        told.is_some_and(|told| acted(told, new).is_some())
    };
    let members = snapshot.members.values();
    members.filter(is_news).filter(met).cloned().collect()
}

/// While a human is waited for, a look that brings no news is told so seldom.
const WAITING_TOLD_MS: Ms = Ms::minutes(10);

/// A look that brings no news is still told when the last one grows old, or something settled since:
/// what is decided later is decided on something that was seen.
fn ages(run: &Run, now: Now) -> bool {
    let old = match run.phase() {
        Phase::Observing => Ms(0),
        Phase::Barred | Phase::AwaitingApproval(_) => WAITING_TOLD_MS,
        Phase::AwaitingWindow | Phase::AwaitingHuman(_) => WAITING_TOLD_MS,
        Phase::Requested | Phase::Rolling | Phase::Soaking => Ms(FRESH_MS.0 / 2),
        Phase::Pausing(_) | Phase::Paused | Phase::Cancelling => Ms(FRESH_MS.0 / 2),
        Phase::Stopping | Phase::Ended(_) => Ms(FRESH_MS.0 / 2),
    };
    let age = run.observed_at().and_then(|at| now.mono.since(at));
    !run.seen_since_last_change() || age.is_none_or(|age| age >= old)
}

/// Why a member is not in a snapshot although it is not gone, in words: we hold it down ourselves, or
/// a gap is named. Unreachable is a gap, never drift.
fn unseen(run: &Run, snapshot: &Snapshot, id: &MemberId) -> Option<String> {
    let gap = || {
        let about = |gap: &&Gap| gap.member.as_ref() == Some(id);
        snapshot.gaps.iter().find(about).map(|gap| gap.what.clone())
    };
    if run.flights().contains_key(&Subject::Member(id.clone())) {
        return Some("it is in flight".into());
    }
    gap()
}

/// Another cluster answers: nothing of it is heard, and the run stands still. None: it is ours.
pub(super) fn another(run: &Run, snapshot: &Snapshot, now: Now) -> Option<Vec<Event>> {
    let stranger = stranger(run, snapshot)?;
    let known = run.halt().is_some_and(|halt| halt.cause == stranger);
    Some(if known {
        Vec::new()
    } else {
        vec![halted(stranger, now)]
    })
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

fn drift(run: &Run, snapshot: &Snapshot, difference: &Observation) -> Option<Drift> {
    let known = run.known()?;
    let ours = |id: &MemberId| run.flights().contains_key(&Subject::Member(id.clone()));
    let mut both = beside(run.all_told(), &snapshot.members);
    let what = both.find_map(|(id, old, new)| {
        let what = acted(old?, new?)?;
        (!ours(id)).then_some(what)
    });
    if let Some(what) = what {
        return Some(Drift::Acted(what));
    }
    let is_new = |m: &&Arc<Member>| !known.members.contains_key(&m.id);
    let came = difference.members.iter().find(is_new);
    let went = difference.gone.iter().find_map(|id| known.members.get(id));
    came.map(|m| Drift::Membership(format!("{} was added", m.name)))
        .or_else(|| went.map(|m| Drift::Membership(format!("{} is gone", m.name))))
}

/// In words, what somebody else did to a member; none: nothing.
fn acted(old: &Arc<Member>, new: &Arc<Member>) -> Option<String> {
    if Arc::ptr_eq(old, new) {
        return None;
    }
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
