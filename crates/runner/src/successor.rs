//! The run that raises levels, made when an upgrade has finished whose policy says `{after: …}`.
//!
//! It is a run of its own, with a plan and an approval of its own: approved in advance where the
//! upgrade was. Its key is made of the upgrade's number, so it is made once, whoever asks and however
//! often; a carrier that died before it was made leaves it to the next that looks.
//! Must never know: how levels are raised. Stories: `crates/stores/tests/it/successor.rs`.

use crate::desk::{Asked, Desk, DeskError};
use crate::ledger::{self, Ledger};
use crate::ports::store::{Created, RunRow};
use crate::world::World;
use windlass_engine::calendar::hours::Hours;
use windlass_engine::names::RunId;
use windlass_engine::plan::Goal;
use windlass_engine::policy::{Finalize, Policy};
use windlass_engine::run::Run;
use windlass_engine::run::event::{Approval, End};
use windlass_engine::time::Wall;

/// Makes the successor that an ended run owes; none: it owes none, another run lives on its cluster,
/// or it was made before and has ended.
///
/// # Errors
/// [`DeskError`]: the journal cannot be read, or the store failed.
pub async fn make(world: &World, run: &RunId) -> Result<Option<RunId>, DeskError> {
    let row = world.store.run(run).await?;
    let Some(ended) = row.ended else {
        return Ok(None);
    };
    let ledger = Ledger::open(world.store.as_ref(), run, None).await?;
    let Some(policy) = owed(&ledger.run, ended) else {
        return Ok(None);
    };
    let request = ledger.run.request();
    let asked = Asked {
        cluster: row.cluster.clone(),
        goal: Goal::Finalize,
        policy,
        approval: match request.approval {
            // Its plan is another one, which nobody has read.
            Approval::Of(_) => Approval::Asked,
            Approval::InAdvance | Approval::Asked => request.approval,
        },
        waivers: ledger.run.waivers().to_vec(),
        by: request.by.clone(),
        key: format!("finalize-after-{run}"),
    };
    let made = Desk::new(world.clone())
        .request(asked, ledger.run.catalog())
        .await?;
    Ok(match made {
        Created::New(run) => Some(run),
        Created::Known(_) | Created::Busy(_) => None,
    })
}

/// Makes what the newest run of each cluster owes: a carrier may have died in between.
///
/// # Errors
/// As [`make`].
pub async fn make_all(world: &World) -> Result<Vec<RunId>, DeskError> {
    let mut made = Vec::new();
    for registered in world.store.registrations().await? {
        let newest = world.store.runs(Some(&registered.name), 1).await?;
        for row in newest.iter().filter(|row| may_owe(row)) {
            made.extend(make(world, &row.run).await?);
        }
    }
    Ok(made)
}

/// Whether it is worth reading the journal of a run.
fn may_owe(row: &RunRow) -> bool {
    row.ended.is_some()
        && ledger::summary_of(row).is_some_and(|line| matches!(line.goal, Goal::Version(_)))
}

/// The policy of the successor: as that of the upgrade, and nothing begins before its time.
fn owed(run: &Run, ended: Wall) -> Option<Policy> {
    let Finalize::After(length) = run.policy().finalize else {
        return None;
    };
    let raises = run
        .plan()
        .is_some_and(|(_, plan)| plan.left.iter().any(|level| level.could.is_some()));
    let is_owed =
        raises && run.ended() == Some(&End::Finished) && matches!(run.goal(), Goal::Version(_));
    let micros = i64::try_from(length.0.saturating_mul(1_000)).unwrap_or(i64::MAX);
    is_owed.then(|| Policy {
        finalize: Finalize::Never,
        hours: Hours {
            earliest: Some(Wall(ended.0.saturating_add(micros))),
            latest: None,
            ..run.policy().hours.clone()
        },
        ..run.policy().clone()
    })
}
