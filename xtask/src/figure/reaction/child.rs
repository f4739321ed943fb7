//! The second process: pauses whatever run is live, at any moment, and lets it go on.
//!
//! Must never know: what is touched.
//! Tests: the figure.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use windlass_engine::names::RunId;
use windlass_engine::run::command::Command;
use windlass_runner::bell;
use windlass_runner::conformance::noop::monotonic_ns;
use windlass_runner::ledger::{Summary, summary_of};
use windlass_runner::ports::store::{Acknowledged, Store};
use windlass_sim::dice::Dice;
use windlass_stores::sqlite::{Opening, SqliteStore};

use super::word::Word;
use super::{LEAST, NAME};
use crate::workspace::Trouble;

/// The store's file in the folder.
pub(super) const STORE: &str = "windlass.db";
/// Where the carrier's bell hangs in it.
pub(super) const BELLS: &str = "bells";
/// From going on to the next pause at most: two answers of a member and the commits between them.
const MEMBER_TAKES_US: u64 = 15_000;
/// How often the phase is looked at.
const LOOK: Duration = Duration::from_millis(2);
/// A run that does not come to rest for so long is a defect, and the figure fails.
const REST_MOST: Duration = Duration::from_secs(60);

struct Poster {
    store: SqliteStore,
    bells: PathBuf,
    counted: AtomicU64,
    wanted: u64,
}

/// Posts until enough count. Words: the folder, and how many shall count.
pub(in crate::figure) fn run(words: &[&str]) -> Result<(), Trouble> {
    let [folder, wanted] = words else {
        return Err("the child wants a folder and a number".into());
    };
    let folder = Path::new(folder);
    let poster = Arc::new(Poster {
        store: SqliteStore::open(&folder.join(STORE), Opening::Look)?,
        bells: folder.join(BELLS),
        counted: AtomicU64::new(0),
        wanted: wanted.parse()?,
    });
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?
        .block_on(post(poster))
}

/// One task a live run.
async fn post(poster: Arc<Poster>) -> Result<(), Trouble> {
    let mut known: BTreeSet<RunId> = BTreeSet::new();
    let mut tasks = JoinSet::new();
    while !poster.is_done() {
        for row in poster.store.live().await? {
            if known.insert(row.run.clone()) {
                let poster = poster.clone();
                tasks.spawn(async move {
                    let run = row.run;
                    poster
                        .pauses(&run)
                        .await
                        .map_err(|why| format!("run {run}: {why}"))
                });
            }
        }
        while let Some(done) = tasks.try_join_next() {
            done??;
        }
        tokio::time::sleep(LOOK).await;
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

impl Poster {
    fn is_done(&self) -> bool {
        self.counted.load(Ordering::Relaxed) >= self.wanted
    }

    /// Pauses one run and lets it go on, until it has ended or enough count.
    async fn pauses(&self, run: &RunId) -> Result<(), Trouble> {
        let mut dice = Dice::new(monotonic_ns());
        let mut number = 0_u64;
        while !self.is_done() && self.until(run, "rolling").await? {
            let pause = Duration::from_micros(dice.below(MEMBER_TAKES_US));
            tokio::time::sleep(pause).await;
            number += 1;
            let told = self
                .say(run, &format!("pause {number}"), &Command::Pause)
                .await?;
            let acknowledged_ns = monotonic_ns();
            if told.ended {
                return Ok(());
            }
            // Half of them are heard at once, the other half when the carrier next writes.
            if dice.below(2) == 0 {
                bell::ring_all(&self.bells).await;
            }
            let paused = self.until(run, "paused").await?;
            let word = word(run, &told, acknowledged_ns);
            if word.named.len() >= LEAST && word.waiting >= LEAST {
                self.counted.fetch_add(1, Ordering::Relaxed);
            }
            println!("{word}");
            if !paused {
                return Ok(());
            }
            self.say(run, &format!("continue {number}"), &Command::Continue)
                .await?;
            bell::ring_all(&self.bells).await;
        }
        Ok(())
    }

    async fn say(
        &self,
        run: &RunId,
        key: &str,
        command: &Command,
    ) -> Result<Acknowledged, Trouble> {
        let payload = serde_json::to_string(command)?;
        Ok(self.store.post(run, key, NAME, &payload).await?)
    }

    /// Until the run stands in a phase; false: it has ended before.
    async fn until(&self, run: &RunId, phase: &str) -> Result<bool, Trouble> {
        let wait = async {
            loop {
                let row = self.store.run(run).await?;
                if row.ended.is_some() {
                    return Ok::<bool, Trouble>(false);
                }
                if summary_of(&row).is_some_and(|line| line.phase == phase) {
                    return Ok(true);
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(REST_MOST, wait).await?
    }
}

fn word(run: &RunId, told: &Acknowledged, acknowledged_ns: u64) -> Word {
    let line: Option<Summary> = serde_json::from_str(&told.summary).ok();
    let waiting = line.map_or(0, |line| {
        line.touched.saturating_sub(line.moved + told.begun.len())
    });
    Word {
        run: run.clone(),
        acknowledged_ns,
        continued_ns: monotonic_ns(),
        waiting,
        named: told.begun.clone(),
    }
}
