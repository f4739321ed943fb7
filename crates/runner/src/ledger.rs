//! A run as it lies in the store: read from its journal, and appended to it.
//!
//! Must never know: what the run wants. Stories: `crates/stores/tests/it/runner.rs`.

use crate::journal::{self, JournalError};
use crate::ports::store::{Append, AppendError, Recorded, RunRow, Seq, Store, StoreError, Stored};
use crate::ports::target::Blob;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use thiserror::Error;
use windlass_engine::catalog::Catalog;
use windlass_engine::hash::Hash;
use windlass_engine::names::RunId;
use windlass_engine::plan::Goal;
use windlass_engine::policy::Policy;
use windlass_engine::run::Run;
use windlass_engine::run::event::{Event, Request};
use windlass_engine::time::Now;

/// A journal that could not be read as a run.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// An event could not be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The first event is no request.
    #[error("the journal of run {run} does not begin with a request")]
    Headless {
        /// Which run.
        run: RunId,
    },
    /// What the run was frozen with cannot be read.
    #[error("the {what} that run {run} was frozen with cannot be read")]
    Frozen {
        /// Which run.
        run: RunId,
        /// Catalog or policy.
        what: &'static str,
        /// What was wrong with it.
        source: serde_json::Error,
    },
}

/// The line of a run in lists, beside what the store keeps itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The stable word of its phase.
    pub phase: String,
    /// What is wanted.
    pub goal: Goal,
    /// Members moved so far.
    pub moved: usize,
    /// Members that the plan touches.
    pub touched: usize,
    /// One sentence.
    pub says: String,
}

/// A run with its place in the journal.
#[derive(Debug)]
pub struct Ledger {
    /// Which run.
    pub id: RunId,
    /// Its fold.
    pub run: Run,
    /// Position of the last event folded.
    pub seq: Seq,
}

impl Ledger {
    /// Reads a run from its journal, up to a position where one is given.
    ///
    /// # Errors
    /// [`LedgerError`]: unknown run, damaged or newer journal.
    pub async fn open(
        store: &dyn Store,
        id: &RunId,
        upto: Option<Seq>,
    ) -> Result<Self, LedgerError> {
        let mut ledger = None;
        for stored in store.read(id, 1).await? {
            if upto.is_some_and(|last| stored.seq > last) {
                break;
            }
            let event = journal::recall(store, &stored).await?;
            match &mut ledger {
                None => ledger = Some(Self::first(store, id, event, stored.seq).await?),
                Some(Self { run, seq, .. }) => {
                    run.apply(&event);
                    *seq = stored.seq;
                }
            }
        }
        ledger.ok_or_else(|| StoreError::Missing(format!("run {id}")).into())
    }

    async fn first(
        store: &dyn Store,
        id: &RunId,
        event: Event,
        seq: Seq,
    ) -> Result<Self, LedgerError> {
        let Event::Requested(request) = event else {
            return Err(LedgerError::Headless { run: id.clone() });
        };
        let catalog: Catalog = frozen(store, id, request.catalog, "catalog").await?;
        let policy: Policy = frozen(store, id, request.policy, "policy").await?;
        Ok(Self {
            id: id.clone(),
            run: Run::new(request, Arc::new(catalog), policy),
            seq,
        })
    }

    /// Folds what others have appended since.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub async fn catch_up(
        &mut self,
        store: &dyn Store,
    ) -> Result<Vec<(Stored, Event)>, LedgerError> {
        let mut news = Vec::new();
        for stored in store.read(&self.id, self.seq + 1).await? {
            let event = journal::recall(store, &stored).await?;
            self.run.apply(&event);
            self.seq = stored.seq;
            news.push((stored, event));
        }
        Ok(news)
    }

    /// Appends events that were folded already. After any error the fold is ahead of the journal and
    /// must be dropped.
    ///
    /// # Errors
    /// [`AppendError`].
    pub async fn append(
        &mut self,
        store: &dyn Store,
        epoch: u64,
        author: &str,
        events: &[Event],
        now: Now,
    ) -> Result<(), AppendError> {
        let mut append = Append {
            run: self.id.clone(),
            epoch,
            after: self.seq,
            read: self.run.inbox(),
            events: Vec::with_capacity(events.len()),
            blobs: Vec::new(),
            begun: Vec::new(),
            settled: Vec::new(),
            summary: summary(&self.run, now),
            identity: self.run.identity().cloned(),
            ended: self.run.ended().map(|_| now.wall),
        };
        for event in events {
            let (recorded, blob) = journal::record(event, now.wall, author)
                .map_err(|e| AppendError::Store(e.to_string()))?;
            append.events.push(recorded);
            append.blobs.extend(blob);
            flown(event, &mut append);
        }
        self.seq = store.append(append).await?;
        Ok(())
    }
}

