//! `pace`: another pace; lower at once, higher than approved only with approval.
//! Stories: `tests/it/commands.rs`.

use super::{Verdict, not_now, taken};
use crate::policy::{Cap, Pace};
use crate::run::{Phase, Run};

pub(super) fn pace(run: &Run, asked: Pace) -> Verdict {
    match asked.cap {
        Cap::Members(0) | Cap::Percent(0) => {
            return not_now(
                "a cap of nothing would never move",
                "windlass pause {cluster} stands still",
            );
        }
        Cap::Percent(101..) => return not_now("a cap above all members", "at most 100%"),
        Cap::Members(_) | Cap::Percent(_) => {}
    }
    match run.phase() {
        Phase::Cancelling | Phase::Stopping | Phase::Ended(_) => {
            not_now("the run is ending", "windlass watch {cluster}")
        }
        Phase::Requested
        | Phase::Observing
        | Phase::Barred
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingWindow
        | Phase::AwaitingHuman(_) => set(run, asked),
        Phase::Rolling | Phase::Soaking | Phase::Pausing(_) | Phase::Paused => set(run, asked),
    }
}

fn set(run: &Run, asked: Pace) -> Verdict {
    if run.raises_pace(asked) {
        return taken("it is above what was approved, and waits for: windlass approve {cluster}");
    }
    taken("the new pace holds from the next member on")
}
