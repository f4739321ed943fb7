//! What lies in a store, all of it, as it is at one moment: pages, tables, chains, rows, contents, seals.
//!
//! Must never know: what an event means. Stories: `tests/it/keeping/damage.rs`.

use super::super::trouble::failed;
use super::super::{file, journal, rows};
use super::examine::{Report, Subject, Weight};
use super::seal::{self, Sealed};
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::hash::Hash;
use windlass_engine::names::{RunId, Subject as Named};
use windlass_engine::time::Wall;
use windlass_runner::journal::JournalError;
use windlass_runner::keeping::{self, Folded, KeptRow};
use windlass_runner::ledger::LedgerError;
use windlass_runner::ports::store::{RunRow, Seq, StoreError, Stored};

/// So many wrong pages are named; more say nothing new.
const PAGES_NAMED: usize = 20;

/// The end of a journal as its events say, read in the order in which they were written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    pub(super) seq: Seq,
    pub(super) hash: Hash,
    pub(super) last: i64,
    /// Each event fits the one before it.
    pub(super) whole: bool,
}

/// Looks at everything within one transaction.
pub(super) fn look(db: &Connection, report: &mut Report) {
    if let Err(why) = db.execute_batch("BEGIN") {
        report.trouble(Subject::File, &failed(why));
        return;
    }
    pages(db, report);
    let parts: [fn(&Connection, &mut Report) -> rusqlite::Result<()>; 6] =
        [schema, about, runs, contents, clusters, inboxes];
    for part in parts {
        if let Err(why) = part(db, report) {
            let why = unread(why);
            report.trouble(Subject::File, &why);
        }
    }
    // Nothing was changed: there is nothing to undo.
    drop(db.execute_batch("ROLLBACK"));
}

/// A value that is not of its column's kind is damage, too; so is a table that is not there.
pub(super) fn unread(why: rusqlite::Error) -> StoreError {
    match why.sqlite_error() {
        None => StoreError::Damaged(why.to_string()),
        Some(error) if error.extended_code == rusqlite::ffi::SQLITE_ERROR => {
            StoreError::Damaged(why.to_string())
        }
        Some(_) => failed(why),
    }
}

fn pages(db: &Connection, report: &mut Report) {
    let told = db
        .prepare(&format!("PRAGMA integrity_check({PAGES_NAMED})"))
        .and_then(|mut ask| {
            ask.query_map([], |row| row.get::<_, String>(0))?
                .collect::<rusqlite::Result<Vec<_>>>()
        });
    match told {
        Ok(told) => {
            for what in told.iter().filter(|what| *what != "ok") {
                report.hurt(Subject::File, what.replace('\n', "; "));
            }
        }
        Err(why) => report.trouble(Subject::File, &unread(why)),
    }
}

type Declared = BTreeMap<(String, String), (String, Option<String>)>;

fn declared(db: &Connection) -> rusqlite::Result<Declared> {
    db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")?
        .query_map([], |row| {
            Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?)))
        })?
        .collect()
}

/// The tables must be declared as we declare them: a default or a key may be damaged, too.
fn schema(db: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let ours = Connection::open_in_memory()?;
    ours.execute_batch(include_str!("../../../schema/sqlite.sql"))?;
    let (found, ours) = (declared(db)?, declared(&ours)?);
    for ((kind, name), words) in &ours {
        if found.get(&(kind.clone(), name.clone())) != Some(words) {
            let says = format!("{kind} {name} is not declared as it must be");
            report.hurt(Subject::File, says);
        }
    }
    for (kind, name) in found.keys().filter(|key| !ours.contains_key(*key)) {
        report.hurt(Subject::File, format!("{kind} {name} is none of a store"));
    }
    Ok(())
}

