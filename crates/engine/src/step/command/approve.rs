//! `approve PLAN`: this plan may run. Stories: `tests/it/commands.rs`.

use super::{Verdict, instead, not_now};
use crate::hash::Hash;
use crate::run::event::{Approver, Event};
use crate::run::{Phase, Run};
use alloc::{format, vec};

pub(super) fn approve(run: &Run, phase: Phase, named: Hash, by: &str) -> Verdict {
    let present = run.plan().map(|(name, _)| *name);
    let waits = match phase {
        Phase::AwaitingApproval(_) => true,
        Phase::Requested | Phase::Observing | Phase::Barred => false,
        Phase::AwaitingWindow
        | Phase::AwaitingHuman(_)
        | Phase::Rolling
        | Phase::Soaking
        | Phase::Pausing(_)
        | Phase::Paused => run.pace_asked().is_some() && run.approved().is_some(),
        Phase::Cancelling | Phase::Stopping | Phase::Ended(_) => false,
    };
    match present {
        Some(name) if waits && name == named => Verdict::Taken(
            format!("plan {} may run", name.short()),
            vec![Event::Approved {
                plan: name,
                by: Approver::Human(by.into()),
            }],
        ),
        Some(name) if waits => not_now(
            format!(
                "plan {} is not the present one, {} is",
                named.short(),
                name.short()
            ),
            "read it: windlass plan {cluster}, then approve that",
        ),
        Some(_) | None => not_now("no plan waits for approval", instead(&phase)),
    }
}
