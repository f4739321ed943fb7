//! `windlass prune`: ended runs go.
//!
//! Must never know: how they are taken out. Stories: `tests/it/keep.rs`.

use super::{refused, size};
use crate::args::keep::PruneArgs;
use crate::context::Bare;
use crate::exit::{Exit, Failed};
use crate::render::{count, names};
use serde::Serialize;
use std::path::Path;
use windlass_engine::names::RunId;
use windlass_runner::keeping::{Choice, Last, Retention, choose};
use windlass_runner::ports::clock::Clock;
use windlass_runner::ports::store::RunRow;
use windlass_runner::system::SystemClock;
use windlass_stores::sqlite::keeping::{Pruned, Reclaimed, prune, runs};
use windlass_wire::stamp;
use windlass_wire::v1::API_VERSION;

/// What was taken out of a store, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Prune {
    /// `windlass.dev/v1`
    api_version: &'static str,
    /// `Prune`
    kind: &'static str,
    /// Whether it was only shown.
    dry_run: bool,
    /// The runs that went, or would go.
    runs: Vec<PrunedRun>,
    /// Runs that stay only because they are the newest of their cluster.
    last: Vec<PrunedRun>,
    /// Ended runs that stay for other reasons.
    stay: usize,
    /// Live runs; they are never touched.
    live: usize,
    /// Events that went.
    events: u64,
    /// Contents that went, because nobody names them any more.
    contents: u64,
    /// Bytes of the store before.
    bytes_before: Option<u64>,
    /// And after.
    bytes_after: Option<u64>,
    /// Of these unused; used again before the file grows.
    unused_bytes: Option<u64>,
}

/// A run that went, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PrunedRun {
    /// Which.
    run: String,
    /// Its cluster.
    cluster: String,
    /// When it ended.
    ended: Option<String>,
}

/// Runs it.
///
/// # Errors
/// Where there is no store, or it cannot be written.
pub fn run(bare: &Bare, store: &Path, args: &PruneArgs) -> Result<Exit, Failed> {
    let retention = Retention {
        keep: args.keep,
        older_than: args.older_than,
        last: if args.even_last {
            Last::Goes
        } else {
            Last::Stays
        },
    };
    let rows = match runs(store) {
        Ok(rows) => rows,
        Err(why) => return refused(&bare.outlet, why, ""),
    };
    let choice = choose(&rows, &retention, SystemClock::new().now().wall);
    let pruned = if args.dry_run || choice.go.is_empty() {
        None
    } else {
        let go: Vec<RunId> = choice.go.iter().map(|row| row.run.clone()).collect();
        match prune(store, &go) {
            Ok(pruned) => Some(pruned),
            Err(why) => return refused(&bare.outlet, why, ""),
        }
    };
    if bare.outlet.is_data() {
        bare.outlet.data(&view(&choice, pruned.as_ref(), args));
    } else {
        say(bare, &choice, pruned.as_ref());
    }
    Ok(Exit::Done)
}

fn view(choice: &Choice, pruned: Option<&Pruned>, args: &PruneArgs) -> Prune {
    let one = |row: &RunRow| PrunedRun {
        run: row.run.to_string(),
        cluster: row.cluster.to_string(),
        ended: row.ended.map(stamp::rfc3339),
    };
    Prune {
        api_version: API_VERSION,
        kind: "Prune",
        dry_run: args.dry_run,
        runs: choice.go.iter().map(one).collect(),
        last: choice.last.iter().map(one).collect(),
        stay: choice.stay,
        live: choice.live,
        events: pruned.map_or(0, |pruned| pruned.events),
        contents: pruned.map_or(0, |pruned| pruned.contents),
        bytes_before: pruned.map(|pruned| pruned.bytes_before),
        bytes_after: pruned.map(|pruned| pruned.bytes_after),
        unused_bytes: pruned.map(|pruned| pruned.unused_bytes),
    }
}

fn say(bare: &Bare, choice: &Choice, pruned: Option<&Pruned>) {
    let outlet = &bare.outlet;
    let tell = |text: &str| outlet.line(&outlet.wrapped(text, 4));
    let listed = |rows: &[RunRow]| {
        let all: Vec<String> = rows
            .iter()
            .map(|row| format!("{} ({})", row.run, row.cluster))
            .collect();
        names(outlet, &all, ", ")
    };
    match (pruned, choice.go.is_empty()) {
        (_, true) => tell("nothing goes"),
        (None, false) => tell(&format!(
            "would go: {}: {}",
            count(choice.go.len(), "run"),
            listed(&choice.go)
        )),
        (Some(pruned), false) => {
            let events = usize::try_from(pruned.events).unwrap_or(usize::MAX);
            let contents = usize::try_from(pruned.contents).unwrap_or(usize::MAX);
            tell(&format!(
                "{} {} went: {}",
                outlet.style.ok(),
                count(pruned.runs.len(), "run"),
                listed(&choice.go)
            ));
            tell(&format!(
                "  {}, {}; the store was {} and is {}",
                count(events, "event"),
                count(contents, "content"),
                size(pruned.bytes_before),
                size(pruned.bytes_after)
            ));
            if pruned.reclaimed == Reclaimed::KeptInFile {
                tell(&format!(
                    "  {} in it are unused; somebody carries, so the file keeps them, and uses them before it grows",
                    size(pruned.unused_bytes)
                ));
            }
        }
    }
    tell(&format!(
        "  stay: {} that ended, {} that live",
        choice.stay + choice.last.len(),
        choice.live
    ));
    if !choice.last.is_empty() {
        tell(&format!(
            "  only as the newest of their cluster: {}   (--even-last)",
            listed(&choice.last)
        ));
    }
}