/// Its format, its id, its counter.
fn about(db: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    if let Err(why) = file::format(db) {
        report.trouble(Subject::File, &why);
    }
    let (application, encoding): (i32, String) = db.query_row(
        "SELECT application_id, encoding FROM pragma_application_id, pragma_encoding",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    if application != file::APPLICATION_ID || encoding != "UTF-8" {
        report.hurt(
            Subject::File,
            "its head is that of another program's database",
        );
    }
    report.id = file::meta(db, "id")?;
    report.taken = file::meta(db, "taken")?.and_then(|at| at.parse().ok().map(Wall));
    let minted = file::meta(db, "minted")?;
    if let (Some(id), Some(minted), Some(sum)) = (&report.id, &minted, seal::of(db, "id")?)
        && seal::sum_of_id(id, minted).to_string() != sum
    {
        report.hurt(Subject::File, "its id does not fit its seal");
    }
    let known = |name: &str| {
        ["format", "id", "minted", "taken", "restored"].contains(&name) || name.starts_with("seal ")
    };
    let names: Vec<String> = db
        .prepare("SELECT name FROM meta")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for name in names.iter().filter(|name| !known(name)) {
        report.hurt(Subject::File, format!("`{name}` is nothing that it notes"));
    }
    let (epoch, newest): (Option<u64>, u64) = db.query_row(
        "SELECT (SELECT value FROM counter WHERE name = 'epoch'),
                max(coalesce((SELECT max(epoch) FROM lease), 0),
                    coalesce((SELECT max(epoch) FROM run), 0))",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    match epoch {
        None => report.hurt(Subject::File, "its counter of epochs is missing"),
        Some(epoch) if epoch < newest => report.hurt(
            Subject::File,
            format!("its counter of epochs stands at {epoch}, and {newest} was given out"),
        ),
        Some(_) => {}
    }
    Ok(())
}

/// All journals in one pass, in the order of their writing.
pub(super) fn chains(
    db: &Connection,
    mut hurt: impl FnMut(RunId, Option<Seq>, String),
) -> rusqlite::Result<(BTreeMap<i64, Chain>, u64)> {
    let mut chains: BTreeMap<i64, Chain> = BTreeMap::new();
    let mut events = 0;
    let mut ask = db.prepare(
        "SELECT before, run, seq, at, format, author, payload, hash, id FROM journal ORDER BY id",
    )?;
    let mut told = ask.query([])?;
    while let Some(row) = told.next()? {
        events += 1;
        let run: i64 = row.get(1)?;
        let id = rows::name(run);
        let chain = chains.entry(run).or_insert(Chain {
            seq: 0,
            hash: Hash::default(),
            last: 0,
            whole: true,
        });
        let event = match journal::stored(row) {
            Ok(event) => event,
            Err(why) => {
                chain.whole = false;
                hurt(
                    id,
                    Some(chain.seq + 1),
                    format!("its row cannot be read: {why}"),
                );
                continue;
            }
        };
        let before: i64 = row.get(0)?;
        let wrong = if event.seq != chain.seq + 1 {
            Some(format!("event {} follows event {}", event.seq, chain.seq))
        } else if before != chain.last {
            Some("it names another event as the one before it".into())
        } else if !event.follows(chain.hash, &id) {
            Some("its hash does not fit it and the event before it".into())
        } else {
            None
        };
        if let Some(wrong) = wrong {
            chain.whole = false;
            hurt(id, Some(event.seq), wrong);
        }
        (chain.seq, chain.hash, chain.last) = (event.seq, event.hash, row.get(8)?);
    }
    Ok((chains, events))
}

/// A run's row as it lies there.
struct Kept {
    id: i64,
    hash: Hash,
    last: i64,
    inbox: u64,
    key: String,
    row: KeptRow,
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept {
        id: row.get(0)?,
        hash: Hash(row.get(7)?),
        last: row.get(8)?,
        inbox: row.get(10)?,
        key: row.get(12)?,
        row: KeptRow {
            row: RunRow {
                run: rows::name(row.get(0)?),
                cluster: row.get_ref(1)?.as_str()?.into(),
                identity: row.get_ref(2)?.as_str_or_null()?.map(Into::into),
                created: Wall(row.get(3)?),
                ended: row.get::<_, Option<i64>>(4)?.map(Wall),
                summary: row.get(5)?,
                seq: row.get(6)?,
            },
            epoch: row.get(9)?,
            read: row.get(11)?,
            begun: BTreeSet::new(),
        },
    })
}

