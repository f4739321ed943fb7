//! The one path in, for all doors: requests become runs, words become commands in an inbox, and
//! questions are answered from the journal.
//!
//! Must never know: by which door it was asked. Stories: `crates/stores/tests/it/runner.rs`.

use crate::ledger::{self, Ledger, LedgerError};
use crate::ports::store::{
    Acknowledged, Created, LeaseOn, NewRun, Registration, RunRow, StoreError,
};
use crate::ports::target::Target;
use crate::world::World;
use std::sync::Arc;
use thiserror::Error;
use windlass_engine::catalog::Catalog;
use windlass_engine::check::Waiver;
use windlass_engine::names::{ClusterName, RunId};
use windlass_engine::plan::Goal;
use windlass_engine::plan::order::Times;
use windlass_engine::policy::Policy;
use windlass_engine::run::command::{Answered, Command};
use windlass_engine::run::event::{Approval, Event, Request};

/// What could not be done at the desk.
#[derive(Debug, Error)]
pub enum DeskError {
    /// No cluster of that name.
    #[error("no cluster is registered as {name}")]
    Unregistered {
        /// The name.
        name: ClusterName,
        /// The nearest name that is registered.
        nearest: Option<ClusterName>,
    },
    /// No run of that cluster.
    #[error("{cluster} has no run")]
    NoRun {
        /// The cluster.
        cluster: ClusterName,
    },
    /// There can be no target.
    #[error("{0}")]
    Target(String),
    /// A value could not be written.
    #[error("a request could not be written")]
    Write(#[from] serde_json::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What a user asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which cluster.
    pub cluster: ClusterName,
    /// What is wanted.
    pub goal: Goal,
    /// The user's will.
    pub policy: Policy,
    /// Whether a human looks at the plan first.
    pub approval: Approval,
    /// Waivers from the beginning.
    pub waivers: Vec<Waiver>,
    /// Who asks.
    pub by: String,
    /// The same key again is the same run.
    pub key: String,
}

/// The one path in.
#[derive(Clone, Debug)]
pub struct Desk {
    world: World,
}

impl Desk {
    /// A desk in front of a world.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self { world }
    }

    /// The world behind it.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// One registration.
    ///
    /// # Errors
    /// [`DeskError::Unregistered`], with the nearest name.
    pub async fn registered(&self, name: &ClusterName) -> Result<Registration, DeskError> {
        if let Some(found) = self.world.store.registered(name).await? {
            return Ok(found);
        }
        let all = self.world.store.registrations().await?;
        let nearest = all
            .into_iter()
            .map(|r| r.name)
            .min_by_key(|other| distance(name.as_str(), other.as_str()));
        let nearest = nearest.filter(|other| {
            distance(name.as_str(), other.as_str()) <= name.as_str().len().div_ceil(2)
        });
        Err(DeskError::Unregistered {
            name: name.clone(),
            nearest,
        })
    }

    /// The target of a registered cluster.
    ///
    /// # Errors
    /// [`DeskError`]: not registered, or no target can be made.
    pub async fn target(&self, name: &ClusterName) -> Result<Arc<dyn Target>, DeskError> {
        let registered = self.registered(name).await?;
        self.world
            .targets
            .target(&registered)
            .await
            .map_err(DeskError::Target)
    }

    /// A request becomes a run; the same key again is the same run; a cluster has one live run.
    ///
    /// # Errors
    /// [`DeskError`].
    pub async fn request(&self, asked: Asked, catalog: &Catalog) -> Result<Created, DeskError> {
        let now = self.world.clock.now();
        let Asked {
            cluster,
            goal,
            policy,
            approval,
            waivers,
            by,
            key,
        } = asked;
        let took = self.took(&cluster).await;
        let request = |catalog, policy| Request {
            cluster: cluster.clone(),
            goal,
            catalog,
            policy,
            approval,
            waivers,
            by,
            took,
        };
        let (request, first, blobs) = ledger::first_entry(request, catalog, &policy, now)?;
        let run = windlass_engine::run::Run::new(request, Arc::new(catalog.clone()), policy);
        let new = NewRun {
            cluster,
            key,
            first,
            blobs,
            summary: ledger::summary(&run, now),
        };
        Ok(self.world.store.create(new).await?)
    }

    /// How long members took in the newest run that can be read; nothing where there is none: a run
    /// of before that is damaged bars no new one.
    pub async fn took(&self, cluster: &ClusterName) -> Times {
        let store = self.world.store.as_ref();
        let Ok(rows) = store.runs(Some(cluster), 1).await else {
            return Times::new();
        };
        let Some(row) = rows.first() else {
            return Times::new();
        };
        let read = Ledger::open(store, &row.run, None).await;
        read.map_or_else(|_| Times::new(), |ledger| ledger.run.times().clone())
    }

    /// The live run of a cluster, or its newest.
    ///
    /// # Errors
    /// [`DeskError::NoRun`].
    pub async fn run_of(&self, cluster: &ClusterName) -> Result<RunRow, DeskError> {
        let rows = self.world.store.runs(Some(cluster), 1).await?;
        rows.into_iter().next().ok_or_else(|| DeskError::NoRun {
            cluster: cluster.clone(),
        })
    }

    /// A run, folded; up to a position where one is given.
    ///
    /// # Errors
    /// [`DeskError::Ledger`].
    pub async fn open(&self, run: &RunId, upto: Option<u64>) -> Result<Ledger, DeskError> {
        Ok(Ledger::open(self.world.store.as_ref(), run, upto).await?)
    }

    /// A word to a run. Acknowledged when durable; what has begun is listed in the acknowledgement.
    ///
    /// # Errors
    /// [`DeskError`].
    pub async fn post(
        &self,
        run: &RunId,
        key: &str,
        by: &str,
        command: &Command,
    ) -> Result<Acknowledged, DeskError> {
        let payload = serde_json::to_string(command)?;
        Ok(self.world.store.post(run, key, by, &payload).await?)
    }

    /// What a posted command was answered, once its carrier has read it.
    ///
    /// # Errors
    /// [`DeskError`].
    pub async fn answered(
        &self,
        ledger: &mut Ledger,
        seq: u64,
    ) -> Result<Option<Answered>, DeskError> {
        let news = ledger.catch_up(self.world.store.as_ref()).await?;
        Ok(news.into_iter().find_map(|(_, event)| {
            let Event::Commanded {
                seq: read,
                answered,
                ..
            } = event
            else {
                return None;
            };
            (read == seq).then_some(answered)
        }))
    }

    /// Who carries the runs of a cluster now, in words.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn carrier(&self, cluster: &ClusterName) -> Result<Option<String>, DeskError> {
        Ok(self
            .world
            .store
            .holder(&LeaseOn::Cluster(cluster.clone()))
            .await?)
    }
}

/// Edits between two words, for the nearest name.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let kept = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = kept.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}
