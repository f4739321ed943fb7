//! The append: fence, position and inbox are checked against the run's row, then all is written.
//!
//! The row is raised only where they allow it, in one statement; the reason of a refusal is read after.
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
    let Some(id) = number(&append.run) else {
        return Ok(Err(unknown(append)));
    };
    if let Some(words) = too_long(&append.events) {
        return Ok(Err(AppendError::Store(words)));
    }
    let known = desk.tails.borrow().get(&id).copied();
    let before = match known {
        // We wrote that event: what its row says is known, and the rest is checked as it is written.
        Some(tail) if tail.seq == append.after => tail,
        Some(_) | None => match allowed(desk, id, append)? {
            Ok(tail) => tail,
            Err(why) => return Ok(Err(why)),
        },
    };
    let tail = match advance(desk, id, append, before)? {
        Some(tail) => tail,
        None => match allowed(desk, id, append)? {
            Err(why) => return Ok(Err(why)),
            Ok(_) => {
                let words = format!("the row of run {} cannot be raised", append.run);
                return Ok(Err(AppendError::Store(words)));
            }
        },
    };
    desk.tails.borrow_mut().insert(id, tail);
    keep(desk, &append.blobs)?;
    begun(desk, id, &append.begun, &append.settled)?;
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
        desk.tails.borrow_mut().remove(&id);
    }
    Ok(Ok(tail.seq))
}

fn unknown(append: &Append) -> AppendError {
    AppendError::Store(format!("there is no run {}", append.run))
}

/// The run's row is raised first, where fence, position and inbox allow it; then the events are
/// written under the ids that the row was told. None: they do not allow it, and nothing is written.
fn advance(
    desk: &Desk<'_>,
    id: i64,
    append: &Append,
    before: Tail,
) -> rusqlite::Result<Option<Tail>> {
    let first = desk.next_event()?;
    let mut tail = before;
    let mut last = before.last;
    let mut hashes = desk.hashes.borrow_mut();
    hashes.clear();
    for (event, row) in append.events.iter().zip(first..) {
        tail = tail.then(&append.run, event, row);
        hashes.push(tail.hash);
    }
    let raised = desk.hot.borrow_mut().advance.execute(params![
        id,
        append.epoch,
        tail.seq,
        tail.hash.0,
        tail.last,
        append.read,
        append.summary,
        append.after
    ])?;
    if raised == 0 {
        return Ok(None);
    }
    for ((event, row), hash) in append.events.iter().zip(first..).zip(hashes.iter()) {
        let seq = before.seq + 1 + row.abs_diff(first);
        write_event(desk, id, last, row, seq, event, *hash)?;
        last = row;
    }
    desk.events_written(append.events.len());
    Ok(Some(tail))
}

/// The end of the journal, if this append may follow it.
fn allowed(
    desk: &Desk<'_>,
    id: i64,
    append: &Append,
) -> rusqlite::Result<Result<Tail, AppendError>> {
    Ok(match head(desk, id)? {
        None => Err(unknown(append)),
        Some(head) => allow(append, &head).map(|()| head.tail),
    })
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
    Ok(())
}

/// Which event is longer than an event may be, in words.
pub(super) fn too_long(events: &[Recorded]) -> Option<String> {
    events
        .iter()
        .map(|event| event.payload.len())
        .find(|length| *length > EVENT_BYTES)
        .map(|length| format!("an event of {length} bytes is above {EVENT_BYTES}"))
}

fn head(desk: &Desk<'_>, id: i64) -> rusqlite::Result<Option<Head>> {
    desk.db
        .prepare_cached(
            "SELECT epoch, seq, hash, last, inbox, ended IS NOT NULL FROM run WHERE id = ?1",
        )?
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
        .optional()
}

impl Tail {
    /// Before the first event.
    pub(super) fn none() -> Self {
        Self {
            seq: 0,
            hash: Hash::default(),
            last: 0,
        }
    }

    /// After one more event, which lies in this row.
    pub(super) fn then(self, run: &RunId, event: &Recorded, row: i64) -> Self {
        let seq = self.seq + 1;
        let (author, payload) = (&event.author, &event.payload);
        Self {
            seq,
            hash: link(self.hash, run, seq, FORMAT, event.at, author, payload),
            last: row,
        }
    }
}

/// Writes one event into its row.
pub(super) fn write_event(
    desk: &Desk<'_>,
    id: i64,
    before: i64,
    row: i64,
    seq: Seq,
    event: &Recorded,
    hash: Hash,
) -> rusqlite::Result<()> {
    desk.hot.borrow_mut().event.execute(params![
        row,
        before,
        id,
        seq,
        event.at.0,
        FORMAT,
        event.author,
        event.payload,
        hash.0
    ])?;
    Ok(())
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
    let missing = || StoreError::Missing(format!("run {run}"));
    let Some(id) = number(run) else {
        return Ok(Err(missing()));
    };
    let Some(head) = head(desk, id)? else {
        return Ok(Err(missing()));
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
