//! Healthy time: counted in spans that were really looked at.
//!
//! A span counts from the last look to this one, unless nobody looked for more than two intervals and as
//! long as a look may take; one bad look begins the soak anew.
//! Must never know: who looked. Stories: `tests/it/soak.rs`.

use crate::run::event::Event;
use crate::run::wants::soak_every;
use crate::run::{NOBODY_LOOKED, Phase, Run};
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
    let Some(span) = soak.span(now.mono) else {
        let why = NOBODY_LOOKED.into();
        return vec![Event::SoakBroken { why, at: now.mono }];
    };
    if span == Ms(0) {
        return Vec::new();
    }
    let mut events = vec![Event::SoakSpan { at: now.mono }];
    if soak.have.0 + span.0 >= soak.need.0 {
        events.push(Event::SoakPassed);
    }
    events
}

/// Nobody looked for so long. Where looks are further apart than that, the next one tells of it, too.
pub(super) fn stood(run: &Run, long: Ms, now: Now) -> Vec<Event> {
    let soak = run.soak().filter(|_| run.phase() == Phase::Soaking);
    let missed = soak.filter(|soak| long > soak_every(soak.need));
    let why = missed.map(|_| NOBODY_LOOKED.into());
    let broken = why.map(|why| Event::SoakBroken { why, at: now.mono });
    broken.into_iter().collect()
}

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
