//! The exam of any store: every promise in the head of `ports/store.rs`, tried.
//!
//! Must never know: which store. Stories: `crates/stores/tests/it/exam.rs`.

mod inbox;
mod journal;
mod kept;
mod leases;
mod runs;

use super::{Exam, Mark, words};
use crate::ports::Task;
use crate::ports::store::{Append, Created, NewRun, Recorded, Seq, Store, StoreError, Stored};
use std::sync::Arc;
use windlass_engine::hash::Hash;
use windlass_engine::names::RunId;
use windlass_engine::time::Wall;

/// Where one exam is sat: a store of its own, with as many doors as are asked for.
pub trait Bench: Send + Sync {
    /// A door to the bench's store, as another process would open it. The first finds it empty.
    fn door(&self) -> Task<'_, Result<Arc<dyn Store>, StoreError>>;
}

/// All exams of a store.
#[must_use]
pub fn exams() -> Vec<Exam<dyn Bench>> {
    let mut exams = journal::exams();
    exams.extend(inbox::exams());
    exams.extend(runs::exams());
    exams.extend(leases::exams());
    exams.extend(kept::exams());
    exams
}

/// Lists exams: each function's name is the promise.
macro_rules! room {
    ($($name:ident),* $(,)?) => {
        /// The exams of this room.
        pub(super) fn exams() -> Vec<crate::conformance::Exam<dyn super::Bench>> {
            vec![$(crate::conformance::Exam {
                name: stringify!($name),
                sit: |bench| Box::pin($name(bench)),
            }),*]
        }
    };
}
use room;

async fn door(bench: &dyn Bench) -> Result<Arc<dyn Store>, String> {
    bench.door().await.map_err(words)
}

fn event(payload: &str) -> Recorded {
    Recorded {
        at: Wall(1_700_000_000_000_000),
        author: "examiner 1".into(),
        payload: payload.to_owned(),
    }
}

fn new_run(cluster: &str, key: &str) -> NewRun {
    NewRun {
        cluster: cluster.into(),
        key: key.to_owned(),
        first: event("\"first\""),
        blobs: Vec::new(),
        summary: "asked for".into(),
    }
}

/// A run that is new.
async fn begin(store: &dyn Store, cluster: &str) -> Result<RunId, String> {
    match store
        .create(new_run(cluster, &format!("key of {cluster}")))
        .await
        .map_err(words)?
    {
        Created::New(run) => Ok(run),
        Created::Known(run) | Created::Busy(run) => Err(format!("run {run} was there already")),
    }
}

/// Appends these payloads, under epoch 0, with nothing read and nothing begun.
fn append(run: &RunId, after: Seq, payloads: &[&str]) -> Append {
    Append {
        run: run.clone(),
        epoch: 0,
        after,
        read: 0,
        events: payloads.iter().map(|text| event(text)).collect(),
        blobs: Vec::new(),
        begun: Vec::new(),
        settled: Vec::new(),
        summary: format!("after {after}"),
        identity: None,
        ended: None,
    }
}

/// Ends a run whose journal has so many events.
async fn end(store: &dyn Store, run: &RunId, after: Seq) -> Mark {
    let mut last = append(run, after, &["\"ended\""]);
    last.ended = Some(Wall(1_700_000_001_000_000));
    store.append(last).await.map(drop).map_err(words)
}

/// A whole journal's payloads, after its chain was followed from the first event on.
async fn payloads(store: &dyn Store, run: &RunId) -> Result<Vec<String>, String> {
    let events = store.read(run, 1).await.map_err(words)?;
    chained(run, &events)?;
    Ok(events.into_iter().map(|event| event.payload).collect())
}

fn chained(run: &RunId, events: &[Stored]) -> Mark {
    let mut before = Hash::default();
    for (event, seq) in events.iter().zip(1..) {
        if event.seq != seq {
            return Err(format!("event {seq} has position {}", event.seq));
        }
        if !event.follows(before, run) {
            return Err(format!("the hash of event {seq} does not fit"));
        }
        before = event.hash;
    }
    Ok(())
}
