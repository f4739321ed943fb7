//! `retarget GOAL`: another goal; a successor plan that waits for approval. Stories: `tests/it/commands.rs`.

use super::{Verdict, instead, not_now, taken};
use crate::plan::Goal;
use crate::run::{Phase, Run};

pub(super) fn retarget(run: &Run, phase: Phase, goal: &Goal) -> Verdict {
    match phase {
        Phase::Paused if run.goal() == goal => {
            not_now("that is its goal already", "windlass continue {cluster}")
        }
        Phase::Paused => {
            taken("it plans anew from where the cluster stands; the new plan waits for approval")
        }
        Phase::Requested
        | Phase::Observing
        | Phase::Barred
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingHuman(_) => not_now(
            "another goal can be set only while it is paused",
            instead(&phase),
        ),
        Phase::AwaitingWindow
        | Phase::Rolling
        | Phase::Soaking
        | Phase::Pausing(_)
        | Phase::Cancelling
        | Phase::Stopping
        | Phase::Ended(_) => not_now(
            "another goal can be set only while it is paused",
            instead(&phase),
        ),
    }
}
