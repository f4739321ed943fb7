//! Nodes of labs whose owner crashed: found by the record each lab leaves, and ended.
//!
//! Must never know: a process that no record names. A pid is ended only while its command line names the
//! configuration file of the record's node.
//! Tests: `tests/it`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::process::{Signal, pid_in, signal, start_ticks};
use super::super::{PeerError, cache, doing};
use super::node::{Node, is_node};

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    owner: i32,
    owner_start_ticks: u64,
    root: PathBuf,
    folder: Folder,
    nodes: Vec<Place>,
}

/// What becomes of a lab's folder when the lab ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Folder {
    /// Named by whoever wanted the lab: it stays.
    Named,
    /// Made for the lab: it goes with it.
    Passing,
}

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    config: PathBuf,
    pid_file: PathBuf,
}

/// Writes down whose the nodes are, before any is started.
pub(super) fn record<'a>(
    label: &str,
    root: &Path,
    folder: Folder,
    nodes: impl Iterator<Item = &'a Node>,
) -> Result<PathBuf, PeerError> {
    let owner = i32::try_from(std::process::id()).unwrap_or(i32::MAX);
    let record = Record {
        owner,
        owner_start_ticks: start_ticks(owner).unwrap_or(0),
        root: root.to_owned(),
        folder,
        nodes: nodes
            .map(|node| Place {
                config: node.config(),
                pid_file: node.pid_file(),
            })
            .collect(),
    };
    let file = records()?.join(format!("{label}.json"));
    let text =
        serde_json::to_vec(&record).map_err(|error| doing("write a record")(error.into()))?;
    cache::put(&file, &text)?;
    Ok(file)
}

/// Ends what crashed owners left running.
pub(super) fn sweep() -> Result<(), PeerError> {
    let folder = records()?;
    let entries = fs::read_dir(&folder).map_err(doing(format!("read {}", folder.display())))?;
    for file in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        let Some(record) = fs::read(&file)
            .ok()
            .and_then(|text| serde_json::from_slice::<Record>(&text).ok())
        else {
            continue;
        };
        if start_ticks(record.owner) == Some(record.owner_start_ticks) {
            continue;
        }
        for node in &record.nodes {
            if let Some(pid) = pid_in(&node.pid_file).filter(|pid| is_node(*pid, &node.config)) {
                eprintln!(
                    "ending process {pid}, left by a lab in {}",
                    record.root.display()
                );
                signal(pid, Signal::KILL);
            }
        }
        if record.folder == Folder::Passing {
            fs::remove_dir_all(&record.root).unwrap_or_default();
        }
        fs::remove_file(&file).unwrap_or_default();
    }
    Ok(())
}

fn records() -> Result<PathBuf, PeerError> {
    cache::peers("records")
}