fn runs(db: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let (mut chains, events) = chains(db, |run, seq, says| {
        report.hurt(Subject::Run(run, seq), says);
    })?;
    report.events = events;
    let mut ask = db.prepare(
        "SELECT id, cluster, identity, created, ended, summary, seq, hash, last, epoch, inbox, read, key
         FROM run ORDER BY id",
    )?;
    let mut told = ask.query([])?;
    while let Some(row) = told.next()? {
        report.runs += 1;
        let id: i64 = row.get(0)?;
        let run = rows::name(id);
        let chain = chains.remove(&id);
        let kept = match kept(row) {
            Ok(kept) => kept,
            Err(why) => {
                report.hurt(Subject::Row(run), format!("it cannot be read: {why}"));
                continue;
            }
        };
        if kept.row.row.ended.is_none() {
            report.live += 1;
        }
        one(db, report, kept, chain)?;
    }
    for run in chains.into_keys() {
        let says = "its journal is there, and no row names it";
        report.hurt(Subject::Row(rows::name(run)), says);
    }
    let strays: Vec<i64> = db
        .prepare("SELECT DISTINCT run FROM begun WHERE run NOT IN (SELECT id FROM run)")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for run in strays {
        let says = "something has begun, and no row names it";
        report.hurt(Subject::Row(rows::name(run)), says);
    }
    Ok(())
}

fn one(
    db: &Connection,
    report: &mut Report,
    mut kept: Kept,
    chain: Option<Chain>,
) -> rusqlite::Result<()> {
    let run = kept.row.row.run.clone();
    let name = format!("run/{run}");
    if let Some(sum) = seal::of(db, &name)?
        && seal::sum_of_run(kept.id, &kept.key).to_string() != sum
    {
        report.hurt(
            Subject::Run(run.clone(), None),
            "its key does not fit its seal",
        );
    }
    let Some(chain) = chain else {
        let says = "it has no journal";
        report.hurt(Subject::Run(run, None), says);
        return Ok(());
    };
    if !chain.whole {
        return Ok(());
    }
    let row = &kept.row.row;
    if row.seq < chain.seq {
        // An event beyond the row's end was never committed with it: the row is what is wrong.
        let says = format!("it ends at event {}, its journal at {}", row.seq, chain.seq);
        report.hurt(Subject::Row(run.clone()), says);
    } else if row.seq > chain.seq {
        let says = format!(
            "it is missing; the row says that event {} is the last",
            row.seq
        );
        report.hurt(Subject::Run(run.clone(), Some(chain.seq + 1)), says);
        return Ok(());
    } else if (kept.hash, kept.last) != (chain.hash, chain.last) {
        let says = "its end of the journal is not that of the journal";
        report.hurt(Subject::Row(run.clone()), says);
    }
    let inbox: u64 = db
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM inbox WHERE run = ?1")?
        .query_row([kept.id], |row| row.get(0))?;
    if inbox != kept.inbox {
        let says = format!(
            "its inbox ends at {}, it holds {inbox} commands",
            kept.inbox
        );
        report.hurt(Subject::Row(run.clone()), says);
    }
    kept.row.begun = begun(db, kept.id)?;
    match fold(db, &run, chain.last) {
        Ok(folded) => {
            for says in keeping::differences(&kept.row, &folded) {
                report.hurt(Subject::Row(run.clone()), format!("its {says}"));
            }
        }
        Err(why) => untold(report, run, &why),
    }
    Ok(())
}

fn begun(db: &Connection, id: i64) -> rusqlite::Result<BTreeSet<Named>> {
    db.prepare_cached("SELECT subject FROM begun WHERE run = ?1")?
        .query_map([id], |row| Ok(Named::parse(row.get_ref(0)?.as_str()?)))?
        .collect()
}

/// What a journal that is whole says, from its last row back.
pub(super) fn fold(db: &Connection, run: &RunId, last: i64) -> Result<Folded, LedgerError> {
    let mut events: Vec<Stored> = Vec::new();
    let mut ask = db
        .prepare_cached(
            "SELECT before, run, seq, at, format, author, payload, hash FROM journal WHERE id = ?1",
        )
        .map_err(failed)?;
    let mut at = last;
    while at != 0 {
        let (before, event) = ask
            .query_row([at], |row| Ok((row.get(0)?, journal::stored(row)?)))
            .map_err(unread)?;
        events.push(event);
        at = before;
    }
    events.reverse();
    keeping::folded(run, &events, &mut |hash| content(db, hash))
}

fn content(db: &Connection, hash: Hash) -> Result<Vec<u8>, StoreError> {
    let found: Option<Vec<u8>> = db
        .prepare_cached("SELECT bytes FROM blob WHERE hash = ?1")
        .and_then(|mut ask| ask.query_row([hash.0], |row| row.get(0)).optional())
        .map_err(unread)?;
    found.ok_or_else(|| StoreError::Damaged(format!("content {hash} is missing")))
}

