//! `waive CHECK`: this finding may pass, for a reason, until a time. Stories: `tests/it/commands.rs`.

use super::{Verdict, instead, not_now, taken};
use crate::catalog::Severity;
use crate::check::{Finding, Waiver};
use crate::run::{Phase, Run};
use crate::time::Now;
use alloc::format;

pub(super) fn waive(run: &Run, phase: Phase, waiver: &Waiver, now: Now) -> Verdict {
    match phase {
        Phase::Cancelling | Phase::Stopping | Phase::Ended(_) => {
            return not_now("the run is ending", instead(&phase));
        }
        Phase::Requested | Phase::Observing | Phase::Barred | Phase::AwaitingApproval(_) => {}
        Phase::AwaitingWindow
        | Phase::AwaitingHuman(_)
        | Phase::Rolling
        | Phase::Soaking
        | Phase::Pausing(_)
        | Phase::Paused => {}
    }
    if waiver.until <= now.wall {
        return not_now(
            "the waiver has expired before it was given",
            "give a time to come: --for 7d",
        );
    }
    if run
        .findings()
        .iter()
        .any(|f| f.check == waiver.check && f.severity == Severity::FailAlways)
    {
        return not_now(
            format!("{} can never be waived", waiver.check),
            "mend it: windlass why {cluster}",
        );
    }
    let asked = |finding: &Finding| finding.check == waiver.check;
    let known = run
        .catalog()
        .checks
        .iter()
        .any(|check| check.id == waiver.check)
        || run.findings().iter().any(asked);
    if known {
        taken(format!("{} may pass", waiver.check))
    } else {
        not_now(
            format!("there is no check {}", waiver.check),
            "windlass check {cluster} names them",
        )
    }
}
