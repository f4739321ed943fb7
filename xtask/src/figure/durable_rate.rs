//! `durable-rate`: events a second through the public store, 64 runs with one append of one event
//! outstanding each, ÷ a bare loop of prepared inserts at 64 rows a commit; by turns, medians.
//!
//! The bare loop keeps the same events in the plainest table from which a run can be read back: by run
//! and position. Beside it stands one without any key, which nobody could read a run from.
//! Must never know: how the store groups its commits; it only asks how large they were.
//! Tests: the figure itself.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use windlass_engine::names::RunId;
use windlass_engine::time::Wall;
use windlass_runner::ports::store::{Append, Created, NewRun, Recorded, Store};
use windlass_stores::sqlite::{Opening, SqliteStore};

use super::{disk, release};
use crate::workspace::{NotSo, Trouble};

pub(super) const NAME: &str = "durable-rate";
/// One append each is outstanding, so this is the largest group too.
const RUNS: u32 = 64;
/// The issue asks for events of at least so many bytes.
const PAYLOAD_BYTES: usize = 256;
/// Each side runs so long at a time, so that all of it lies within one minute.
const TURN: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Side {
    Store,
    Keyed,
    Keyless,
}

pub(super) fn measure() -> Result<f64, Trouble> {
    use Side::{Keyed, Keyless, Store};
    if let Some(done) = release::again(NAME) {
        return done;
    }
    let folder = disk::folder()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let turns = [
        Store, Keyed, Keyless, Keyless, Keyed, Store, Store, Keyed, Keyless,
    ];
    let mut rates: Vec<(Side, f64)> = Vec::new();
    for (turn, side) in turns.into_iter().enumerate() {
        let file = folder.path().join(format!("{turn}.db"));
        let rate = match side {
            Store => runtime.block_on(store(&file))?,
            Keyed => bare(&file, ", PRIMARY KEY (run, seq)")?,
            Keyless => bare(&file, "")?,
        };
        println!("{side:?}: {rate:.0} events/s");
        rates.push((side, rate));
    }
    let ours = median(&rates, Store);
    println!(
        "{:.3} of the loop without a key; load {}",
        ours / median(&rates, Keyless),
        disk::load()
    );
    Ok(ours / median(&rates, Keyed))
}

fn median(rates: &[(Side, f64)], of: Side) -> f64 {
    let mut rates: Vec<f64> = rates
        .iter()
        .filter(|(side, _)| *side == of)
        .map(|(_, rate)| *rate)
        .collect();
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(f64::NAN)
}

fn payload() -> String {
    format!("\"{}\"", "x".repeat(PAYLOAD_BYTES - 2))
}

fn rate(events: u32, began: Instant) -> f64 {
    f64::from(events) / began.elapsed().as_secs_f64()
}

/// The bare loop, with this key.
fn bare(file: &Path, key: &str) -> Result<f64, Trouble> {
    let mut db = Connection::open(file)?;
    db.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE journal (run INTEGER, seq INTEGER, payload TEXT{key});"
    ))?;
    let payload = payload();
    let began = Instant::now();
    let mut seq = 0;
    while began.elapsed() < TURN {
        seq += 1;
        let commit = db.transaction()?;
        {
            let mut insert = commit.prepare_cached("INSERT INTO journal VALUES (?1, ?2, ?3)")?;
            for run in 0..RUNS {
                insert.execute(params![run, seq, payload])?;
            }
        }
        commit.commit()?;
    }
    Ok(rate(seq * RUNS, began))
}

async fn store(file: &Path) -> Result<f64, Trouble> {
    let store = std::sync::Arc::new(SqliteStore::open(file, Opening::Carry)?);
    let mut runs = Vec::new();
    for n in 0..RUNS {
        let new = NewRun {
            cluster: format!("cluster {n}").into(),
            key: n.to_string(),
            first: event(&payload()),
            blobs: Vec::new(),
            summary: summary(),
        };
        let Created::New(run) = store.create(new).await? else {
            return Err(NotSo("a run was there already".into()).into());
        };
        // A fence to be checked, and a command that was read.
        store.take(&run, 1).await?;
        store.post(&run, "pace", "figure", "\"pace\"").await?;
        runs.push(run);
    }
    let began = Instant::now();
    let writers: Vec<_> = runs
        .into_iter()
        .map(|run| tokio::spawn(write(store.clone(), run, began)))
        .collect();
    let mut events = 0;
    for writer in writers {
        events += writer.await?.map_err(NotSo)?;
    }
    let rate = rate(events, began);
    println!("median commit: {} events", store.median_commit());
    Ok(rate)
}

/// One run: the next append as soon as the last is durable.
async fn write(
    store: std::sync::Arc<SqliteStore>,
    run: RunId,
    began: Instant,
) -> Result<u32, String> {
    let payload = payload();
    let (mut seq, mut events) = (1, 0);
    while began.elapsed() < TURN {
        let append = Append {
            run: run.clone(),
            epoch: 1,
            after: seq,
            read: 1,
            events: vec![event(&payload)],
            blobs: Vec::new(),
            begun: Vec::new(),
            settled: Vec::new(),
            summary: summary(),
            identity: None,
            ended: None,
        };
        seq = store.append(append).await.map_err(|why| why.to_string())?;
        events += 1;
    }
    Ok(events)
}

fn event(payload: &str) -> Recorded {
    Recorded {
        at: Wall(1_700_000_000_000_000),
        author: "windlass on anchor, pid 17".into(),
        payload: payload.to_owned(),
    }
}

fn summary() -> String {
    r#"{"phase":"rolling","goal":{},"moved":1,"touched":3,"says":"member 2 moves"}"#.into()
}
