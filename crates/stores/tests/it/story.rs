//! What the stories share: a folder that goes away, runs, events.

use std::path::PathBuf;
use windlass_engine::names::RunId;
use windlass_engine::time::Wall;
use windlass_runner::ports::store::{Append, Created, NewRun, Recorded, Seq, Store};
use windlass_stores::sqlite::{Opening, SqliteStore};

/// A folder with the path of a store in it.
pub struct Place {
    pub folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("windlass.db");
        Self { folder, path }
    }

    pub fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.path, Opening::Carry).unwrap()
    }
}

pub fn event(payload: &str) -> Recorded {
    Recorded {
        at: Wall(17),
        author: "story 1".into(),
        payload: payload.into(),
    }
}

pub fn new_run(cluster: &str) -> NewRun {
    NewRun {
        cluster: cluster.into(),
        key: format!("key of {cluster}"),
        first: event("\"first\""),
        blobs: vec![],
        summary: "asked for".into(),
    }
}

pub fn append(run: &RunId, after: Seq, payload: &str) -> Append {
    Append {
        run: run.clone(),
        epoch: 0,
        after,
        read: 0,
        events: vec![event(payload)],
        blobs: vec![],
        begun: vec![],
        settled: vec![],
        summary: format!("after {after}"),
        identity: None,
        ended: None,
    }
}

/// A new run with so many events in all.
pub async fn run_of(store: &dyn Store, cluster: &str, events: Seq) -> RunId {
    let Created::New(run) = store.create(new_run(cluster)).await.unwrap() else {
        panic!("{cluster} has a run already");
    };
    for after in 1..events {
        let text = format!("\"event {}\"", after + 1);
        store.append(append(&run, after, &text)).await.unwrap();
    }
    run
}
