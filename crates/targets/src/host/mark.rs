//! The mark beside a member, read. Only `deed/mark.sh` writes it, under the lock.
//!
//! Must never know: who may act; the script compares. Stories: `tests/it/host.rs`.

use serde::Deserialize;
use std::io::ErrorKind;
use std::path::Path;

/// What the script wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Mark {
    pub(super) store: String,
    pub(super) identity: String,
    pub(super) run: String,
    pub(super) cluster: String,
    pub(super) claimed: String,
    pub(super) holder: String,
    pub(super) since: String,
    pub(super) step: String,
    pub(super) wanted: String,
    pub(super) boot: String,
    pub(super) pid: u32,
    pub(super) start: u64,
    pub(super) release: String,
}

impl Mark {
    /// Reads it; nothing where no mark was ever left.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, String> {
        let words = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
        match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|why| words(&why)),
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
            Err(why) => Err(words(&why)),
        }
    }

    /// Whose it is, in words; none where it was taken away.
    pub(super) fn whose(&self) -> Option<String> {
        (self.claimed == "yes").then(|| {
            format!(
                "store {}, run {} of {} ({}), since {}, {}",
                self.store, self.run, self.cluster, self.identity, self.since, self.holder
            )
        })
    }

    /// The last step known to have been taken, in words.
    pub(super) fn step_in_words(&self) -> String {
        match self.step.as_str() {
            "stopping" => "told to stop".into(),
            "starting" => format!("starting {}", self.wanted),
            "none" | "" => "not begun".into(),
            other => other.into(),
        }
    }
}
