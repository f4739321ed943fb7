//! Where a cluster came from, as its own journals tell: the release that a way back leads to unless
//! one is named.
//!
//! Must never know: whether there is a way back. Stories: `xtask/tests/it/back.rs` on a real cluster,
//! and below.

use crate::context::Context;
use crate::exit::Failed;
use std::collections::BTreeSet;
use windlass_engine::names::{ClusterName, Subject};
use windlass_engine::plan::{Goal, Plan};
use windlass_engine::run::event::Event;
use windlass_engine::version::Version;
use windlass_runner::journal;
use windlass_runner::ledger::LedgerError;

/// So many runs are looked at, newest first: a cluster whose last fifty runs moved nobody is asked
/// for by its human.
const RUNS_MAX: usize = 50;

/// What is wanted: the way back, to the release named, else to where the last run that moved somebody
/// started from.
///
/// # Errors
/// Where the journals do not tell one release.
pub async fn back(
    context: &Context,
    cluster: &ClusterName,
    named: Option<&Version>,
) -> Result<Goal, Failed> {
    if let Some(named) = named {
        return Ok(Goal::Back(named.clone()));
    }
    let store = context.world.store.as_ref();
    for row in store.runs(Some(cluster), RUNS_MAX).await? {
        let mut plan = None;
        let mut moved = false;
        for stored in store.read(&row.run, 1).await? {
            let event = journal::recall(store, &stored).await;
            let event = event.map_err(LedgerError::from)?;
            if let Event::Began(began) = &event {
                moved |= matches!(began.subject, Subject::Member(_));
            }
            if let (Event::Planned(first), None) = (event, &plan) {
                plan = Some(first);
            }
        }
        let Some(plan) = plan.filter(|_| moved) else {
            continue;
        };
        let (Goal::Version(_), Some(last)) = (&plan.goal, plan.hops.last()) else {
            continue;
        };
        return match from(&plan, &last.to).as_slice() {
            [one] => Ok(Goal::Back(one.clone())),
            several => Err(Failed::hinted(
                format!(
                    "run {} of {cluster} started from more than one release: {}",
                    row.run,
                    words(several)
                ),
                "say which one to go back to: --to RELEASE",
            )),
        };
    }
    Err(Failed::hinted(
        format!("no run of {cluster} tells which release it came from"),
        "say which one to go back to: --to RELEASE",
    ))
}

/// Releases that a plan leaves for good, oldest first.
fn from(plan: &Plan, to: &Version) -> Vec<Version> {
    let all: BTreeSet<&Version> = plan.start.values().flatten().collect();
    all.into_iter().filter(|v| *v < to).cloned().collect()
}

fn words(releases: &[Version]) -> String {
    let all: Vec<String> = releases.iter().map(ToString::to_string).collect();
    all.join(" and ")
}
