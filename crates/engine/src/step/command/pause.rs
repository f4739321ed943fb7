//! `pause`: what has begun finishes, nothing begins. Stories: `tests/it/commands.rs`.

use super::{Verdict, instead, not_now};
use crate::names::Subject;
use crate::run::event::{Cause, Event};
use crate::run::{Phase, Run};
use crate::time::Now;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

pub(super) fn pause(run: &Run, phase: Phase, by: &str, now: Now) -> Verdict {
    match phase {
        Phase::Paused | Phase::Pausing(_) => {
            return not_now("it is paused already", "windlass continue {cluster}");
        }
        Phase::Cancelling | Phase::Stopping | Phase::Ended(_) => {
            return not_now("the run is ending", instead(&phase));
        }
        Phase::Requested | Phase::Observing | Phase::Barred | Phase::AwaitingApproval(_) => {}
        Phase::AwaitingHuman(_) | Phase::AwaitingWindow | Phase::Rolling | Phase::Soaking => {}
    }
    let begun: Vec<String> = run
        .flights()
        .keys()
        .map(|subject| said(run, subject))
        .collect();
    let says = if begun.is_empty() {
        "paused; nothing is in flight".into()
    } else {
        format!(
            "nothing more begins; what has begun finishes: {}",
            begun.join(", ")
        )
    };
    let halted = Event::Halted {
        cause: Cause::Asked { by: by.into() },
        at: now.mono,
        wall: now.wall,
    };
    Verdict::Taken(says, vec![halted])
}

fn said(run: &Run, subject: &Subject) -> String {
    match subject {
        Subject::Level(_) => format!("{} (point of no return)", run.call(subject)),
        Subject::Member(_) | Subject::Action(_) => run.call(subject),
    }
}
