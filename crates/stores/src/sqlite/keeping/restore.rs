//! Restore: a copy takes a store's place; what stood there is kept aside.
//!
//! Three things hold the past off. The copy has no id, so it becomes another store: marks that the old
//! one left at members are foreign to it, until a human adopts them. Its epochs go on far above any that
//! the old one gave out, so a carrier of the old store that finds the new file is refused by it. And each
//! live run is told a word (the door says which) that its carrier must read before it writes anything:
//! what was commanded after the copy was taken is not known here.
//! Must never know: what that word says. Stories: `tests/it/keeping/restore.rs`.

use super::super::clock::wall;
use super::super::post::{self, Command};
use super::super::trouble::failed;
use super::super::{file, lease, rows};
use super::backup::{Part, Source, bar, copy};
use super::examine::{Report, beside, inside};
use super::{KeepError, at};
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use windlass_engine::names::{ClusterName, RunId};
use windlass_runner::ports::store::{LeaseOn, Seq};

/// Epochs are raised by so many above all that are known: more take-overs than any store sees between
/// a copy and the loss of its disk, also where the old store cannot be read.
const EPOCH_LEAP: u64 = 1_000_000;
/// Whoever has the store open for one command is waited for so long.
const OPEN_WAIT_MS: u64 = 2_000;
/// So many names are tried for what is kept aside.
const NAMES: usize = 1_000;

/// What each live run is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Who says it.
    pub by: String,
    /// Its text (JSON).
    pub payload: String,
}

/// A run that lives in the copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveRun {
    /// Which.
    pub run: RunId,
    /// Under which name its cluster is registered.
    pub cluster: ClusterName,
    /// The last event in the copy.
    pub seq: Seq,
    /// The last event in the store that was replaced, where it can be read and knows the run.
    pub went_on_to: Option<Seq>,
}

/// A store that was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What is in it.
    pub report: Report,
    /// Where what stood there lies now.
    pub aside: Option<PathBuf>,
    /// Live runs.
    pub live: Vec<LiveRun>,
    /// Runs that the store which was replaced had, and the copy has not.
    pub unknown: Vec<(RunId, ClusterName)>,
    /// The epoch that all live runs stand at.
    pub epoch: u64,
}

/// Puts a copy in a store's place, or where none is.
///
/// # Errors
/// [`KeepError`]: somebody carries or has the store open, the copy is hurt or none. The store is as it
/// was then.
pub fn restore(
    from: &Path,
    store: &Path,
    word: &Word,
    source: Source,
) -> Result<Restored, KeepError> {
    is_copy(from)?;
    if let Some(parent) = store.parent().filter(|p| *p != Path::new("")) {
        file::make_folder(parent).map_err(at("make", parent))?;
    }
    let held = lease::holders(store)?;
    if !held.is_empty() {
        return Err(KeepError::Held(held));
    }
    let old = Old::quiet(store)?;
    let _locks = old.locks(store)?;
    let part = Part::beside(store)?;
    copy(from, &part.path)?;
    let mut report = Report::default();
    inside(&part.path, &mut report);
    bar(&report, source)?;
    let woken = waken(&part.path, &old, word)?;
    part.sync()?;
    let aside = swap(&part, store)?;
    Ok(Restored {
        report,
        aside,
        live: woken.live,
        unknown: woken.unknown,
        epoch: woken.epoch,
    })
}

/// A copy lies in one file; a store in use has a log beside it.
fn is_copy(from: &Path) -> Result<(), KeepError> {
    let none = |why: &str| KeepError::NoCopy {
        path: from.to_owned(),
        why: why.into(),
    };
    match std::fs::metadata(from) {
        Ok(about) if about.is_file() => {}
        Ok(_) => return Err(none("it is no file")),
        Err(source) => return Err(at("read", from)(source)),
    }
    if std::fs::metadata(beside(from, "-wal")).is_ok_and(|log| log.len() > 0) {
        return Err(none("it is a store in use; `windlass backup` copies it"));
    }
    Ok(())
}

/// What stands in the place, as far as it can be read.
#[derive(Debug, Default)]
struct Old {
    epoch: u64,
    clusters: Vec<ClusterName>,
    /// By key: number, cluster, last event.
    runs: BTreeMap<String, (i64, String, Seq)>,
}

