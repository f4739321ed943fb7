//! The writer: one thread, one connection, one group of requests a commit.
//!
//! Each request checks before it writes, so that a refused one leaves nothing behind and harms no
//! other; no savepoint is needed. A failed write undoes the group, and each is tried alone.
//! Must never know: what a request means. Stories: `tests/it/`.

use super::append::Tail;
use super::clock::instant;
use super::file::{self, Sync};
use super::queue::{Queue, Work};
use super::tally::Tally;
use super::trouble::Trouble;
use rusqlite::{CachedStatement, Connection};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;
use windlass_engine::hash::Hash;
use windlass_runner::ports::store::StoreError;

/// The longest that a group is gathered: well below one commit on any disk that really syncs.
const GATHER_MOST_US: u64 = 500;
/// Of the last commit's time, this part may be spent on gathering the next group.
const GATHER_PART: u32 = 3;
/// So many are worth waking up for while a group is gathered.
const HANDFUL: usize = 16;
/// Statements kept prepared; more than we have.
const STATEMENTS: usize = 64;

/// The writer's connection, with the hot append's statements prepared.
pub(super) struct Desk<'c> {
    pub(super) db: &'c Connection,
    pub(super) hot: RefCell<Hot<'c>>,
    /// The ends of journals that we wrote ourselves: what we committed at a position stays true, and
    /// what we rolled back is forgotten here too.
    pub(super) tails: RefCell<HashMap<i64, Tail>>,
    /// Room for the hashes of one append.
    pub(super) hashes: RefCell<Vec<Hash>>,
    /// The row of the next event, once it is known in this transaction.
    next: Cell<Option<i64>>,
}

/// What each append uses.
pub(super) struct Hot<'c> {
    pub(super) event: CachedStatement<'c>,
    pub(super) advance: CachedStatement<'c>,
}

