//! Where the demo lies: in a folder of its own beside the user's store, which it never opens.
//!
//! Must never know: what is played. Stories: `tests/it/demo.rs`.

use super::stage::Stage;
use crate::args::Global;
use crate::context::{beside, store_path};
use crate::exit::Failed;
use std::path::{Path, PathBuf};

/// The folder beside the store.
const FOLDER: &str = "demo";
/// The store in it.
const STORE: &str = "windlass.db";

/// The demo's store. Where the store that is named is a demo's already, that one.
///
/// # Errors
/// Where nothing says where a store lies.
pub fn store(global: &Global) -> Result<PathBuf, Failed> {
    let own = store_path(global)?;
    if Stage::beside(&beside(&own)).is_some() {
        return Ok(own);
    }
    let folder = own.parent().unwrap_or(Path::new(""));
    Ok(folder.join(FOLDER).join(STORE))
}

/// Throws away all that was played.
///
/// # Errors
/// Where it cannot be removed.
pub fn clear(store: &Path) -> Result<(), Failed> {
    let wrong = |source| Failed::File {
        verb: "remove",
        path: store.to_owned(),
        source,
    };
    let gone = |done: std::io::Result<()>| match done {
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(wrong),
    };
    let along = |end: &str| {
        let mut name = store.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    gone(std::fs::remove_dir_all(beside(store)))?;
    for end in ["-wal", "-shm", ""] {
        gone(std::fs::remove_file(along(end)))?;
    }
    Ok(())
}
