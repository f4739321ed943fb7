//! `cancel`: done stays, begun finishes, then it ends. Stories: `tests/it/commands.rs`.

use super::{Verdict, instead, not_now, taken};
use crate::run::{Phase, Run};

pub(super) fn cancel(run: &Run, phase: Phase) -> Verdict {
    match phase {
        Phase::Requested | Phase::Observing | Phase::Barred | Phase::AwaitingApproval(_) => {
            taken("cancelled")
        }
        Phase::AwaitingWindow => taken("cancelled: what is done stays"),
        Phase::Paused | Phase::Pausing(_) => {
            taken("cancelled: what is done stays, what has begun finishes")
        }
        Phase::Rolling | Phase::Soaking if run.cursor().is_none() => {
            taken("cancelled; nothing had begun")
        }
        Phase::Rolling | Phase::Soaking => not_now(
            "members are moving",
            "pause first: windlass pause {cluster}",
        ),
        Phase::AwaitingHuman(_) => {
            not_now("whether a subject was done is not known", instead(&phase))
        }
        Phase::Cancelling | Phase::Stopping | Phase::Ended(_) => {
            not_now("the run is ending", instead(&phase))
        }
    }
}
