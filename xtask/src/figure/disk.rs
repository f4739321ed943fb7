//! A folder on a real disk: figures about durability mean nothing in memory.
//!
//! Must never know: what is written there.
//! Tests: every figure that uses it.

use tempfile::TempDir;

use crate::workspace::{NotSo, Trouble, target};

/// The kind of a file system that lives in memory (statfs(2): TMPFS_MAGIC).
const TMPFS: i64 = 0x0102_1994;

/// A folder beside what cargo builds, which goes away when dropped.
///
/// # Errors
/// When it cannot be made, or is no disk.
pub(super) fn folder() -> Result<TempDir, Trouble> {
    let target = target()?;
    std::fs::create_dir_all(&target)?;
    let folder = TempDir::with_prefix_in("figure-", &target)?;
    let kind = rustix::fs::statfs(folder.path())?.f_type;
    if kind == TMPFS {
        return Err(NotSo(
            "the target directory lies in memory: set CARGO_TARGET_DIR to a folder on a disk"
                .into(),
        )
        .into());
    }
    Ok(folder)
}

/// The machine's load over the last minute, five and fifteen, as it says itself.
pub(super) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
