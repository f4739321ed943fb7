//! Seals: sums over what no journal protects (registrations, commands, what a run is called, the
//! store's id), written in the same commit and compared by `examine`. SQLite's pages have no sums.
//!
//! A value without a seal is one that an older windlass wrote: it is taken as it stands.
//! Must never know: what is sealed. Stories: `tests/it/keeping/damage.rs`.

use rusqlite::{Connection, OptionalExtension, params};
use windlass_engine::hash::Hash;
use windlass_runner::ports::store::Registration;

/// How the names of seals begin in `meta`.
const SEAL: &str = "seal ";

/// Over the store's id and where it was minted.
pub(in crate::sqlite) fn id(db: &Connection, id: &str, minted: &str) -> rusqlite::Result<()> {
    set(db, "id", sum_of_id(id, minted))
}

/// The sum over them.
pub(super) fn sum_of_id(id: &str, minted: &str) -> Hash {
    Hash::of_all(&[id.as_bytes(), minted.as_bytes()])
}

/// Over a registration.
pub(in crate::sqlite) fn cluster(db: &Connection, of: &Registration) -> rusqlite::Result<()> {
    set(db, &format!("cluster/{}", of.name), sum_of_cluster(of))
}

/// The sum over it.
pub(super) fn sum_of_cluster(of: &Registration) -> Hash {
    Hash::of_all(&[
        of.name.as_str().as_bytes(),
        of.identity
            .as_ref()
            .map_or("", |who| who.as_str())
            .as_bytes(),
        of.object.as_bytes(),
        &of.changed.0.to_le_bytes(),
    ])
}

/// Over what a run was asked for with.
pub(in crate::sqlite) fn run(db: &Connection, run: i64, key: &str) -> rusqlite::Result<()> {
    set(db, &format!("run/{run}"), sum_of_run(run, key))
}

/// The sum over it.
pub(super) fn sum_of_run(run: i64, key: &str) -> Hash {
    Hash::of_all(&[&run.to_le_bytes(), key.as_bytes()])
}

/// A command as it is sealed.
pub(in crate::sqlite) struct Sealed<'a> {
    pub(in crate::sqlite) seq: u64,
    pub(in crate::sqlite) key: &'a str,
    pub(in crate::sqlite) at: i64,
    pub(in crate::sqlite) by: &'a str,
    pub(in crate::sqlite) payload: &'a str,
}

/// Over an inbox, after one more command.
pub(in crate::sqlite) fn posted(
    db: &Connection,
    run: i64,
    command: &Sealed<'_>,
) -> rusqlite::Result<()> {
    let name = format!("inbox/{run}");
    let before = of(db, &name)?;
    if before.is_none() && command.seq > 1 {
        return Ok(());
    }
    set(db, &name, sum_of_inbox(before.as_deref(), command))
}

/// The sum over an inbox, from the sum before its last command.
pub(super) fn sum_of_inbox(before: Option<&str>, command: &Sealed<'_>) -> Hash {
    Hash::of_all(&[
        before.unwrap_or("").as_bytes(),
        &command.seq.to_le_bytes(),
        command.key.as_bytes(),
        &command.at.to_le_bytes(),
        command.by.as_bytes(),
        command.payload.as_bytes(),
    ])
}

/// A seal, as it lies there.
pub(super) fn of(db: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    db.prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([format!("{SEAL}{name}")], |row| row.get(0))
        .optional()
}

/// The names of all seals.
pub(super) fn all(db: &Connection) -> rusqlite::Result<Vec<String>> {
    db.prepare("SELECT substr(name, 6) FROM meta WHERE substr(name, 1, 5) = 'seal ' ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect()
}

/// Takes a seal away with what it was on.
pub(in crate::sqlite) fn drop_of(db: &Connection, name: &str) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM meta WHERE name = ?1")?
        .execute([format!("{SEAL}{name}")])
        .map(drop)
}

fn set(db: &Connection, name: &str, sum: Hash) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO meta (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )?
    .execute(params![format!("{SEAL}{name}"), sum.to_string()])
    .map(drop)
}
