//! A copy of the checkout that may be spoiled by patches, with a target folder of its own beside it. Kept
//! from one use to the next, so that only what changed is built again.
//!
//! Must never know: what is spoiled.
//! Tests: those of the figures `kafka-troubles` and `planted-bugs`; `tests/it/planted.rs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::peers::cache;
use crate::workspace::{self, Trouble};

/// The copy of one name.
#[derive(Debug)]
pub struct Copy {
    root: PathBuf,
    _held: cache::Locked,
}

impl Copy {
    /// Every file as it is in the checkout now; files that did not change keep their time. Nobody else
    /// has the copy of that name meanwhile.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn checkout(name: &str) -> Result<Self, Trouble> {
        let folder = cache::windlass()?.join(name);
        fs::create_dir_all(&folder)?;
        let held = cache::lock(&folder.join("lock"))?;
        let root = folder.join("checkout");
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
        Ok(Self { root, _held: held })
    }

    /// Its root.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Something beside it.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        self.root.with_file_name(name)
    }

    /// Where cargo builds it to.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        self.beside("target")
    }

    /// Cargo in the copy; stories that are told meanwhile come first.
    ///
    /// # Errors
    /// When there is no cache folder.
    pub fn cargo(&self, words: &[&str]) -> Result<Command, Trouble> {
        let cargo = workspace::cargo(words)?;
        let mut command = Command::new("nice");
        command
            .args(["-n", "10"])
            .arg(cargo.get_program())
            .args(cargo.get_args())
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", self.target());
        Ok(command)
    }

    /// Whether the patch applies.
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn apply(&self, patch: &Path, more: &[&str]) -> Result<bool, Trouble> {
        let mut git = Command::new("git");
        // Not as a part of a repository that it may lie in.
        git.args(["apply", "--whitespace=nowarn"])
            .args(more)
            .arg(patch)
            .current_dir(&self.root)
            .env("GIT_CEILING_DIRECTORIES", self.beside(""));
        Ok(git.status()?.success())
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
