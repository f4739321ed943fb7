//! The process that is traced: appends and posts one by one, then many at once, and says on its output
//! each word that was acknowledged.
//!
//! Must never know: that it is traced.
//! Tests: the figure.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use windlass_engine::names::RunId;
use windlass_engine::time::Wall;
use windlass_runner::ports::store::{Append, Created, NewRun, Recorded, Store};
use windlass_stores::sqlite::{Opening, SqliteStore};

use super::trace;
use crate::workspace::{NotSo, Trouble};

pub(super) const FULL: &str = "full";
pub(super) const OFF: &str = "off";
/// How the path of the log ends: where SQLite writes commits first.
pub(super) const LOG: &str = "windlass.db-wal";
/// One after another: each is a commit of its own.
const ALONE: u64 = 200;
/// After each so manieth append a command is posted.
const POST_EVERY: u64 = 4;
/// At once, so that commits hold several.
const RUNS: u64 = 8;
const EACH: u64 = 25;

/// Words: `full` or `off`, and the folder of the store.
pub(in crate::figure) fn run(words: &[&str]) -> Result<(), Trouble> {
    let [syncs, folder] = words else {
        return Err("the child wants full or off, and a folder".into());
    };
    let path = Path::new(folder).join("windlass.db");
    let store = match *syncs {
        FULL => SqliteStore::open(&path, Opening::Carry)?,
        OFF => SqliteStore::open_careless(&path)?,
        other => return Err(NotSo(format!("no such way to sync: {other}")).into()),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()?;
    runtime.block_on(work(Arc::new(store)))
}

async fn work(store: Arc<SqliteStore>) -> Result<(), Trouble> {
    let alone = create(&store, "alone").await?;
    let posted = create(&store, "posted").await?;
    for n in 0..ALONE {
        append(&store, &alone, 1 + n, &trace::word("event", 0, n)).await?;
        if n % POST_EVERY == 0 {
            post(&store, &posted, &trace::word("command", 0, n)).await?;
        }
    }
    let mut tasks = Vec::new();
    for of in 1..=RUNS {
        let (run, store) = (create(&store, &format!("run {of}")).await?, store.clone());
        let posted = posted.clone();
        tasks.push(tokio::spawn(async move {
            for n in 0..EACH {
                append(&store, &run, 1 + n, &trace::word("event", of, n))
                    .await
                    .map_err(|why| why.to_string())?;
                if n % POST_EVERY == 0 {
                    post(&store, &posted, &trace::word("command", of, n))
                        .await
                        .map_err(|why| why.to_string())?;
                }
            }
            Ok::<(), String>(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// Says it in one write, which is one line of the record.
fn acknowledged(word: &str) -> Result<(), Trouble> {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{}{word}\n", trace::SAID).as_bytes())?;
    Ok(out.flush()?)
}

fn recorded(word: &str) -> Recorded {
    Recorded {
        at: Wall(17),
        author: NAME.into(),
        payload: format!("\"{word}\""),
    }
}

const NAME: &str = super::NAME;

async fn create(store: &SqliteStore, cluster: &str) -> Result<RunId, Trouble> {
    let new = NewRun {
        cluster: cluster.into(),
        key: cluster.into(),
        first: recorded("first"),
        blobs: Vec::new(),
        summary: "asked for".into(),
    };
    match store.create(new).await? {
        Created::New(run) | Created::Known(run) | Created::Busy(run) => Ok(run),
    }
}

async fn append(store: &SqliteStore, run: &RunId, after: u64, word: &str) -> Result<(), Trouble> {
    let append = Append {
        run: run.clone(),
        epoch: 0,
        after,
        read: 0,
        events: vec![recorded(word)],
        blobs: Vec::new(),
        begun: Vec::new(),
        settled: Vec::new(),
        summary: format!("after {after}"),
        identity: None,
        ended: None,
    };
    store.append(append).await?;
    acknowledged(word)
}

async fn post(store: &SqliteStore, run: &RunId, word: &str) -> Result<(), Trouble> {
    store.post(run, word, NAME, &format!("\"{word}\"")).await?;
    acknowledged(word)
}
