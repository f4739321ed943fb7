//! The folder outside the checkout where peers lie, and the locks that let two processes share it.
//!
//! Must never know: what a peer is made of.
//! Tests: used by all of `tests/it`.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::{PeerError, doing};

/// `${XDG_CACHE_HOME:-$HOME/.cache}/windlass`, where everything lies that may be thrown away.
///
/// # Errors
/// When neither variable is set.
pub fn windlass() -> Result<PathBuf, PeerError> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    base.map(|base| base.join("windlass"))
        .ok_or_else(|| PeerError::Missing {
            what: "a cache folder".into(),
            remedy: "set HOME or XDG_CACHE_HOME".into(),
        })
}

/// The folder of one kind of peer, made if it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn peers(kind: &str) -> Result<PathBuf, PeerError> {
    let folder = windlass()?.join("peers").join(kind);
    fs::create_dir_all(&folder).map_err(doing(format!("make {}", folder.display())))?;
    Ok(folder)
}

/// Holds a lock file until dropped; the kernel lets go of it when the process dies.
#[derive(Debug)]
pub struct Locked(#[expect(dead_code, reason = "the open file is the lock")] File);

/// Waits until the lock file is ours alone.
///
/// # Errors
/// When it cannot be opened or locked.
pub fn lock(path: &Path) -> Result<Locked, PeerError> {
    let file = open(path)?;
    flock(&file, FlockOperation::LockExclusive)
        .map_err(|errno| doing(format!("lock {}", path.display()))(errno.into()))?;
    Ok(Locked(file))
}

/// Takes the lock file if nobody has it.
///
/// # Errors
/// When it cannot be opened.
pub fn try_lock(path: &Path) -> Result<Option<Locked>, PeerError> {
    let file = open(path)?;
    Ok(flock(&file, FlockOperation::NonBlockingLockExclusive)
        .is_ok()
        .then_some(Locked(file)))
}

fn open(path: &Path) -> Result<File, PeerError> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(doing(format!("open {}", path.display())))
}

/// Writes a file so that no reader ever sees half of it; leaves it alone when it already says this.
///
/// # Errors
/// When the folder cannot be written.
pub fn put(path: &Path, text: &[u8]) -> Result<(), PeerError> {
    if fs::read(path).is_ok_and(|present| present == text) {
        return Ok(());
    }
    let part = path.with_extension(format!("part-{}", std::process::id()));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(doing(format!("make {}", folder.display())))?;
    }
    fs::write(&part, text).map_err(doing(format!("write {}", part.display())))?;
    fs::rename(&part, path).map_err(doing(format!("rename to {}", path.display())))
}
