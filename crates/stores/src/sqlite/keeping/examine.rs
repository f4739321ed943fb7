//! Examines a store without changing it: its file, its log, its folder, and all that lies in it.
//!
//! Must never know: how any of it is mended. Stories: `tests/it/keeping/damage.rs`.

use super::super::file::{self, PAGE_BYTES};
use super::super::{lease, trouble};
use super::{KeepError, content, wal};
use rusqlite::Connection;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use windlass_engine::hash::Hash;
use windlass_engine::names::{ClusterName, RunId};
use windlass_engine::time::Wall;
use windlass_runner::ports::store::{Seq, StoreError};

/// Below this a store soon cannot write: a large run's journal and its log fit into it.
const FREE_LEAST_BYTES: u64 = 64 * 1024 * 1024;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something is not what was written.
    Hurt,
    /// It could not be looked at.
    Unseen,
    /// Nothing is lost; it should be seen to.
    Warning,
}

/// What it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The file as a whole.
    File,
    /// The folder beside it.
    Folder,
    /// A run, and where one is known, a position in its journal.
    Run(RunId, Option<Seq>),
    /// A run's row, or its list of what has begun: `mend` writes them anew.
    Row(RunId),
    /// A content, by its name.
    Content(Hash),
    /// A registration.
    Cluster(ClusterName),
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How bad it is.
    pub weight: Weight,
    /// What it is about.
    pub subject: Subject,
    /// In words.
    pub says: String,
}

/// What was found, and how much was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What is not well, in the order of the looking.
    pub found: Vec<Found>,
    /// The store's id.
    pub id: Option<String>,
    /// When it was copied, where it is a copy.
    pub taken: Option<Wall>,
    /// Registrations.
    pub clusters: u64,
    /// Runs.
    pub runs: u64,
    /// Those of them that live.
    pub live: u64,
    /// Events in all journals.
    pub events: u64,
    /// Contents kept by hash.
    pub contents: u64,
    /// The file's length, without its log.
    pub bytes: u64,
    /// Of them unused.
    pub unused_bytes: u64,
    /// Free on its disk.
    pub free_bytes: Option<u64>,
}

impl Report {
    /// Whether nothing is hurt, and all was looked at.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.found.iter().all(|one| one.weight == Weight::Warning)
    }

    pub(super) fn hurt(&mut self, subject: Subject, says: impl Into<String>) {
        self.say(Weight::Hurt, subject, says);
    }

    pub(super) fn say(&mut self, weight: Weight, subject: Subject, says: impl Into<String>) {
        let says = says.into();
        self.found.push(Found {
            weight,
            subject,
            says,
        });
    }

    /// Trouble while looking: damage, or something that could not be looked at.
    pub(super) fn trouble(&mut self, subject: Subject, why: &StoreError) {
        match why {
            StoreError::Damaged(what) => self.hurt(subject, what.clone()),
            StoreError::Full
            | StoreError::Newer { .. }
            | StoreError::Missing(_)
            | StoreError::Failed(_) => self.say(Weight::Unseen, subject, why.to_string()),
        }
    }
}

/// Examines the store at a path, as it is used.
///
/// # Errors
/// [`KeepError::Missing`]; all else is in the report.
pub fn examine(path: &Path) -> Result<Report, KeepError> {
    if !path.exists() {
        return Err(KeepError::Missing(path.to_owned()));
    }
    let mut report = Report::default();
    around(path, &mut report);
    match wal::damage(&beside(path, "-wal")) {
        Ok(None) => {}
        Ok(Some(what)) => report.hurt(Subject::File, format!("its write-ahead log: {what}")),
        Err(why) => unseen(&mut report, "its write-ahead log", &why),
    }
    inside(path, &mut report);
    Ok(report)
}

/// Examines what lies in a file, whatever stands around it.
pub(super) fn inside(path: &Path, report: &mut Report) {
    report.bytes = std::fs::metadata(path).map_or(0, |about| about.len());
    head(path, report);
    match file::look(path) {
        Ok(db) => {
            space(&db, report);
            content::look(&db, report);
        }
        Err(why) => report.trouble(Subject::File, &why),
    }
}

/// A file of SQLite's beside a store.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Who may read it, who holds it, how much room there is.
fn around(path: &Path, report: &mut Report) {
    match std::fs::metadata(path) {
        Ok(about) => {
            let mode = about.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                let says = format!(
                    "others than its owner may read it (mode {mode:o}): chmod 600 {}",
                    path.display()
                );
                report.say(Weight::Warning, Subject::File, says);
            }
            let ours = rustix::process::geteuid().as_raw();
            if about.uid() != ours {
                let says = format!("it belongs to uid {}, this is uid {ours}", about.uid());
                report.say(Weight::Warning, Subject::File, says);
            }
        }
        Err(why) => unseen(report, "its file", &why),
    }
    if let Err(why) = lease::holders(path) {
        report.trouble(Subject::Folder, &why);
    }
    let folder = path.parent().filter(|p| *p != Path::new(""));
    match rustix::fs::statvfs(folder.unwrap_or(Path::new("."))) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            report.free_bytes = Some(free);
            if free < FREE_LEAST_BYTES {
                let says = format!("its disk has {} MiB left", free / (1024 * 1024));
                report.say(Weight::Warning, Subject::File, says);
            }
        }
        Err(why) => unseen(report, "the room on its disk", &why.into()),
    }
}

fn unseen(report: &mut Report, what: &str, why: &std::io::Error) {
    let says = format!("{what} cannot be looked at: {why}");
    report.say(Weight::Unseen, Subject::File, says);
}

/// Bytes of a database's head, and what must stand at some of its places (SQLite, "Database File
/// Format"; the rest of the head may still lie in the log): SQLite opens a file whose head says another log or lock, and writes it otherwise.
const HEAD_BYTES: usize = 24;

fn head(path: &Path, report: &mut Report) {
    let mut head = [0; HEAD_BYTES];
    let read = std::fs::File::open(path)
        .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut head));
    if let Err(why) = read {
        if why.kind() == std::io::ErrorKind::UnexpectedEof {
            report.hurt(Subject::File, "it is cut off");
        } else {
            unseen(report, "its head", &why);
        }
        return;
    }
    let page = u16::try_from(PAGE_BYTES).unwrap_or(1).to_be_bytes();
    let modes = [[1, 1], [2, 2]];
    let fits = head[..16] == *b"SQLite format 3\0"
        && head[16..18] == page
        && modes.contains(&[head[18], head[19]])
        && head[20..24] == [0, 64, 32, 32];
    if !fits {
        report.hurt(Subject::File, "its head is none of a store");
    }
}

fn space(db: &Connection, report: &mut Report) {
    let unused = db.query_row(
        "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size",
        [],
        |row| row.get(0),
    );
    match unused {
        Ok(bytes) => report.unused_bytes = bytes,
        Err(why) => report.trouble(Subject::File, &trouble::failed(why)),
    }
}
