//! A backup: the store as it is at one moment, in one file, while others write.
//!
//! The copy has no store id of its own: whoever opens it is another store, so the marks that the first
//! one left at members bar it until a human adopts them.
//! Must never know: what lies in the tables. Stories: `tests/it/keeping/backup.rs`.

use super::super::clock::wall;
use super::super::file;
use super::super::trouble::{Trouble, failed};
use super::examine::{Report, Weight, beside, inside};
use super::{KeepError, at};
use rusqlite::Connection;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use windlass_runner::ports::store::StoreError;

/// What becomes of a file that stands where a copy shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is copied.
    Stays,
    /// The copy takes its place.
    Replaced,
}

/// What may be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Only what is whole.
    Whole,
    /// Also what is hurt: better than nothing.
    EvenHurt,
}

/// A copy that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// What is in it, found by reading all of it.
    pub report: Report,
}

/// Copies the store, reads the copy, and puts it in place. It is on the disk when this returns.
///
/// # Errors
/// [`KeepError`]: a file is there, something is hurt, the disk is full. Nothing is left behind then.
pub fn backup(
    store: &Path,
    to: &Path,
    existing: Existing,
    source: Source,
) -> Result<BackedUp, KeepError> {
    if !store.exists() {
        return Err(KeepError::Missing(store.to_owned()));
    }
    may_stand(store, to, existing)?;
    let part = Part::beside(to)?;
    copy(store, &part.path)?;
    stamp(&part.path)?;
    let mut report = Report::default();
    inside(&part.path, &mut report);
    bar(&report, source)?;
    part.into_place(to, existing)?;
    Ok(BackedUp { report })
}

/// Never over the store itself, or over any store that is in use.
fn may_stand(store: &Path, to: &Path, existing: Existing) -> Result<(), KeepError> {
    let Ok(there) = std::fs::metadata(to) else {
        return Ok(());
    };
    if existing == Existing::Stays {
        return Err(KeepError::Exists(to.to_owned()));
    }
    let ours = std::fs::metadata(store).map_err(at("look at", store))?;
    let why = if (ours.dev(), ours.ino()) == (there.dev(), there.ino()) {
        "it is the store itself"
    } else if !there.is_file() {
        "it is no file"
    } else if beside(to, "-wal").exists() {
        "it is a store in use"
    } else {
        return Ok(());
    };
    Err(KeepError::NoCopy {
        path: to.to_owned(),
        why: why.into(),
    })
}

/// Stops where what was copied is hurt, unless that was asked for.
pub(super) fn bar(report: &Report, source: Source) -> Result<(), KeepError> {
    if report.is_whole() || source == Source::EvenHurt {
        return Ok(());
    }
    let hurt = report
        .found
        .iter()
        .filter(|one| one.weight != Weight::Warning);
    Err(KeepError::Hurt(hurt.cloned().collect()))
}

/// A file that is being written, gone unless it is put in place.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) path: PathBuf,
}

impl Part {
    /// An empty file that only its owner may read, beside the one that it shall become.
    pub(super) fn beside(to: &Path) -> Result<Self, KeepError> {
        let path = beside(to, &format!(".part-{}", std::process::id()));
        // One that a process of the same number left when it was killed.
        drop(std::fs::remove_file(&path));
        OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(at("write", &path))?;
        Ok(Self { path })
    }

    /// Onto the disk.
    pub(super) fn sync(&self) -> Result<(), KeepError> {
        File::open(&self.path)
            .and_then(|file| file.sync_all())
            .map_err(at("sync", &self.path))
    }

    /// Onto the disk, and under its name.
    fn into_place(self, to: &Path, existing: Existing) -> Result<(), KeepError> {
        self.sync()?;
        let renamed = match existing {
            Existing::Replaced => std::fs::rename(&self.path, to),
            Existing::Stays => {
                match renameat_with(CWD, &self.path, CWD, to, RenameFlags::NOREPLACE) {
                    Ok(()) => Ok(()),
                    Err(Errno::EXIST) => return Err(KeepError::Exists(to.to_owned())),
                    // A file system that cannot say so: a second name can be given only once, too.
                    Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                        std::fs::hard_link(&self.path, to)
                    }
                    Err(why) => Err(why.into()),
                }
            }
        };
        renamed.map_err(at("write", to))?;
        file::sync_folder(to).map_err(at("sync", to))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        for ending in ["", "-journal", "-wal", "-shm"] {
            // It has its name, or nobody wants it.
            drop(std::fs::remove_file(beside(&self.path, ending)));
        }
    }
}

/// One moment of the store, packed into another file. Writers are not held up.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), KeepError> {
    let db = file::look(from)?;
    let Some(target) = to.to_str() else {
        return Err(KeepError::NoCopy {
            path: to.to_owned(),
            why: "its name is no text".into(),
        });
    };
    db.execute("VACUUM INTO ?1", [target]).map_err(copied)?;
    Ok(())
}

/// A copy that finds no room is the disk's trouble, not the store's.
fn copied(why: rusqlite::Error) -> KeepError {
    let full = why
        .sqlite_error()
        .is_some_and(|error| error.code == rusqlite::ErrorCode::DiskFull);
    if full {
        KeepError::Store(StoreError::Full)
    } else {
        KeepError::Store(Trouble::before_commit(&why).into())
    }
}

/// The copy says when it was taken, and that it is not the store it was taken from.
fn stamp(part: &Path) -> Result<(), KeepError> {
    let db = file::connect(part, file::Sync::Full)?;
    let stamped = |db: &Connection| -> rusqlite::Result<()> {
        db.execute_batch("BEGIN")?;
        db.execute("DELETE FROM meta WHERE name IN ('minted', 'restored')", [])?;
        db.execute(
            "INSERT INTO meta (name, value) VALUES ('taken', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [wall().0.to_string()],
        )?;
        db.execute_batch("COMMIT")
    };
    stamped(&db).map_err(failed)?;
    Ok(())
}
