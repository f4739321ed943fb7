//! The post: a command into a run's inbox, acknowledged with what has begun, in one transaction.
//!
//! Must never know: what the command asks. Stories: the runner's exam.

use super::clock::wall;
use super::keeping::seal::{self, Sealed};
use super::rows::number;
use super::writer::Desk;
use rusqlite::{Connection, OptionalExtension, params};
use windlass_engine::names::{RunId, Subject};
use windlass_engine::time::Wall;
use windlass_runner::ports::store::{Acknowledged, InboxSeq, StoreError};

/// A command on its way.
pub(super) struct Command {
    run: RunId,
    key: String,
    by: String,
    payload: String,
    at: Wall,
}

impl Command {
    /// Stamped now.
    pub(super) fn new(run: &RunId, key: &str, by: &str, payload: &str) -> Self {
        Self {
            run: run.clone(),
            key: key.to_owned(),
            by: by.to_owned(),
            payload: payload.to_owned(),
            at: wall(),
        }
    }
}

/// Posts, unless the key is known or the run has ended.
pub(super) fn post(
    desk: &Desk<'_>,
    command: &Command,
) -> rusqlite::Result<Result<Acknowledged, StoreError>> {
    let missing = || StoreError::Missing(format!("run {}", command.run));
    let Some(id) = number(&command.run) else {
        return Ok(Err(missing()));
    };
    let row: Option<(InboxSeq, bool, String)> = desk
        .db
        .prepare_cached("SELECT inbox, ended IS NOT NULL, summary FROM run WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((last, ended, summary)) = row else {
        return Ok(Err(missing()));
    };
    let known: Option<InboxSeq> = desk
        .db
        .prepare_cached("SELECT seq FROM inbox WHERE run = ?1 AND key = ?2")?
        .query_row(params![id, command.key], |row| row.get(0))
        .optional()?;
    let (seq, taken) = match (known, ended) {
        (Some(seq), _) => (seq, true),
        (None, true) => (last, false),
        (None, false) => {
            insert(desk.db, id, last + 1, command)?;
            (last + 1, true)
        }
    };
    Ok(Ok(Acknowledged {
        seq,
        begun: begun(desk, id)?,
        summary,
        ended: !taken,
    }))
}

/// Puts it into the inbox, sealed.
pub(super) fn insert(
    db: &Connection,
    id: i64,
    seq: InboxSeq,
    command: &Command,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO inbox (run, seq, key, at, by, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        id,
        seq,
        command.key,
        command.at.0,
        command.by,
        command.payload
    ])?;
    db.prepare_cached("UPDATE run SET inbox = ?2 WHERE id = ?1")?
        .execute(params![id, seq])?;
    let sealed = Sealed {
        seq,
        key: &command.key,
        at: command.at.0,
        by: &command.by,
        payload: &command.payload,
    };
    seal::posted(db, id, &sealed)
}

fn begun(desk: &Desk<'_>, id: i64) -> rusqlite::Result<Vec<Subject>> {
    let mut ask = desk
        .db
        .prepare_cached("SELECT subject FROM begun WHERE run = ?1")?;
    let mut begun = ask
        .query_map([id], |row| Ok(Subject::parse(row.get_ref(0)?.as_str()?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    begun.sort();
    Ok(begun)
}
