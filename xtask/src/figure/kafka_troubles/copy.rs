//! A copy of the checkout that may be spoiled, with a target folder of its own.
//!
//! Must never know: what is spoiled.
//! Tests: the figure.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::peers::cache;
use crate::workspace::{self, Trouble};

/// The copy: kept from one measuring to the next, so that only what changed is built again.
pub(super) struct Copied {
    root: PathBuf,
}

impl Copied {
    /// Every file as it is in the checkout now; files that did not change keep their time.
    pub(super) fn checkout() -> Result<Self, Trouble> {
        let root = cache::windlass()?.join("kafka-troubles/checkout");
        let files = workspace::files()?;
        for file in &files {
            let (from, to) = (workspace::root().join(file), root.join(file));
            let wanted = fs::read(&from)?;
            if fs::read(&to).is_ok_and(|there| there == wanted) {
                continue;
            }
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&to, wanted)?;
            fs::set_permissions(&to, fs::metadata(&from)?.permissions())?;
        }
        forget_others(&root, &root, &files)?;
        Ok(Self { root })
    }

    /// Cargo in the copy.
    pub(super) fn cargo(&self, words: &[&str]) -> Result<Command, Trouble> {
        let mut command = workspace::cargo(words)?;
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", self.root.with_file_name("target"));
        Ok(command)
    }

    /// The patch of that name.
    pub(super) fn patch(&self, name: &str) -> PathBuf {
        let folder = workspace::root().join("xtask/src/figure/kafka_troubles");
        folder.join(format!("{name}.patch"))
    }

    /// Whether the patch applies.
    pub(super) fn apply(&self, patch: &Path, more: &[&str]) -> Result<bool, Trouble> {
        let mut git = Command::new("git");
        // Not as a part of a repository that it may lie in.
        git.args(["apply", "--whitespace=nowarn"])
            .args(more)
            .arg(patch)
            .current_dir(&self.root)
            .env("GIT_CEILING_DIRECTORIES", self.root.with_file_name(""));
        Ok(git.status()?.success())
    }

    /// Keeps what a test said, for whoever wants to know why.
    pub(super) fn keep(&self, name: &str, what: &str, text: &str) -> Result<(), Trouble> {
        let folder = self.root.with_file_name("said");
        fs::create_dir_all(&folder)?;
        Ok(fs::write(folder.join(format!("{name}-{what}.txt")), text)?)
    }
}

/// Takes away what is in the copy and no longer in the checkout.
fn forget_others(root: &Path, folder: &Path, files: &[String]) -> Result<(), Trouble> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            forget_others(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            if !files.contains(&name) {
                fs::remove_file(&path)?;
            }
        }
    }
    Ok(())
}
