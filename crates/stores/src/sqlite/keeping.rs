//! Keeping a store: backup, restore, prune, and telling what is hurt. (Map of the room.)
//!
//! | file | holds |
//! |---|---|
//! | `backup`, `restore` | a store copied as it is at one moment, and put in a store's place |
//! | `prune` | ended runs taken out, and what only they named |
//! | `examine` | everything looked at: the file, its pages (`content`), its log (`wal`), its folder |
//! | `mend` | rows written anew from their journals |
//! | `seal` | sums over what no journal protects |
//!
//! All of it blocks; it works on a path, since a store that cannot be opened is examined, too.
//! Must never know: what an event means; the runner's `keeping` folds. Stories: `tests/it/keeping/`.

mod backup;
mod content;
mod examine;
mod mend;
mod prune;
mod restore;
pub(super) mod seal;
mod wal;

pub use backup::{BackedUp, Existing, Source, backup};
pub use examine::{Found, Report, Subject, Weight, examine};
pub use mend::{Mended, mend};
pub use prune::{Pruned, Reclaimed, prune, runs};
pub use restore::{LiveRun, Restored, Word, restore};

use std::path::PathBuf;
use thiserror::Error;
use windlass_runner::ports::store::StoreError;

/// Why something of a store's keeping was not done.
#[derive(Debug, Error)]
pub enum KeepError {
    /// A file stands in the place of what shall be written.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// There is no store.
    #[error("there is no store at {}", .0.display())]
    Missing(PathBuf),
    /// Somebody carries runs of the store.
    #[error("the store is carried by {}", .0.join("; and by "))]
    Held(Vec<String>),
    /// Somebody has the store open.
    #[error("another windlass has the store open")]
    Open,
    /// What was copied is hurt; nothing was put in place.
    #[error("what was copied is hurt: {}", .0.first().map_or("", |first| &first.says))]
    Hurt(Vec<Found>),
    /// A store that is in use, or none at all, lies where a copy was named.
    #[error("{} is no copy of a store: {why}", path.display())]
    NoCopy {
        /// Which file.
        path: PathBuf,
        /// What it is instead.
        why: String,
    },
    /// A file could not be worked on.
    #[error("cannot {verb} {}", path.display())]
    File {
        /// `write`, `sync`, `rename`.
        verb: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps the path for the error.
fn at(verb: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> KeepError {
    let path = path.to_owned();
    move |source| KeepError::File { verb, path, source }
}