impl<'c> Desk<'c> {
    fn new(db: &'c Connection) -> rusqlite::Result<Self> {
        let hot = RefCell::new(Hot {
            event: db.prepare_cached(
                "INSERT INTO journal (id, before, run, seq, at, format, author, payload, hash)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?,
            // `ended` and `identity` are left out: they are indexed and seldom change.
            advance: db.prepare_cached(
                "UPDATE run SET epoch = ?2, seq = ?3, hash = ?4, last = ?5, read = ?6, summary = ?7
                 WHERE id = ?1 AND epoch <= ?2 AND seq = ?8 AND inbox <= ?6 AND ended IS NULL",
            )?,
        });
        Ok(Self {
            db,
            hot,
            tails: RefCell::default(),
            hashes: RefCell::default(),
            next: Cell::new(None),
        })
    }

    /// The row of the next event.
    pub(super) fn next_event(&self) -> rusqlite::Result<i64> {
        if let Some(next) = self.next.get() {
            return Ok(next);
        }
        let next = self
            .db
            .prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM journal")?
            .query_row([], |row| row.get(0))?;
        self.next.set(Some(next));
        Ok(next)
    }

    /// So many events were written from there on.
    pub(super) fn events_written(&self, events: usize) {
        let events = i64::try_from(events).unwrap_or(i64::MAX);
        self.next.set(self.next.get().map(|next| next + events));
    }

    /// Others may write between two transactions.
    fn begin(&self) -> rusqlite::Result<()> {
        self.next.set(None);
        run(self, "BEGIN IMMEDIATE")
    }

    /// Limits the file's size.
    pub(super) fn limit(&self, pages: u32) -> rusqlite::Result<()> {
        self.db
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
    }
}

enum Health {
    Good,
    /// The connection is to be opened anew.
    Doubtful,
}

/// Serves the queue until it is closed and empty.
pub(super) fn serve(path: &Path, sync: Sync, queue: &Queue, tally: &Tally) {
    let mut group = Vec::new();
    let mut pace = Pace::default();
    while queue.take(&mut group) {
        let connection = match file::connect(path, sync) {
            Ok(connection) => connection,
            Err(why) => {
                lose(&mut group, &trouble(why));
                group.clear();
                continue;
            }
        };
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let desk = match Desk::new(&connection) {
            Ok(desk) => desk,
            Err(why) => {
                lose(&mut group, &Trouble::before_commit(&why));
                group.clear();
                continue;
            }
        };
        loop {
            let health = write(&desk, queue, &mut group, &mut pace);
            tally.count(group.len());
            group.clear();
            if matches!(health, Health::Doubtful) {
                break;
            }
            if !queue.take(&mut group) {
                return;
            }
        }
    }
}

/// How many may come for the next commit, and how long they are worth waiting for.
#[derive(Default)]
struct Pace {
    answered: usize,
    commit: Duration,
}

fn trouble(why: StoreError) -> Trouble {
    match why {
        StoreError::Full => Trouble::Full,
        StoreError::Damaged(what) => Trouble::Damaged(what),
        StoreError::Newer { .. } | StoreError::Missing(_) | StoreError::Failed(_) => {
            Trouble::Failed(why.to_string())
        }
    }
}

/// Writes a group, gathers more into it, commits, answers.
fn write(
    desk: &Desk<'_>,
    queue: &Queue,
    group: &mut Vec<Box<dyn Work>>,
    pace: &mut Pace,
) -> Health {
    if let Err(why) = desk.begin() {
        lose(group, &Trouble::before_commit(&why));
        return Health::Good;
    }
    // All that wait, and all that were answered last: more will hardly come.
    let most = group.len() + pace.answered;
    let patience = (pace.commit / GATHER_PART).min(Duration::from_micros(GATHER_MOST_US));
    let deadline = instant() + patience;
    let mut written = 0;
    loop {
        while let Some(work) = group.get_mut(written) {
            let Err(why) = work.write(desk) else {
                written += 1;
                continue;
            };
            *pace = Pace::default();
            let health = undo(desk);
            let trouble = Trouble::before_commit(&why);
            if group.len() == 1 || matches!(trouble, Trouble::Full) {
                lose(group, &trouble);
                return health;
            }
            return alone(desk, group);
        }
        let missing = most.saturating_sub(written);
        if pace.answered < 2 || missing == 0 {
            break;
        }
        if !queue.gather(group, missing.min(HANDFUL), deadline) {
            break;
        }
    }
    let began = instant();
    let health = commit(desk, group);
    *pace = Pace {
        answered: group.len(),
        commit: began.elapsed(),
    };
    health
}

fn commit(desk: &Desk<'_>, group: &mut [Box<dyn Work>]) -> Health {
    match run(desk, "COMMIT") {
        Ok(()) => {
            for work in group {
                work.answer(None);
            }
            Health::Good
        }
        Err(why) => {
            undo(desk);
            lose(group, &Trouble::at_commit(&why));
            Health::Doubtful
        }
    }
}

/// Begins, writes and commits one request.
fn write_one(desk: &Desk<'_>, work: &mut [Box<dyn Work>]) -> Health {
    let written = desk
        .begin()
        .and_then(|()| work.iter_mut().try_for_each(|work| work.write(desk)));
    match written {
        Ok(()) => commit(desk, work),
        Err(why) => {
            let health = undo(desk);
            lose(work, &Trouble::before_commit(&why));
            health
        }
    }
}

/// One of them cannot be written: so that the others are unharmed, each gets a commit of its own.
fn alone(desk: &Desk<'_>, group: &mut [Box<dyn Work>]) -> Health {
    let mut health = Health::Good;
    for work in group.chunks_mut(1) {
        if let Health::Doubtful = write_one(desk, work) {
            health = Health::Doubtful;
        }
    }
    health
}

fn run(desk: &Desk<'_>, what: &str) -> rusqlite::Result<()> {
    desk.db.prepare_cached(what)?.execute([]).map(drop)
}

/// Rolls back where SQLite has not done so itself.
fn undo(desk: &Desk<'_>) -> Health {
    desk.tails.borrow_mut().clear();
    if desk.db.is_autocommit() || run(desk, "ROLLBACK").is_ok() {
        Health::Good
    } else {
        Health::Doubtful
    }
}

fn lose(group: &mut [Box<dyn Work>], trouble: &Trouble) {
    for work in group {
        work.answer(Some(trouble));
    }
}
