//! Reading a journal: from its last event backwards, each hash compared with the one before it.
//!
//! What does not fit together is named with its place, never guessed at.
//! Must never know: what an event means. Stories: `tests/it/damage.rs`.

use super::file::Opening;
use super::rows::{name, number};
use super::trouble::failed;
use rusqlite::{Connection, OptionalExtension, Row};
use windlass_engine::hash::Hash;
use windlass_engine::names::RunId;
use windlass_engine::time::Wall;
use windlass_runner::ports::store::{Seq, StoreError, Stored};

/// Of each live run, whoever only looks checks so many events: about a millisecond.
const LOOK_EVENTS: Seq = 1_000;

/// Where a run's row says that its journal ends.
struct End {
    id: i64,
    seq: Seq,
    hash: Hash,
    last: i64,
}

fn end(row: &Row<'_>) -> rusqlite::Result<End> {
    Ok(End {
        id: row.get(0)?,
        seq: row.get(1)?,
        hash: Hash(row.get(2)?),
        last: row.get(3)?,
    })
}

/// Events from a position on, in order.
pub(super) fn read(db: &Connection, run: &RunId, from: Seq) -> Result<Vec<Stored>, StoreError> {
    let missing = || StoreError::Missing(format!("run {run}"));
    let id = number(run).ok_or_else(missing)?;
    let end = db
        .prepare_cached("SELECT id, seq, hash, last FROM run WHERE id = ?1")
        .and_then(|mut ask| ask.query_row([id], end).optional())
        .map_err(failed)?
        .ok_or_else(missing)?;
    let mut events = Vec::new();
    walk(db, run, &end, from, |event| events.push(event))?;
    events.reverse();
    Ok(events)
}

/// Checks the journals of all live runs, as far as they are needed for what the store is opened for.
pub(super) fn check_live(db: &Connection, opening: Opening) -> Result<(), StoreError> {
    let ends: Vec<End> = db
        .prepare_cached("SELECT id, seq, hash, last FROM run WHERE ended IS NULL")
        .and_then(|mut ask| ask.query_map([], end)?.collect())
        .map_err(failed)?;
    for end in ends {
        let from = match opening {
            Opening::Carry => 1,
            Opening::Look => end.seq.saturating_sub(LOOK_EVENTS) + 1,
        };
        walk(db, &name(end.id), &end, from, drop)?;
    }
    Ok(())
}

/// Visits the events from the end back to `from`; each is checked against the one before it.
fn walk(
    db: &Connection,
    run: &RunId,
    end: &End,
    from: Seq,
    mut visit: impl FnMut(Stored),
) -> Result<(), StoreError> {
    let damaged =
        |seq: Seq, what: &str| StoreError::Damaged(format!("run {run}, event {seq}: {what}"));
    let mut ask = db
        .prepare_cached(
            "SELECT before, run, seq, at, format, author, payload, hash FROM journal WHERE id = ?1",
        )
        .map_err(failed)?;
    if end.seq == 0 {
        return Err(damaged(1, "it is missing"));
    }
    let (mut seq, mut at, mut hash) = (end.seq, end.last, end.hash);
    let mut later: Option<Stored> = None;
    loop {
        let found = if seq == 0 {
            None
        } else {
            let row = ask
                .query_row([at], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, stored(row)?))
                })
                .optional()
                .map_err(|why| unreadable(why, |what| damaged(seq, what)))?;
            let (before, of, event) = row.ok_or_else(|| damaged(seq, "it is missing"))?;
            if of != end.id || event.seq != seq {
                let what = format!("event {} of run {of} stands in its place", event.seq);
                return Err(damaged(seq, &what));
            }
            Some((before, event))
        };
        if let Some(event) = later.take() {
            let before = found.as_ref().map_or(Hash::default(), |(_, e)| e.hash);
            if !event.follows(before, run) {
                return Err(damaged(
                    event.seq,
                    "its hash does not fit it and the event before it",
                ));
            }
            visit(event);
        }
        let Some((before, event)) = found else {
            return Ok(());
        };
        if event.seq == end.seq && event.hash != hash {
            return Err(damaged(
                seq,
                "its hash is not the one that the run remembers",
            ));
        }
        // The event before `from` only lends its hash.
        if event.seq < from {
            return Ok(());
        }
        (seq, at, hash) = (seq - 1, before, event.hash);
        later = Some(event);
    }
}

/// A row that does not say what a row must is damage; a disk that does not answer is not.
fn unreadable(why: rusqlite::Error, damaged: impl Fn(&str) -> StoreError) -> StoreError {
    if why.sqlite_error().is_none() {
        return damaged(&format!("its row cannot be read: {why}"));
    }
    match failed(why) {
        StoreError::Damaged(what) => damaged(&what),
        other @ (StoreError::Full
        | StoreError::Newer { .. }
        | StoreError::Missing(_)
        | StoreError::Failed(_)) => other,
    }
}

pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        seq: row.get(2)?,
        at: Wall(row.get(3)?),
        format: row.get(4)?,
        author: row.get(5)?,
        payload: row.get(6)?,
        hash: Hash(row.get(7)?),
    })
}
