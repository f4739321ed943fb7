//! `continue`: go on after a pause; looks first, ramps from one. Stories: `tests/it/commands.rs`.

use super::{Verdict, instead, is_unmarked, not_now, short, taken};
use crate::run::event::Cause;
use crate::run::{Flying, Phase, Run};
use crate::time::Now;
use alloc::{format, vec};

pub(super) fn go_on(run: &Run, phase: Phase, now: Now) -> Verdict {
    match phase {
        Phase::Paused | Phase::Pausing(_) => {}
        Phase::Requested
        | Phase::Observing
        | Phase::Barred
        | Phase::AwaitingApproval(_)
        | Phase::AwaitingHuman(_) => {
            return not_now("it is not paused", instead(&phase));
        }
        Phase::AwaitingWindow => {
            return not_now("it is not paused: it waits for its window", instead(&phase));
        }
        Phase::Rolling | Phase::Soaking => {
            return not_now("it is not paused: it is moving", "windlass watch {cluster}");
        }
        Phase::Cancelling | Phase::Stopping | Phase::Ended(_) => {
            return not_now("the run is ending", instead(&phase));
        }
    }
    let failed = run
        .flights()
        .iter()
        .find(|(_, flight)| matches!(flight.state, Flying::Failed(_)));
    match failed {
        // The mark first; what failed is still to be settled by a human after that.
        Some((subject, _)) if is_unmarked(run) => {
            let cause = Cause::Failure {
                subject: subject.clone(),
            };
            let says = format!("leaves its mark again; {} has failed", run.call(subject));
            Verdict::Taken(says, vec![super::super::halted(cause, now)])
        }
        Some((subject, _)) => not_now(
            format!("{} has failed and is not settled", run.call(subject)),
            format!(
                "mend it, then: windlass retry {{cluster}} {0}, or: windlass skip {{cluster}} {0}",
                short(subject)
            ),
        ),
        None => taken("goes on; it looks at the cluster first"),
    }
}
