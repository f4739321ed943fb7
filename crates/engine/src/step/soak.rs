//! Healthy time: counted in spans that were really looked at.
//!
//! A span counts from the last look to this one, unless nobody looked for more than two intervals;
//! one bad look begins the soak anew.
//! Must never know: who looked. Stories: `tests/it/run.rs`.

use crate::run::event::Event;
use crate::run::wants::soak_every;
use crate::run::{Phase, Run};
use crate::snapshot::Snapshot;
use crate::time::{Ms, Now};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn looked(run: &Run, snapshot: &Snapshot, now: Now) -> Vec<Event> {
    let (Phase::Soaking, Some(soak)) = (run.phase(), run.soak()) else {
        return Vec::new();
    };
    if let Some(why) = not_well(snapshot) {
        return vec![Event::SoakBroken { why, at: now.mono }];
    }
    let every = soak_every(soak.need);
    let span = now.mono.since(soak.looked);
    if span.is_none_or(|span| span > Ms(every.0 * 2 + LOOK_TAKES_MS.0)) {
        let why = String::from("nobody looked for a while");
        return vec![Event::SoakBroken { why, at: now.mono }];
    }
    if span == Some(Ms(0)) {
        return Vec::new();
    }
    let mut events = vec![Event::SoakSpan { at: now.mono }];
    if soak.have.0 + span.unwrap_or_default().0 >= soak.need.0 {
        events.push(Event::SoakPassed);
    }
    events
}

/// A look at a large cluster may itself take so long.
const LOOK_TAKES_MS: Ms = Ms::seconds(5);

/// The first thing that is not well, in words.
pub(super) fn not_well(snapshot: &Snapshot) -> Option<String> {
    let trouble = snapshot.troubles.first().cloned();
    let ailing = || {
        snapshot
            .members
            .values()
            .find(|member| !member.health.is_healthy())
    };
    trouble.or_else(|| ailing().map(|member| alloc::format!("{} is not healthy", member.name)))
}