/// What an event changes in the list of what has begun.
pub(crate) fn flown(event: &Event, append: &mut Append) {
    match event {
        Event::Began(began) => {
            append.settled.retain(|subject| *subject != began.subject);
            append.begun.push(began.subject.clone());
        }
        Event::Settled { subject, .. }
        | Event::Skipped { subject, .. }
        | Event::Confirmed { subject, .. } => {
            append.begun.retain(|begun| begun != subject);
            append.settled.push(subject.clone());
        }
        // A failed subject has begun and is not done: it stays in the list until a human decides.
        Event::Requested(_)
        | Event::Taken { .. }
        | Event::Observed(_)
        | Event::Judged { .. }
        | Event::Planned(_) => {}
        Event::Refused(_)
        | Event::Approved { .. }
        | Event::Claimed { .. }
        | Event::ClaimRefused { .. } => {}
        Event::StageBegan { .. }
        | Event::StageDone { .. }
        | Event::Moved { .. }
        | Event::NotYet { .. } => {}
        Event::Progressed { .. }
        | Event::Failed { .. }
        | Event::SoakBegan { .. }
        | Event::SoakSpan { .. } => {}
        Event::SoakBroken { .. }
        | Event::SoakPassed
        | Event::Halted { .. }
        | Event::Replanning { .. } => {}
        Event::Shut { .. } | Event::Opened { .. } => {}
        Event::PlanKept
        | Event::ExpirySeen { .. }
        | Event::Proven
        | Event::Ended(_)
        | Event::Commanded { .. } => {}
    }
}

async fn frozen<T: serde::de::DeserializeOwned>(
    store: &dyn Store,
    run: &RunId,
    hash: Hash,
    what: &'static str,
) -> Result<T, LedgerError> {
    let bytes = store.blob(hash).await?;
    serde_json::from_slice(&bytes).map_err(|source| LedgerError::Frozen {
        run: run.clone(),
        what,
        source,
    })
}

/// A request as the first journal entry, with what it names by hash.
///
/// # Errors
/// Where a value cannot be written as JSON, which none of ours can be.
pub fn first_entry(
    request: impl FnOnce(Hash, Hash) -> Request,
    catalog: &Catalog,
    policy: &Policy,
    now: Now,
) -> Result<(Request, Recorded, Vec<Blob>), serde_json::Error> {
    let kept = |bytes: Vec<u8>| Blob {
        hash: Hash::of(&bytes),
        bytes,
    };
    let catalog = kept(serde_json::to_vec(catalog)?);
    let policy = kept(serde_json::to_vec(policy)?);
    let request = request(catalog.hash, policy.hash);
    let (recorded, blob) =
        journal::record(&Event::Requested(request.clone()), now.wall, &request.by)?;
    Ok((
        request,
        recorded,
        [catalog, policy].into_iter().chain(blob).collect(),
    ))
}

/// The line of a run in lists, as JSON.
#[must_use]
pub fn summary(run: &Run, now: Now) -> String {
    let line = Summary {
        phase: run.phase().word().to_owned(),
        goal: run.goal().clone(),
        moved: run.moved().len(),
        touched: run.touched(),
        says: run.brief(now).sentence,
    };
    serde_json::to_string(&line).unwrap_or_default()
}

/// The line of a run in lists, read back.
#[must_use]
pub fn summary_of(row: &RunRow) -> Option<Summary> {
    serde_json::from_str(&row.summary).ok()
}
