//! Leases, and who carries what: a run is taken, driven, and let go.
//!
//! First the registration is leased, then the identity is asked, then leased; nothing else is wanted
//! until both are held.
//! Must never know: what a run does. Stories: `crates/stores/tests/it/runner.rs`.

use crate::drive::{Bell, Drive, DriveError, Driven};
use crate::ledger::{Ledger, LedgerError};
use crate::ports::store::{Lease, LeaseOn, Leased, Registration, RunRow, StoreError};
use crate::ports::target::{Fence, Hint, Target};
use crate::successor;
use crate::world::World;
use std::sync::Arc;
use thiserror::Error;
use windlass_engine::names::{Identity, RunId};
use windlass_engine::step::{Input, step};

/// Why a run could not be carried.
#[derive(Debug, Error)]
pub enum CarryError {
    /// Somebody else carries it.
    #[error("run {run} is carried by {holder}")]
    Held {
        /// Which run.
        run: RunId,
        /// Who, in words.
        holder: String,
    },
    /// Another run acts on the same cluster, registered under another name.
    #[error("cluster {identity} is held by {holder}")]
    IdentityHeld {
        /// Who the cluster says it is.
        identity: Identity,
        /// Who, in words.
        holder: String,
    },
    /// The run's cluster is no longer registered.
    #[error("the cluster of run {run} is not registered")]
    Unregistered {
        /// Which run.
        run: RunId,
    },
    /// There can be no target.
    #[error("{0}")]
    Target(String),
    /// The cluster does not say who it is.
    #[error("the cluster does not answer: {0}")]
    Silent(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The loop could not go on.
    #[error(transparent)]
    Drive(#[from] DriveError),
}

/// A run that is held: leases, fence, target.
pub struct Held {
    run: RunId,
    fence: Fence,
    lease: Arc<dyn Lease>,
    registration: Box<dyn Lease>,
    target: Arc<dyn Target>,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held")
            .field("run", &self.run)
            .field("fence", &self.fence)
            .finish_non_exhaustive()
    }
}

/// Takes a run: both leases, and the epoch.
///
/// # Errors
/// [`CarryError`]: somebody else holds it, or the cluster does not say who it is.
pub async fn take(world: &World, run: &RunId) -> Result<Held, CarryError> {
    let row = world.store.run(run).await?;
    let registered = world
        .store
        .registered(&row.cluster)
        .await?
        .ok_or_else(|| CarryError::Unregistered { run: run.clone() })?;
    let on = LeaseOn::Cluster(row.cluster.clone());
    let registration = match world.store.lease(&on, &world.holder).await? {
        Leased::Ours(lease) => lease,
        Leased::Held(holder) => {
            return Err(CarryError::Held {
                run: run.clone(),
                holder,
            });
        }
    };
    let target = target_of(world, &registered).await?;
    let identity = identity_of(&row, target.as_ref()).await?;
    let lease: Arc<dyn Lease> = match world
        .store
        .lease(&LeaseOn::Identity(identity.clone()), &world.holder)
        .await?
    {
        Leased::Ours(lease) => Arc::from(lease),
        Leased::Held(holder) => return Err(CarryError::IdentityHeld { identity, holder }),
    };
    let fence = Fence {
        store: world.store.id(),
        run: run.clone(),
        cluster: row.cluster,
        identity,
        epoch: lease.epoch(),
        holder: world.holder.clone(),
    };
    world.store.take(run, fence.epoch).await?;
    Ok(Held {
        run: run.clone(),
        fence,
        lease,
        registration,
        target,
    })
}

async fn target_of(
    world: &World,
    registered: &Registration,
) -> Result<Arc<dyn Target>, CarryError> {
    world
        .targets
        .target(registered)
        .await
        .map_err(CarryError::Target)
}

/// The identity that the run is about: what was seen before counts, so that a stranger at the same
/// address is met under the lease of the right one, and judged by the engine.
async fn identity_of(row: &RunRow, target: &dyn Target) -> Result<Identity, CarryError> {
    match &row.identity {
        Some(known) => Ok(known.clone()),
        None => target.identity().await.map_err(CarryError::Silent),
    }
}

/// What came of answering a run without looking at its cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// Everything in its inbox is answered.
    Answered,
    /// So many subjects are in flight: nobody may answer without looking at them.
    InFlight(usize),
}

/// Answers what stands in the inbox of a run whose cluster cannot be reached: nothing is begun, and
/// nothing may be in flight. So a run that was asked for in error can always be cancelled.
///
/// # Errors
/// [`CarryError`]: somebody carries it, or the store failed.
pub async fn answer_without_cluster(world: &World, run: &RunId) -> Result<Unreached, CarryError> {
    let row = world.store.run(run).await?;
    let on = LeaseOn::Cluster(row.cluster);
    let lease = match world.store.lease(&on, &world.holder).await? {
        Leased::Ours(lease) => lease,
        Leased::Held(holder) => {
            return Err(CarryError::Held {
                run: run.clone(),
                holder,
            });
        }
    };
    let mut ledger = Ledger::open(world.store.as_ref(), run, None).await?;
    let flying = ledger.run.live_flights();
    if flying > 0 {
        return Ok(Unreached::InFlight(flying));
    }
    world.store.take(run, lease.epoch()).await?;
    let now = world.clock.now();
    let mut inputs = vec![Input::Taken {
        epoch: lease.epoch(),
        holder: world.holder.clone(),
    }];
    for posted in world.store.inbox(run, ledger.run.inbox()).await? {
        let command =
            serde_json::from_str(&posted.payload).map_err(|source| DriveError::Command {
                run: run.clone(),
                seq: posted.seq,
                source,
            })?;
        inputs.push(Input::Command {
            seq: posted.seq,
            by: posted.by,
            command,
        });
    }
    // Without a fresh look a tick can end the run, and begin nothing.
    inputs.push(Input::Tick);
    let mut events = Vec::new();
    for input in inputs {
        for event in step(&ledger.run, input, now) {
            ledger.run.apply(&event);
            events.push(event);
        }
    }
    ledger
        .append(
            world.store.as_ref(),
            lease.epoch(),
            &world.holder,
            &events,
            now,
        )
        .await
        .map_err(DriveError::Append)?;
    Ok(Unreached::Answered)
}

/// The run has ended, whatever becomes of its successor: what is owed and was not made is made by
/// whoever carries next.
async fn succeed(world: &World, run: &RunId) {
    let says = match successor::make(world, run).await {
        Ok(None) => return,
        Ok(Some(next)) => format!("run {next} will raise the levels"),
        Err(why) => format!("the run that raises the levels could not be made yet: {why}"),
    };
    (world.news)(run, Hint { member: None, says });
}

impl Held {
    /// Drives the run until it ends or is let go; an ended run's mark is taken away.
    ///
    /// # Errors
    /// [`CarryError::Drive`].
    pub async fn carry(self, world: World, bell: Bell) -> Result<Driven, CarryError> {
        let Self {
            run,
            fence,
            lease,
            registration,
            target,
        } = self;
        // Held until the marks are taken away: nobody else may have left new ones before.
        let held = lease.clone();
        let drive = Drive::begin(
            world.clone(),
            &run,
            fence.clone(),
            lease,
            target.clone(),
            bell,
        )
        .await?;
        let driven = drive.to_the_end().await?;
        if matches!(driven, Driven::Ended(_)) {
            target.release(&fence).await;
        }
        drop((held, registration));
        if matches!(driven, Driven::Ended(_)) {
            succeed(&world, &run).await;
        }
        Ok(driven)
    }

    /// Under which epoch it is held.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.fence.epoch
    }
}
