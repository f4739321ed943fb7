//! Prune: ended runs are taken out one by one, then the contents that nobody names any more, then the
//! room is given back.
//!
//! A name is any 64 hexadecimal digits in what stays: more is kept than must be, never less. It is
//! looked for while others write; before contents go, what was written meanwhile is looked at, too.
//! Must never know: which runs may go; the runner's `keeping` chooses. Stories: `tests/it/keeping/prune.rs`.

use super::super::rows::{self, number};
use super::super::trouble::failed;
use super::super::{file, lease};
use super::content::unread;
use super::examine::beside;
use super::seal;
use super::{KeepError, at};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use rustix::fs::{FlockOperation, flock};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use windlass_engine::hash::Hash;
use windlass_engine::names::RunId;
use windlass_runner::ports::store::RunRow;

/// Contents that go in one commit: others wait for their turn only so long (about 5 ms).
const CONTENTS: usize = 100;
/// Digits of a name.
const DIGITS: usize = 64;

/// What became of the unused room in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reclaimed {
    /// The file is smaller.
    GivenBack,
    /// Somebody carries: it is used again before the file grows.
    KeptInFile,
}

/// What was taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// These runs.
    pub runs: Vec<RunId>,
    /// Their events.
    pub events: u64,
    /// Contents that nobody names any more.
    pub contents: u64,
    /// Length of the file and its log before.
    pub bytes_before: u64,
    /// And after.
    pub bytes_after: u64,
    /// Of it unused.
    pub unused_bytes: u64,
    /// What became of the room.
    pub reclaimed: Reclaimed,
}

/// All runs of a store, newest first; the store is only looked at.
///
/// # Errors
/// [`KeepError::Missing`], [`KeepError::Store`].
pub fn runs(path: &Path) -> Result<Vec<RunRow>, KeepError> {
    if !path.exists() {
        return Err(KeepError::Missing(path.to_owned()));
    }
    Ok(rows::runs(&file::look(path)?, None, usize::MAX)?)
}

/// Takes these runs out; one that lives (again) stays.
///
/// # Errors
/// [`KeepError::Missing`], [`KeepError::Store`]; what was done until then is done.
pub fn prune(path: &Path, runs: &[RunId]) -> Result<Pruned, KeepError> {
    if !path.exists() {
        return Err(KeepError::Missing(path.to_owned()));
    }
    let _alone = alone(path)?;
    let mut db = file::connect(path, file::Sync::Full)?;
    let mut pruned = Pruned {
        runs: Vec::new(),
        events: 0,
        contents: 0,
        bytes_before: length(path)?,
        bytes_after: 0,
        unused_bytes: 0,
        reclaimed: Reclaimed::KeptInFile,
    };
    for run in runs {
        if let Some(events) = take_out(&mut db, run).map_err(unread)? {
            pruned.runs.push(run.clone());
            pruned.events += events;
        }
    }
    pruned.contents = sweep(&mut db).map_err(unread)?;
    if lease::holders(path)?.is_empty() {
        db.execute_batch("VACUUM").map_err(failed)?;
        pruned.reclaimed = Reclaimed::GivenBack;
    }
    // Who still reads an older moment keeps the log long; it is written over later.
    drop(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
    pruned.unused_bytes = db
        .query_row(
            "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size",
            [],
            |row| row.get(0),
        )
        .map_err(failed)?;
    pruned.bytes_after = length(path)?;
    Ok(pruned)
}

/// One at a time: of two, one would not see what was written under the numbers that the other freed.
fn alone(path: &Path) -> Result<File, KeepError> {
    let lock = file::folder(path).join("prune.lock");
    let open = || {
        file::make_folder(&file::folder(path))?;
        let door = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&lock)?;
        flock(&door, FlockOperation::LockExclusive)?;
        Ok(door)
    };
    open().map_err(at("lock", &lock))
}

fn length(path: &Path) -> Result<u64, KeepError> {
    let file = std::fs::metadata(path).map_err(at("look at", path))?.len();
    let log = std::fs::metadata(beside(path, "-wal")).map_or(0, |log| log.len());
    Ok(file + log)
}