impl Old {
    /// Reads it and folds its log into it, so that it lies in one file; nobody else may have it open.
    fn quiet(store: &Path) -> Result<Self, KeepError> {
        let mut old = Self::default();
        if !store.exists() {
            return Ok(old);
        }
        // One that cannot be read is replaced all the same: that is what a backup is for.
        let Ok(db) = file::connect(store, file::Sync::Full) else {
            return Ok(old);
        };
        drop(old.read(&db));
        let waits = db.busy_timeout(Duration::from_millis(OPEN_WAIT_MS));
        let alone = waits
            .and_then(|()| db.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(())));
        match alone {
            Err(why) if why.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                Err(KeepError::Open)
            }
            Ok(()) | Err(_) => Ok(old),
        }
    }

    fn read(&mut self, db: &Connection) -> rusqlite::Result<()> {
        self.epoch = db.query_row(
            "SELECT max(coalesce((SELECT max(value) FROM counter), 0),
                        coalesce((SELECT max(epoch) FROM run), 0))",
            [],
            |row| row.get(0),
        )?;
        self.clusters = db
            .prepare("SELECT name FROM cluster UNION SELECT cluster FROM run")?
            .query_map([], |row| Ok(row.get_ref(0)?.as_str()?.into()))?
            .collect::<rusqlite::Result<_>>()?;
        self.runs = db
            .prepare("SELECT key, id, cluster, seq FROM run")?
            .query_map([], |row| {
                Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?)))
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(())
    }

    /// While these are held nobody begins to carry.
    fn locks(&self, store: &Path) -> Result<Vec<lease::Locked>, KeepError> {
        let mut locks = Vec::new();
        for name in &self.clusters {
            let on = LeaseOn::Cluster(name.clone());
            match lease::lock(store, &on, "windlass restore")? {
                Ok(lock) => locks.push(lock),
                Err(whom) => return Err(KeepError::Held(vec![whom])),
            }
        }
        Ok(locks)
    }
}

struct Woken {
    live: Vec<LiveRun>,
    unknown: Vec<(RunId, ClusterName)>,
    epoch: u64,
}

/// Raises the epochs, and tells each live run its word.
fn waken(part: &Path, old: &Old, word: &Word) -> Result<Woken, KeepError> {
    let mut db = file::connect(part, file::Sync::Full)?;
    let woken = awake(&mut db, old, word).map_err(failed)?;
    Ok(woken)
}

fn awake(db: &mut Connection, old: &Old, word: &Word) -> rusqlite::Result<Woken> {
    let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let newest: u64 = change.query_row(
        "SELECT max(coalesce((SELECT max(value) FROM counter), 0),
                    coalesce((SELECT max(epoch) FROM run), 0))",
        [],
        |row| row.get(0),
    )?;
    let epoch = newest.max(old.epoch).saturating_add(EPOCH_LEAP);
    change.execute(
        "UPDATE counter SET value = ?1 WHERE name = 'epoch'",
        [epoch],
    )?;
    change.execute("UPDATE run SET epoch = ?1 WHERE ended IS NULL", [epoch])?;
    let now = wall().0.to_string();
    change.execute("DELETE FROM meta WHERE name IN ('minted', 'taken')", [])?;
    change.execute(
        "INSERT INTO meta (name, value) VALUES ('restored', ?1)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [&now],
    )?;
    let mut woken = Woken {
        live: Vec::new(),
        unknown: Vec::new(),
        epoch,
    };
    let known: Vec<(i64, String, String, Seq, Seq, Option<i64>)> = change
        .prepare("SELECT id, key, cluster, seq, inbox, ended FROM run ORDER BY id")?
        .query_map([], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
            ))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (id, key, cluster, seq, inbox, ended) in &known {
        if ended.is_some() {
            continue;
        }
        let run = rows::name(*id);
        let key_of_word = format!("restored {now}");
        let told = Command::new(&run, &key_of_word, &word.by, &word.payload);
        post::insert(&change, *id, inbox + 1, &told)?;
        let theirs = old.runs.get(key).filter(|(number, _, _)| number == id);
        woken.live.push(LiveRun {
            run,
            cluster: cluster.as_str().into(),
            seq: *seq,
            went_on_to: theirs.map(|(_, _, seq)| *seq),
        });
    }
    for (key, (id, cluster, _)) in &old.runs {
        if !known.iter().any(|(_, theirs, ..)| theirs == key) {
            woken
                .unknown
                .push((rows::name(*id), cluster.as_str().into()));
        }
    }
    change.commit()?;
    Ok(woken)
}

/// The copy under the store's name, and what stood there under another.
///
/// The old file has both names before it loses its own: whenever we die, a store stands there.
fn swap(part: &Part, store: &Path) -> Result<Option<PathBuf>, KeepError> {
    let aside = if store.exists() {
        Some(put_aside(store)?)
    } else {
        None
    };
    // What is left of an old log would be read as the new store's.
    for ending in ["-wal", "-shm", "-journal"] {
        let left = beside(store, ending);
        match std::fs::remove_file(&left) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
                return Err(at("remove", &left)(why));
            }
            Ok(()) | Err(_) => {}
        }
    }
    std::fs::rename(&part.path, store).map_err(at("write", store))?;
    file::sync_folder(store).map_err(at("sync", store))?;
    Ok(aside)
}

fn put_aside(store: &Path) -> Result<PathBuf, KeepError> {
    for number in 1..=NAMES {
        let aside = beside(store, &format!(".replaced-{number}"));
        match std::fs::hard_link(store, &aside) {
            Ok(()) => {}
            Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => continue,
            Err(why) => return Err(at("put aside", store)(why)),
        }
        // One that could not be folded in: without it the old file is older than it was.
        let (log, its) = (beside(store, "-wal"), beside(&aside, "-wal"));
        if log.exists() {
            std::fs::hard_link(&log, &its).map_err(at("put aside", &log))?;
        }
        file::sync_folder(store).map_err(at("sync", store))?;
        return Ok(aside);
    }
    Err(KeepError::Exists(beside(store, ".replaced-1")))
}
