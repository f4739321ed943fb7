//! The file: its settings, its format number, its id, and where that was minted.
//!
//! A store's id stands in the marks at every member. A copied file is another store, so the id is
//! minted anew where the file is not the one that it was minted for: another machine, another inode,
//! or another birth (device numbers are left out where a birth is known: they may change over a boot).
//! Must never know: what lies in the tables. Stories: `tests/it/file.rs`.

use super::clock::pause;
use super::keeping::seal;
use super::trouble::failed;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};
use rustix::fs::{FlockOperation, flock};
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};
use windlass_runner::ports::store::StoreError;

/// Number of the store's format that this windlass writes.
pub(super) const FORMAT: u32 = 1;
/// Tells our files from other SQLite files: "Wdls".
pub(super) const APPLICATION_ID: i32 = 0x5764_6c73;
/// Between two tries for the write lock: about one commit, so that a command finds its turn soon
/// beside a carrier that commits without pause.
const BUSY_PAUSE_MS: u64 = 1;
/// After so many tries the store is called busy: half a minute, longer than any checkpoint.
const BUSY_TRIES: i32 = 30_000;
/// A group of 64 appends lies on half as many pages as with SQLite's usual 4 KiB.
pub(super) const PAGE_BYTES: u32 = 8 * 1024;
/// The WAL is written back after so many pages (16 MiB): rarely enough that hot run rows are written
/// back once for many commits, and no longer, because each look searches it.
const WAL_PAGES: u32 = 2_000;

/// What the store is opened for: how much of the live runs' journals is checked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// To carry runs: all of each live journal.
    Carry,
    /// To look or to post: at most the last thousand events of each; reading checks the rest.
    Look,
}

/// When a commit is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sync {
    /// Once the disk has it.
    Full,
    /// At once.
    Off,
}

/// Opens the file, makes it where it is new, and says the store's id.
pub(super) fn open(path: &Path) -> Result<(Connection, String), StoreError> {
    let made = make(path).map_err(|why| io_trouble("cannot be opened", &why))?;
    let mut connection = connect(path, Sync::Full)?;
    let known: bool = connection
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'meta'",
            [],
            |row| row.get(0),
        )
        .map_err(failed)?;
    if !known {
        found(path, &mut connection)?;
    }
    format(&connection)?;
    log_ahead(&connection)?;
    let id = identify(path, &mut connection)?;
    if made {
        sync_folder(path).map_err(|why| io_trouble("folder cannot be synced", &why))?;
    }
    Ok((connection, id))
}

/// A copy lies without a write-ahead log; a store has one.
fn log_ahead(connection: &Connection) -> Result<(), StoreError> {
    let mode: String = connection
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .map_err(failed)?;
    if mode == "wal" {
        return Ok(());
    }
    connection
        .pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))
        .map_err(failed)
}

/// A connection that only looks. It changes no page.
pub(super) fn look(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_handler(Some(patience)).map_err(failed)?;
    Ok(connection)
}

/// One more connection to a store that was opened before.
pub(super) fn connect(path: &Path, sync: Sync) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_handler(Some(patience)).map_err(failed)?;
    let sync = match sync {
        Sync::Full => "FULL",
        Sync::Off => "OFF",
    };
    connection
        .execute_batch(&format!(
            "PRAGMA synchronous = {sync}; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = {WAL_PAGES};"
        ))
        .map_err(failed)?;
    Ok(connection)
}

/// The folder beside the store, for what must not lie in it.
pub(super) fn folder(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".d");
    PathBuf::from(name)
}

/// Makes a folder that only its owner may enter.
pub(super) fn make_folder(folder: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn patience(tries: i32) -> bool {
    pause(Duration::from_millis(BUSY_PAUSE_MS));
    tries < BUSY_TRIES
}

pub(super) fn io_trouble(what: &str, why: &std::io::Error) -> StoreError {
    if why.kind() == std::io::ErrorKind::StorageFull {
        return StoreError::Full;
    }
    StoreError::Failed(format!("its file {what}: {why}"))
}

/// Whether the file was made just now.
fn make(path: &Path) -> std::io::Result<bool> {
    if path.exists() {
        return Ok(false);
    }
    if let Some(parent) = path.parent() {
        make_folder(parent)?;
    }
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?;
    Ok(true)
}

pub(super) fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(parent) if parent != Path::new("") => File::open(parent)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}

