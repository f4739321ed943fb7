//! What comes into being seldom: runs, blobs, registrations.
//!
//! Must never know: what is in them. Stories: the runner's exam.

use super::append::{Tail, too_long, write_event};
use super::keeping::seal;
use super::rows::name;
use super::writer::Desk;
use rusqlite::{OptionalExtension, params};
use windlass_engine::hash::Hash;
use windlass_engine::names::{ClusterName, RunId};
use windlass_runner::ports::store::{Created, NewRun, Registration, StoreError};
use windlass_runner::ports::target::Blob;

/// Makes a run, unless its key is known or its cluster has a live one.
pub(super) fn create(
    desk: &Desk<'_>,
    new: &NewRun,
) -> rusqlite::Result<Result<Created, StoreError>> {
    let known = desk
        .db
        .prepare_cached("SELECT id FROM run WHERE key = ?1")?
        .query_row([&new.key], |row| row.get(0))
        .optional()?;
    if let Some(id) = known {
        return Ok(Ok(Created::Known(name(id))));
    }
    if let Some(id) = busy(desk, &new.cluster)? {
        return Ok(Ok(Created::Busy(id)));
    }
    if let Some(words) = too_long(std::slice::from_ref(&new.first)) {
        return Ok(Err(StoreError::Failed(words)));
    }
    let id = desk
        .db
        .prepare_cached(
            "INSERT INTO run (key, cluster, created, seq, hash, last, summary)
             VALUES (?1, ?2, ?3, 0, ?4, 0, ?5)",
        )?
        .insert(params![
            new.key,
            new.cluster.as_str(),
            new.first.at.0,
            Hash::default().0,
            new.summary
        ])?;
    let row = desk.next_event()?;
    let tail = Tail::none().then(&name(id), &new.first, row);
    write_event(desk, id, 0, row, tail.seq, &new.first, tail.hash)?;
    desk.events_written(1);
    keep(desk, &new.blobs)?;
    desk.db
        .prepare_cached("UPDATE run SET seq = ?2, hash = ?3, last = ?4 WHERE id = ?1")?
        .execute(params![id, tail.seq, tail.hash.0, tail.last])?;
    seal::run(desk.db, id, &new.key)?;
    Ok(Ok(Created::New(name(id))))
}

/// The live run on this registration, or on any that is known to be the same real cluster.
fn busy(desk: &Desk<'_>, cluster: &ClusterName) -> rusqlite::Result<Option<RunId>> {
    let found: Option<i64> = desk
        .db
        .prepare_cached(
            "SELECT run.id FROM run
             LEFT JOIN cluster AS theirs ON theirs.name = run.cluster
             LEFT JOIN cluster AS ours ON ours.name = ?1
             WHERE run.ended IS NULL
               AND (run.cluster = ?1
                    OR (ours.identity IS NOT NULL
                        AND ours.identity IN (run.identity, theirs.identity)))
             ORDER BY run.id LIMIT 1",
        )?
        .query_row([cluster.as_str()], |row| row.get(0))
        .optional()?;
    Ok(found.map(name))
}

/// Keeps contents under their names; what is there already stays.
pub(super) fn keep(desk: &Desk<'_>, blobs: &[Blob]) -> rusqlite::Result<()> {
    for blob in blobs {
        desk.db
            .prepare_cached("INSERT OR IGNORE INTO blob (hash, bytes) VALUES (?1, ?2)")?
            .execute(params![blob.hash.0, blob.bytes])?;
    }
    Ok(())
}

/// Registers a cluster, or changes its registration.
pub(super) fn register(desk: &Desk<'_>, new: &Registration) -> rusqlite::Result<()> {
    desk.db
        .prepare_cached(
            "INSERT INTO cluster (name, identity, object, changed) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET identity = excluded.identity,
                 object = excluded.object, changed = excluded.changed",
        )?
        .execute(params![
            new.name.as_str(),
            new.identity.as_ref().map(|who| who.as_str()),
            new.object,
            new.changed.0
        ])?;
    seal::cluster(desk.db, new)
}

/// Forgets a registration that no live run needs.
pub(super) fn forget(
    desk: &Desk<'_>,
    cluster: &ClusterName,
) -> rusqlite::Result<Result<(), StoreError>> {
    let live: Option<i64> = desk
        .db
        .prepare_cached("SELECT id FROM run WHERE cluster = ?1 AND ended IS NULL")?
        .query_row([cluster.as_str()], |row| row.get(0))
        .optional()?;
    if let Some(run) = live {
        let words = format!("cluster {cluster} has a live run: {run}");
        return Ok(Err(StoreError::Failed(words)));
    }
    let gone = desk
        .db
        .prepare_cached("DELETE FROM cluster WHERE name = ?1")?
        .execute([cluster.as_str()])?;
    seal::drop_of(desk.db, &format!("cluster/{cluster}"))?;
    Ok(if gone == 0 {
        Err(StoreError::Missing(format!("cluster {cluster}")))
    } else {
        Ok(())
    })
}
