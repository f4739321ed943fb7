//! After a kill: whether all that was acknowledged is in the store, and whether its runs are in a
//! state that a run can be in.
//!
//! Must never know: the killed process; it reads the store, what was heard, and the toys' files.
//! Tests: the figure; `story` has tests of its own.

mod story;

use std::collections::BTreeSet;
use std::path::Path;

use windlass_engine::hash::Hash;
use windlass_engine::names::RunId;
use windlass_engine::run::event::Event;
use windlass_runner::journal;
use windlass_runner::ledger::{Ledger, summary, summary_of};
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::store::{Posted, RunRow, Store, Stored};
use windlass_runner::system::SystemClock;

use super::heard::{Acknowledged, Heard};
use crate::toy::touched;
use crate::workspace::Trouble;

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    /// What is not as it must be, one line each.
    pub(super) wrong: Vec<String>,
    /// Runs that have ended.
    pub(super) ended: Vec<RunId>,
}

/// Looks at these runs and all live ones.
pub(super) async fn judge(
    store: &dyn Store,
    folder: &Path,
    heard: &Heard,
    runs: &BTreeSet<RunId>,
) -> Found {
    let mut found = Found::default();
    let mut all = runs.clone();
    match store.live().await {
        Ok(live) if live.len() > 1 => found.wrong.push("more than one run is live".into()),
        Ok(live) => all.extend(live.into_iter().map(|row| row.run)),
        Err(why) => found
            .wrong
            .push(format!("live runs cannot be listed: {why}")),
    }
    for run in all {
        match of_run(store, folder, heard.of(&run), &run).await {
            Ok((wrong, row)) => {
                found
                    .wrong
                    .extend(wrong.iter().map(|what| format!("run {run}: {what}")));
                found.ended.extend(row.ended.map(|_| run));
            }
            Err(why) => found.wrong.push(format!("run {run} cannot be read: {why}")),
        }
    }
    found
}

async fn of_run(
    store: &dyn Store,
    folder: &Path,
    heard: Option<&Acknowledged>,
    run: &RunId,
) -> Result<(Vec<String>, RunRow), Trouble> {
    let row = store.run(run).await?;
    let stored = store.read(run, 1).await?;
    let inbox = store.inbox(run, 0).await?;
    let mut events = Vec::with_capacity(stored.len());
    for one in &stored {
        events.push(journal::recall(store, one).await?);
    }
    let mut wrong = chain(run, &stored);
    if let Some(heard) = heard {
        wrong.extend(missing(heard, &stored, &inbox));
    }
    wrong.extend(row_and_fold(&Ledger::open(store, run, None).await?, &row));
    wrong.extend(commands(&events, &inbox));
    wrong.extend(story::wrong(
        &events,
        &touched(&folder.join(row.cluster.as_str()))?,
    ));
    Ok((wrong, row))
}

/// Every event follows from the one before it; the store looks at this too, but is the one judged.
fn chain(run: &RunId, stored: &[Stored]) -> Vec<String> {
    let mut before = Hash::default();
    let mut wrong = Vec::new();
    for (event, seq) in stored.iter().zip(1..) {
        if event.seq != seq || !event.follows(before, run) {
            wrong.push(format!(
                "event {seq} does not follow from the one before it"
            ));
        }
        before = event.hash;
    }
    wrong
}

fn missing(heard: &Acknowledged, stored: &[Stored], inbox: &[Posted]) -> Vec<String> {
    let place = |seq: u64| usize::try_from(seq).ok()?.checked_sub(1);
    let events = heard.events.iter().filter_map(|(seq, hash)| {
        let there = place(*seq).and_then(|at| stored.get(at));
        let same = there.is_some_and(|event| Hash::of(event.payload.as_bytes()) == *hash);
        (!same).then(|| format!("acknowledged event {seq} is missing"))
    });
    let commands = heard.commands.iter().filter_map(|(seq, by)| {
        let there = place(*seq).and_then(|at| inbox.get(at));
        let same = there.is_some_and(|posted| posted.seq == *seq && posted.by == *by);
        (!same).then(|| format!("acknowledged command {seq} of {by} is missing"))
    });
    events.chain(commands).collect()
}

/// The row says what the fold says; only the sentence, which tells of time passing, may differ.
fn row_and_fold(ledger: &Ledger, row: &RunRow) -> Vec<String> {
    let folded = RunRow {
        summary: summary(&ledger.run, SystemClock::new().now()),
        ..row.clone()
    };
    let line = |row: &RunRow| {
        summary_of(row).map(|line| (line.phase, line.goal, line.moved, line.touched))
    };
    let mut wrong = Vec::new();
    if line(row).is_none() || line(row) != line(&folded) {
        wrong.push(format!(
            "its row says {}, its fold {}",
            row.summary, folded.summary
        ));
    }
    if row.seq != ledger.seq {
        wrong.push(format!(
            "its row stands at {}, its journal at {}",
            row.seq, ledger.seq
        ));
    }
    if row.ended.is_some() != ledger.run.ended().is_some() {
        wrong.push("row and fold differ on whether it has ended".into());
    }
    if row.identity.as_ref() != ledger.run.identity() {
        wrong.push("row and fold differ on who the cluster is".into());
    }
    wrong
}

/// Each command was read once, in order, as it stands in the inbox.
fn commands(events: &[Event], inbox: &[Posted]) -> Vec<String> {
    let read = events.iter().filter_map(|event| {
        let Event::Commanded {
            seq, by, command, ..
        } = event
        else {
            return None;
        };
        Some((*seq, by, command))
    });
    let mut wrong = Vec::new();
    let mut posted = inbox.iter();
    for (seq, by, command) in read {
        let same = posted.next().is_some_and(|posted| {
            let said = serde_json::from_str(&posted.payload).ok();
            posted.seq == seq && posted.by == *by && said.as_ref() == Some(command)
        });
        if !same {
            wrong.push(format!("command {seq} was not read as it was posted"));
        }
    }
    wrong
}
