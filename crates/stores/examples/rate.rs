//! Events a second through the store, against a bare loop of prepared inserts at the same group size.
//! `cargo run --release -p windlass-stores --example rate [FOLDER]`
#![allow(clippy::disallowed_methods, reason = "it measures, by the real clock")]

use rusqlite::{Connection, params};
use std::sync::Arc;
use std::time::{Duration, Instant};
use windlass_engine::time::Wall;
use windlass_runner::ports::store::{Append, Created, NewRun, Recorded, Store};
use windlass_stores::sqlite::{Opening, SqliteStore};

const RUNS: usize = 64;
const ROUND: Duration = Duration::from_secs(2);

type Anyhow<T> = Result<T, Box<dyn std::error::Error>>;

fn event() -> Recorded {
    Recorded {
        at: Wall(1),
        author: "host 17".into(),
        payload: format!("{{\"Pulse\":\"{}\"}}", "x".repeat(250)),
    }
}

fn bare(path: &std::path::Path) -> Anyhow<f64> {
    let mut db = Connection::open(path)?;
    db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE journal(run INTEGER, seq INTEGER, payload TEXT, PRIMARY KEY (run, seq)) WITHOUT ROWID")?;
    let payload = event().payload;
    let (began, mut n) = (Instant::now(), 0u64);
    while began.elapsed() < ROUND {
        let tx = db.transaction()?;
        {
            let mut put = tx.prepare_cached("INSERT INTO journal VALUES (?1, ?2, ?3)")?;
            for run in 0..RUNS as i64 {
                put.execute(params![run, n as i64, payload])?;
            }
        }
        tx.commit()?;
        n += 1;
    }
    Ok((n * RUNS as u64) as f64 / began.elapsed().as_secs_f64())
}

fn bare_rowid(path: &std::path::Path) -> Anyhow<f64> {
    let mut db = Connection::open(path)?;
    db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE journal(id INTEGER PRIMARY KEY, run INTEGER, seq INTEGER, payload TEXT)")?;
    let payload = event().payload;
    let (began, mut n) = (Instant::now(), 0u64);
    while began.elapsed() < ROUND {
        let tx = db.transaction()?;
        {
            let mut put = tx.prepare_cached("INSERT INTO journal VALUES (NULL, ?1, ?2, ?3)")?;
            for run in 0..RUNS as i64 {
                put.execute(params![run, n as i64, payload])?;
            }
        }
        tx.commit()?;
        n += 1;
    }
    Ok((n * RUNS as u64) as f64 / began.elapsed().as_secs_f64())
}

async fn ours(path: &std::path::Path) -> Anyhow<f64> {
    let store = Arc::new(SqliteStore::open(path, Opening::Carry)?);
    let mut runs = Vec::new();
    for n in 0..RUNS {
        let new = NewRun {
            cluster: format!("c{n}").as_str().into(),
            key: format!("k{n}"),
            first: event(),
            blobs: vec![],
            summary: "{\"phase\":\"rolling\",\"goal\":\"4.1.2\"}".into(),
        };
        match store.create(new).await? {
            Created::New(run) => runs.push(run),
            Created::Known(_) | Created::Busy(_) => return Err("not new".into()),
        }
    }
    let began = Instant::now();
    let tasks: Vec<_> = runs
        .into_iter()
        .map(|run| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut seq = 1;
                while began.elapsed() < ROUND {
                    let append = Append {
                        run: run.clone(),
                        epoch: 0,
                        after: seq,
                        read: 0,
                        events: vec![event()],
                        blobs: vec![],
                        begun: vec![],
                        settled: vec![],
                        summary: "{\"phase\":\"rolling\",\"goal\":\"4.1.2\"}".into(),
                        identity: None,
                        ended: None,
                    };
                    seq = store.append(append).await.map_err(|e| e.to_string())?;
                }
                Ok::<_, String>(seq - 1)
            })
        })
        .collect();
    let mut n = 0;
    for task in tasks {
        n += task.await??;
    }
    Ok(n as f64 / began.elapsed().as_secs_f64())
}

#[tokio::main]
async fn main() -> Anyhow<()> {
    let base = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let folder = tempfile::tempdir_in(base)?;
    for round in 0..4 {
        let b = bare(&folder.path().join(format!("bare{round}.db")))?;
        let r = bare_rowid(&folder.path().join(format!("row{round}.db")))?;
        let o = ours(&folder.path().join(format!("ours{round}.db"))).await?;
        println!(
            "bare keyed {b:.0}/s, bare rowid {r:.0}/s, ours {o:.0}/s: {:.2} {:.2}",
            o / b,
            o / r
        );
    }
    Ok(())
}