/// One run in one commit: a killed prune leaves no half of one. How many events it had; none: it stays.
fn take_out(db: &mut Connection, run: &RunId) -> rusqlite::Result<Option<u64>> {
    let Some(id) = number(run) else {
        return Ok(None);
    };
    let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let last: Option<i64> = change
        .query_row(
            "SELECT last FROM run WHERE id = ?1 AND ended IS NOT NULL",
            [id],
            |row| row.get(0),
        )
        .optional()?;
    let Some(mut at) = last else {
        return Ok(None);
    };
    let mut events = 0;
    while at != 0 {
        let before: Option<i64> = change
            .prepare_cached("DELETE FROM journal WHERE id = ?1 AND run = ?2 RETURNING before")?
            .query_row([at, id], |row| row.get(0))
            .optional()?;
        events += u64::from(before.is_some());
        at = before.unwrap_or(0);
    }
    for table in ["inbox", "begun"] {
        change.execute(&format!("DELETE FROM {table} WHERE run = ?1"), [id])?;
    }
    for name in ["run", "inbox"] {
        seal::drop_of(&change, &format!("{name}/{id}"))?;
    }
    change.execute("DELETE FROM run WHERE id = ?1", [id])?;
    change.commit()?;
    Ok(Some(events))
}

/// Takes out the contents that nobody names; how many.
fn sweep(db: &mut Connection) -> rusqlite::Result<u64> {
    let mut named = BTreeSet::new();
    // A moment of the store, while others write.
    let moment = db.transaction()?;
    let all: Vec<Hash> = moment
        .prepare("SELECT hash FROM blob")?
        .query_map([], |row| row.get(0).map(Hash))?
        .collect::<rusqlite::Result<_>>()?;
    let last = names_after(&moment, 0, &mut named)?;
    drop(moment);
    let unnamed: Vec<Hash> = all
        .into_iter()
        .filter(|hash| !named.contains(hash))
        .collect();
    let mut gone = 0;
    for some in unnamed.chunks(CONTENTS) {
        let change = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Whoever names one again writes it again, in a commit before this one or after it.
        names_after(&change, last, &mut named)?;
        for hash in some.iter().filter(|hash| !named.contains(*hash)) {
            gone += change
                .prepare_cached("DELETE FROM blob WHERE hash = ?1")?
                .execute([hash.0])?;
        }
        change.commit()?;
    }
    Ok(u64::try_from(gone).unwrap_or(u64::MAX))
}

/// Adds the names in all that was written after a row of the journal, and in the contents they name;
/// the last row.
fn names_after(db: &Connection, after: i64, named: &mut BTreeSet<Hash>) -> rusqlite::Result<i64> {
    let mut found = BTreeSet::new();
    let mut last = after;
    let mut ask = db.prepare_cached("SELECT id, payload FROM journal WHERE id > ?1 ORDER BY id")?;
    let mut told = ask.query([after])?;
    while let Some(row) = told.next()? {
        last = row.get(0)?;
        names_in(row.get_ref(1)?.as_bytes()?, &mut found);
    }
    for table in ["SELECT payload FROM inbox", "SELECT object FROM cluster"] {
        let mut ask = db.prepare_cached(table)?;
        let mut told = ask.query([])?;
        while let Some(row) = told.next()? {
            names_in(row.get_ref(0)?.as_bytes()?, &mut found);
        }
    }
    while let Some(name) = found.pop_first() {
        if !named.insert(name) {
            continue;
        }
        let content: Option<Vec<u8>> = db
            .prepare_cached("SELECT bytes FROM blob WHERE hash = ?1")?
            .query_row([name.0], |row| row.get(0))
            .optional()?;
        names_in(&content.unwrap_or_default(), &mut found);
    }
    Ok(last)
}

fn names_in(text: &[u8], found: &mut BTreeSet<Hash>) {
    for digits in text.split(|byte| !byte.is_ascii_hexdigit()) {
        if digits.len() == DIGITS
            && let Some(name) = std::str::from_utf8(digits).ok().and_then(Hash::parse)
        {
            found.insert(name);
        }
    }
}