/// Writes the schema; of several processes that try at once, one does.
fn found(path: &Path, connection: &mut Connection) -> Result<(), StoreError> {
    let trouble = |why: std::io::Error| io_trouble("cannot be locked", &why);
    make_folder(&folder(path)).map_err(trouble)?;
    let door = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(folder(path).join("found.lock"))
        .map_err(trouble)?;
    flock(&door, FlockOperation::LockExclusive).map_err(|why| trouble(why.into()))?;
    let (tables, application): (i64, i32) = connection
        .query_row(
            "SELECT (SELECT count(*) FROM sqlite_schema), application_id FROM pragma_application_id",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .map_err(failed)?;
    if tables > 0 {
        return if application == APPLICATION_ID {
            Ok(())
        } else {
            Err(StoreError::Failed(
                "its file is a database of another program".into(),
            ))
        };
    }
    connection
        .pragma_update(None, "page_size", PAGE_BYTES)
        .map_err(failed)?;
    connection
        .pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))
        .map_err(failed)?;
    let schema = || -> rusqlite::Result<()> {
        let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        change.pragma_update(None, "application_id", APPLICATION_ID)?;
        change.execute_batch(include_str!("../../schema/sqlite.sql"))?;
        change.execute(
            "INSERT INTO meta (name, value) VALUES ('format', ?1)",
            [FORMAT.to_string()],
        )?;
        change.commit()
    };
    let mut schema = schema;
    schema().map_err(failed)
}

/// The door for migrations: each older format would be raised here, one number at a time.
pub(super) fn format(connection: &Connection) -> Result<(), StoreError> {
    let found = meta(connection, "format")
        .map_err(failed)?
        .ok_or_else(|| StoreError::Damaged("it has no format number".into()))?;
    let found: u32 = found
        .parse()
        .map_err(|_| StoreError::Damaged(format!("its format number is {found:?}")))?;
    if found > FORMAT {
        return Err(StoreError::Newer {
            found,
            known: FORMAT,
        });
    }
    if found < FORMAT {
        return Err(StoreError::Damaged(format!(
            "its format number is {found}, and no windlass wrote that"
        )));
    }
    Ok(())
}

pub(super) fn meta(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    connection
        .query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()
}

fn identify(path: &Path, connection: &mut Connection) -> Result<String, StoreError> {
    let here = place(path).map_err(|why| io_trouble("cannot be looked at", &why))?;
    if let (Some(id), true) = (
        meta(connection, "id").map_err(failed)?,
        meta(connection, "minted").map_err(failed)?.as_deref() == Some(here.as_str()),
    ) {
        return Ok(id);
    }
    let mut mint = || -> rusqlite::Result<String> {
        let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let minted = meta(&change, "minted")?;
        // Another process may have minted it while we waited.
        if minted.as_deref() != Some(here.as_str()) {
            let set = "INSERT INTO meta (name, value) VALUES (?1, ?2)
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            change.execute(set, ["minted", &here])?;
            change.execute(
                "INSERT INTO meta (name, value) VALUES ('id', lower(hex(randomblob(16))))
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [],
            )?;
            let id = meta(&change, "id")?.unwrap_or_default();
            seal::id(&change, &id, &here)?;
        }
        let id = meta(&change, "id")?.unwrap_or_default();
        change.commit()?;
        Ok(id)
    };
    mint().map_err(failed)
}

/// Which file this is, in words that a copy or another machine would not say.
fn place(path: &Path) -> std::io::Result<String> {
    let about = std::fs::metadata(path)?;
    let born = about
        .created()
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
        .map_or_else(
            || format!("device {}", about.dev()),
            |at| format!("born {}.{:09}", at.as_secs(), at.subsec_nanos()),
        );
    Ok(format!("{}, inode {}, {born}", machine(), about.ino()))
}

/// The machine's own id; where it has none, its name.
fn machine() -> String {
    match std::fs::read_to_string("/etc/machine-id") {
        Ok(id) if !id.trim().is_empty() => format!("machine {}", id.trim()),
        Ok(_) | Err(_) => format!(
            "host {}",
            rustix::system::uname().nodename().to_string_lossy()
        ),
    }
}
