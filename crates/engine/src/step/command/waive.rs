//! `waive CHECK`: this finding may pass, for a reason, until a time. Stories: `tests/it/commands.rs`.

use super::{Verdict, instead, not_now, taken};
use crate::catalog::{Check, Severity};
use crate::check::{Finding, OwnCheck, Waiver};
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
    if never(run, waiver) {
        return not_now(
            format!("{} can never be waived", waiver.check),
            "mend it: windlass why {cluster}",
        );
    }
    let asked = |finding: &Finding| finding.check == waiver.check;
    let of_catalog = |check: &Check| check.id == waiver.check;
    let own = |check: &OwnCheck| check.id() == waiver.check;
    let known = run.catalog().checks.iter().any(of_catalog)
        || run.policy().checks.iter().any(own)
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

/// Whether nobody can let it pass, whether or not it bars now.
fn never(run: &Run, waiver: &Waiver) -> bool {
    let always = Severity::FailAlways;
    let found = |f: &Finding| f.check == waiver.check && f.severity == always;
    let of_catalog = |c: &Check| c.id == waiver.check && c.severity == always;
    let own = |c: &OwnCheck| c.id() == waiver.check && c.severity == always;
    run.findings().iter().any(found)
        || run.catalog().checks.iter().any(of_catalog)
        || run.policy().checks.iter().any(own)
}