/// A whole journal that cannot be folded: something it names is hurt, or a newer windlass wrote it.
fn untold(report: &mut Report, run: RunId, why: &LedgerError) {
    let seq = match why {
        LedgerError::Journal(
            JournalError::Newer { seq, .. } | JournalError::Unreadable { seq, .. },
        ) => Some(*seq),
        LedgerError::Journal(JournalError::Store(_)) => None,
        LedgerError::Store(_) | LedgerError::Headless { .. } | LedgerError::Frozen { .. } => None,
    };
    let weight = match why {
        LedgerError::Journal(JournalError::Newer { .. }) => Weight::Unseen,
        LedgerError::Journal(JournalError::Unreadable { .. } | JournalError::Store(_))
        | LedgerError::Store(_)
        | LedgerError::Headless { .. }
        | LedgerError::Frozen { .. } => Weight::Hurt,
    };
    report.say(weight, Subject::Run(run, seq), why.to_string());
}

fn contents(db: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let mut ask = db.prepare("SELECT hash, bytes FROM blob")?;
    let mut told = ask.query([])?;
    while let Some(row) = told.next()? {
        report.contents += 1;
        let name: Hash = match row.get(0) {
            Ok(bytes) => Hash(bytes),
            Err(why) => {
                report.hurt(Subject::File, format!("the name of a content: {why}"));
                continue;
            }
        };
        if Hash::of(row.get_ref(1)?.as_blob()?) != name {
            report.hurt(Subject::Content(name), "its content has another hash");
        }
    }
    Ok(())
}

fn clusters(db: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let mut names = BTreeSet::new();
    let mut ask =
        db.prepare("SELECT name, identity, object, changed FROM cluster ORDER BY name")?;
    let mut told = ask.query([])?;
    while let Some(row) = told.next()? {
        report.clusters += 1;
        let registration = rows::registration(row)?;
        let name = registration.name.clone();
        names.insert(name.to_string());
        if let Some(sum) = seal::of(db, &format!("cluster/{name}"))?
            && seal::sum_of_cluster(&registration).to_string() != sum
        {
            let says = "what was registered does not fit its seal";
            report.hurt(Subject::Cluster(name), says);
        } else if serde_json::from_str::<serde_json::Value>(&registration.object).is_err() {
            report.hurt(Subject::Cluster(name), "what was registered is no JSON");
        }
    }
    for seal in seal::all(db)? {
        if let Some(name) = seal.strip_prefix("cluster/")
            && !names.contains(name)
        {
            report.hurt(Subject::Cluster(name.into()), "its registration is missing");
        }
    }
    Ok(())
}

/// Each inbox against its seal.
fn inboxes(db: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let mut sums: BTreeMap<i64, (u64, Option<Hash>)> = BTreeMap::new();
    let mut ask =
        db.prepare("SELECT run, seq, key, at, by, payload FROM inbox ORDER BY run, seq")?;
    let mut told = ask.query([])?;
    while let Some(row) = told.next()? {
        let run: i64 = row.get(0)?;
        let (last, before) = sums.remove(&run).unwrap_or((0, None));
        let sealed = Sealed {
            seq: row.get(1)?,
            key: row.get_ref(2)?.as_str()?,
            at: row.get(3)?,
            by: row.get_ref(4)?.as_str()?,
            payload: row.get_ref(5)?.as_str()?,
        };
        let subject = || Subject::Run(rows::name(run), None);
        if sealed.seq != last + 1 {
            report.hurt(subject(), format!("command {} is missing", last + 1));
        }
        if serde_json::from_str::<serde_json::Value>(sealed.payload).is_err() {
            report.hurt(subject(), format!("command {} is no JSON", sealed.seq));
        }
        let before = before.map(|sum| sum.to_string());
        let sum = seal::sum_of_inbox(before.as_deref(), &sealed);
        sums.insert(run, (sealed.seq, Some(sum)));
    }
    for (run, (_, sum)) in sums {
        let sealed = seal::of(db, &format!("inbox/{run}"))?;
        if let (Some(sealed), Some(sum)) = (sealed, sum)
            && sealed != sum.to_string()
        {
            let says = "its inbox does not fit its seal";
            report.hurt(Subject::Run(rows::name(run), None), says);
        }
    }
    Ok(())
}
