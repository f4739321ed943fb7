//! Leases: a lock of the operating system on a file of its own, held while the guard lives.
//!
//! It never expires by time; a process that dies lets go of it. Its file says who holds it, in words.
//! The descriptor is closed in whatever we start, else a broker would hold it.
//! Must never know: what is done under it. Stories: `tests/it/lease.rs`, the runner's exam.

use super::clock::{pause, wall};
use super::file::{folder, io_trouble, make_folder};
use super::writer::Desk;
use rusqlite::params;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use windlass_engine::hash::Hash;
use windlass_runner::ports::store::{Lease, LeaseOn, StoreError};

/// Whoever asks who holds a lease locks its file for an instant; so a taker tries so often …
const TRIES: usize = 5;
/// … with this pause.
const PAUSE_MS: u64 = 2;

/// What a lease is called: registrations and identities have name spaces of their own.
pub(super) fn name(on: &LeaseOn) -> String {
    match on {
        LeaseOn::Cluster(name) => format!("cluster/{name}"),
        LeaseOn::Identity(identity) => format!("identity/{identity}"),
    }
}

/// The file of a lease, locked.
#[derive(Debug)]
pub(super) struct Locked {
    file: File,
    path: PathBuf,
    holder: String,
}

/// The lock, or in words who has it.
pub(super) fn lock(
    store: &Path,
    on: &LeaseOn,
    holder: &str,
) -> Result<Result<Locked, String>, StoreError> {
    let (mut file, path) = file(store, on)?;
    for _ in 0..TRIES {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {
                let mut locked = Locked {
                    file,
                    path,
                    holder: holder.to_owned(),
                };
                locked.say(holder)?;
                return Ok(Ok(locked));
            }
            Err(Errno::WOULDBLOCK) => pause(Duration::from_millis(PAUSE_MS)),
            Err(why) => return Err(io_trouble("lease cannot be locked", &why.into())),
        }
    }
    Ok(Err(words(&mut file)?))
}

/// Who holds it now, in words.
pub(super) fn holder(store: &Path, on: &LeaseOn) -> Result<Option<String>, StoreError> {
    // Nobody leased what has no file; whoever looks makes none.
    let mut file = match File::open(file_path(store, on)) {
        Ok(file) => file,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(io_trouble("lease cannot be opened", &why)),
    };
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(None),
        Err(Errno::WOULDBLOCK) => words(&mut file).map(Some),
        Err(why) => Err(io_trouble("lease cannot be looked at", &why.into())),
    }
}

/// All who hold a lease of this store now, in words.
pub(super) fn holders(store: &Path) -> Result<Vec<String>, StoreError> {
    let trouble = |why: std::io::Error| io_trouble("leases cannot be listed", &why);
    let entries = match std::fs::read_dir(folder(store).join("leases")) {
        Ok(entries) => entries,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(trouble(why)),
    };
    let mut held = Vec::new();
    for entry in entries {
        let path = entry.map_err(trouble)?.path();
        let mut file = File::open(&path).map_err(trouble)?;
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => held.push(words(&mut file)?),
            Err(why) => return Err(trouble(why.into())),
        }
    }
    held.sort();
    held.dedup();
    Ok(held)
}

/// A new epoch for this lease, and since when it holds, in words. Higher than any before it, on
/// whichever lease: a run that is first carried under its registration's lease and then under its
/// identity's is never carried under a lower one.
pub(super) fn raise(desk: &Desk<'_>, name: &str, holder: &str) -> rusqlite::Result<(u64, String)> {
    let epoch: u64 = desk
        .db
        .prepare_cached(
            "UPDATE counter SET value = value + 1 WHERE name = 'epoch' RETURNING value",
        )?
        .query_row([], |row| row.get(0))?;
    let since = desk
        .db
        .prepare_cached(
            "INSERT INTO lease (name, epoch, holder, since) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch,
                 holder = excluded.holder, since = excluded.since
             RETURNING strftime('%Y-%m-%d %H:%M:%S UTC', since / 1000000, 'unixepoch')",
        )?
        .query_row(params![name, epoch, holder, wall().0], |row| row.get(0))?;
    Ok((epoch, since))
}

impl Locked {
    /// The lease under this epoch, since this time in words.
    pub(super) fn under(mut self, epoch: u64, since: &str) -> Result<HeldLease, StoreError> {
        let words = format!("{}, since {since}", self.holder);
        self.say(&words)?;
        Ok(HeldLease {
            locked: self,
            epoch,
        })
    }

    fn say(&mut self, words: &str) -> Result<(), StoreError> {
        let mut write = || {
            self.file.set_len(0)?;
            self.file.rewind()?;
            self.file.write_all(words.as_bytes())
        };
        write().map_err(|why| io_trouble("lease cannot be written", &why))
    }
}

/// A lease that is ours until it is dropped.
#[derive(Debug)]
pub(super) struct HeldLease {
    locked: Locked,
    epoch: u64,
}

impl Lease for HeldLease {
    fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The lock lasts as long as we do; but where its file was taken away, another may lock a new one.
    fn stands(&self) -> bool {
        let ours = self.locked.file.metadata();
        let there = std::fs::metadata(&self.locked.path);
        match (ours, there) {
            (Ok(ours), Ok(there)) => ours.dev() == there.dev() && ours.ino() == there.ino(),
            (Ok(_) | Err(_), Err(_)) | (Err(_), Ok(_)) => false,
        }
    }
}

fn file_path(store: &Path, on: &LeaseOn) -> PathBuf {
    let mut name_of_file = Hash::of(name(on).as_bytes()).to_string();
    name_of_file.push_str(".lock");
    folder(store).join("leases").join(name_of_file)
}

fn file(store: &Path, on: &LeaseOn) -> Result<(File, PathBuf), StoreError> {
    let path = file_path(store, on);
    let open = || {
        make_folder(&folder(store).join("leases"))?;
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
    };
    let file = open().map_err(|why| io_trouble("lease cannot be opened", &why))?;
    Ok((file, path))
}

fn words(file: &mut File) -> Result<String, StoreError> {
    let mut words = String::new();
    file.rewind()
        .and_then(|()| file.read_to_string(&mut words))
        .map_err(|why| io_trouble("lease cannot be read", &why))?;
    Ok(if words.is_empty() {
        "somebody who has not said who".into()
    } else {
        words
    })
}
