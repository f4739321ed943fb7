//! The append: fence, position and inbox are checked against the run's row, then all is written.
//!
//! Must never know: what an event means. Stories: the runner's exam, `tests/it/`.

use super::create::keep;
use super::rows::number;
use super::writer::Desk;
use rusqlite::{OptionalExtension, params};
use windlass_engine::hash::Hash;
use windlass_engine::names::{RunId, Subject};
use windlass_runner::journal::FORMAT;
use windlass_runner::ports::store::{Append, AppendError, Recorded, Seq, StoreError, link};

/// An event's text is at most so long; larger ones are blobs.
const EVENT_BYTES: usize = 64 * 1024;

/// The end of a run's journal.
#[derive(Clone, Copy)]
pub(super) struct Tail {
    pub(super) seq: Seq,
    pub(super) hash: Hash,
    /// The row that holds the last event; 0: none yet.
    pub(super) last: i64,
}

struct Head {
    epoch: u64,
    tail: Tail,
    inbox: u64,
    ended: bool,
}

/// Appends, or says why not.
pub(super) fn append(
    desk: &Desk<'_>,
    append: &Append,
) -> rusqlite::Result<Result<Seq, AppendError>> {
    let Some((id, head)) = head(desk, &append.run)? else {
        let words = format!("there is no run {}", append.run);
        return Ok(Err(AppendError::Store(words)));
    };
    if let Err(why) = allow(append, &head) {
        return Ok(Err(why));
    }
    let mut tail = head.tail;
    for event in &append.events {
        tail = extend(desk, id, &append.run, tail, event)?;
    }
    keep(desk, &append.blobs)?;
    begun(desk, id, &append.begun, &append.settled)?;
    desk.hot.borrow_mut().advance.execute(params![
        id,
        head.epoch.max(append.epoch),
        tail.seq,
        tail.hash.0,
        tail.last,
        append.read,
        append.summary
    ])?;
    if let Some(identity) = &append.identity {
        // Told with each append, written once.
        desk.db
            .prepare_cached("UPDATE run SET identity = ?2 WHERE id = ?1 AND identity IS NOT ?2")?
            .execute(params![id, identity.as_str()])?;
    }
    if let Some(ended) = append.ended {
        desk.db
            .prepare_cached("UPDATE run SET ended = ?2 WHERE id = ?1")?
            .execute(params![id, ended.0])?;
    }
    Ok(Ok(tail.seq))
}

fn allow(append: &Append, head: &Head) -> Result<(), AppendError> {
    let run = || append.run.clone();
    if append.epoch < head.epoch {
        return Err(AppendError::Fenced {
            run: run(),
            ours: append.epoch,
            found: head.epoch,
        });
    }
    if append.after != head.tail.seq {
        return Err(AppendError::Conflict {
            run: run(),
            expected: append.after,
            found: head.tail.seq,
        });
    }
    if append.read < head.inbox {
        return Err(AppendError::Unread {
            run: run(),
            found: head.inbox,
        });
    }
    if head.ended {
        return Err(AppendError::Store(format!("run {} has ended", append.run)));
    }
    match too_long(&append.events) {
        Some(words) => Err(AppendError::Store(words)),
        None => Ok(()),
    }
}

/// Which event is longer than an event may be, in words.
pub(super) fn too_long(events: &[Recorded]) -> Option<String> {
    events
        .iter()
        .map(|event| event.payload.len())
        .find(|length| *length > EVENT_BYTES)
        .map(|length| format!("an event of {length} bytes is above {EVENT_BYTES}"))
}

fn head(desk: &Desk<'_>, run: &RunId) -> rusqlite::Result<Option<(i64, Head)>> {
    let Some(id) = number(run) else {
        return Ok(None);
    };
    let head = desk
        .hot
        .borrow_mut()
        .head
        .query_row([id], |row| {
            Ok(Head {
                epoch: row.get(0)?,
                tail: Tail {
                    seq: row.get(1)?,
                    hash: Hash(row.get(2)?),
                    last: row.get(3)?,
                },
                inbox: row.get(4)?,
                ended: row.get(5)?,
            })
        })
        .optional()?;
    Ok(head.map(|head| (id, head)))
}

/// Writes one event behind the tail.
pub(super) fn extend(
    desk: &Desk<'_>,
    id: i64,
    run: &RunId,
    tail: Tail,
    event: &Recorded,
) -> rusqlite::Result<Tail> {
    let seq = tail.seq + 1;
    let hash = link(
        tail.hash,
        run,
        seq,
        FORMAT,
        event.at,
        &event.author,
        &event.payload,
    );
    let last = desk.hot.borrow_mut().event.insert(params![
        tail.last,
        id,
        seq,
        event.at.0,
        FORMAT,
        event.author,
        event.payload,
        hash.0
    ])?;
    Ok(Tail { seq, hash, last })
}

fn begun(desk: &Desk<'_>, id: i64, begun: &[Subject], settled: &[Subject]) -> rusqlite::Result<()> {
    for subject in begun {
        desk.db
            .prepare_cached("INSERT OR IGNORE INTO begun (run, subject) VALUES (?1, ?2)")?
            .execute(params![id, subject.to_string()])?;
    }
    for subject in settled {
        desk.db
            .prepare_cached("DELETE FROM begun WHERE run = ?1 AND subject = ?2")?
            .execute(params![id, subject.to_string()])?;
    }
    Ok(())
}

/// Raises the run's epoch; never lowers it.
pub(super) fn take(
    desk: &Desk<'_>,
    run: &RunId,
    epoch: u64,
) -> rusqlite::Result<Result<(), StoreError>> {
    let Some((id, head)) = head(desk, run)? else {
        return Ok(Err(StoreError::Missing(format!("run {run}"))));
    };
    if epoch < head.epoch {
        let words = format!(
            "run {run} is carried under epoch {}, ours was {epoch}",
            head.epoch
        );
        return Ok(Err(StoreError::Failed(words)));
    }
    desk.db
        .prepare_cached("UPDATE run SET epoch = ?2 WHERE id = ?1")?
        .execute(params![id, epoch])?;
    Ok(Ok(()))
}
