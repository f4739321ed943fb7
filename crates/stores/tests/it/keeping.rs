//! Keeping a store: copied, put back, pruned, examined, mended; on real runs of the real loop.

mod backup;
mod damage;
mod prune;
mod restore;

use crate::runner::{Bench, target};
use std::path::{Path, PathBuf};
use windlass_engine::run::event::End;
use windlass_runner::drive::Driven;
use windlass_stores::sqlite::keeping::{Report, Word, examine};

/// What each restored run is told in these stories.
fn word() -> Word {
    Word {
        by: "windlass restore".into(),
        payload: crate::runner::post(&windlass_engine::run::command::Command::Pause),
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("windlass.db")
}

/// A store with one run that has come to its end.
async fn finished(seed: u64) -> Bench {
    let bench = Bench::of(target(seed)).await;
    assert_eq!(bench.carry().await, Driven::Ended(End::Finished));
    bench
}

fn said(report: &Report) -> String {
    let lines: Vec<String> = report
        .found
        .iter()
        .map(|one| format!("{:?} {:?}: {}", one.weight, one.subject, one.says))
        .collect();
    lines.join("\n")
}

fn is_whole(at: &Path) {
    let report = examine(at).unwrap();
    assert!(report.is_whole(), "{}", said(&report));
}
