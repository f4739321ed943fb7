//! `begin`: begin although no window is open; a freeze holds all the same.
//! Stories: `tests/it/commands.rs`, `tests/it/hours.rs`.

use super::{Verdict, instead, not_now, taken};
use crate::calendar::hours::{Answer, Keep, Why};
use crate::calendar::second;
use crate::run::event::Cause;
use crate::run::{Phase, Run};
use crate::time::{Ms, Now};
use alloc::format;

pub(super) fn begin(run: &Run, phase: Phase, now: Now) -> Verdict {
    let never = run
        .halt()
        .is_some_and(|halt| matches!(halt.cause, Cause::NeverOpens { .. }));
    match phase {
        Phase::AwaitingWindow => {}
        Phase::Rolling if run.shut().is_some() => {}
        Phase::Paused | Phase::Pausing(_) if never => {}
        Phase::Requested
        | Phase::Observing
        | Phase::Barred
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingHuman(_)
        | Phase::Rolling
        | Phase::Soaking
        | Phase::Pausing(_)
        | Phase::Paused => {
            return not_now("it does not wait for a window", instead(&phase));
        }
        Phase::Cancelling | Phase::Stopping | Phase::Ended(_) => {
            return not_now("the run is ending", instead(&phase));
        }
    }
    let hours = &run.policy().hours;
    if let Answer::Shut(bar) = hours.ask(now.wall, Ms(0), Keep::Freezes)
        && let Why::Frozen { name, until } = bar.why
    {
        let until = hours.zone_of(Some(&name)).text(second(until));
        return not_now(
            format!("freeze {name} holds until {until}, and freezes always hold"),
            "windlass freeze {cluster}",
        );
    }
    taken("begins now, and goes on outside of windows until it is paused; freezes hold")
}
