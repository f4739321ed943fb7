//! `stop`: end now; hands leave at the next safe point. Stories: `tests/it/commands.rs`.

use super::{Verdict, instead, not_now, taken};
use crate::run::Phase;

pub(super) fn stop(phase: Phase) -> Verdict {
    match phase {
        Phase::Stopping | Phase::Ended(_) => not_now("the run is ending", instead(&phase)),
        Phase::Requested
        | Phase::Observing
        | Phase::Barred
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingWindow
        | Phase::AwaitingHuman(_) => taken("stopped"),
        Phase::Rolling | Phase::Soaking | Phase::Pausing(_) | Phase::Paused | Phase::Cancelling => {
            taken("hands leave at the next safe point, never between a stop and its start")
        }
    }
}
