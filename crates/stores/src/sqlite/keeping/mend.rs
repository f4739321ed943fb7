//! Mends what can be written anew: run rows and the lists of what has begun, from their journals.
//!
//! Must never know: how to mend a journal; only a backup can. Stories: `tests/it/keeping/damage.rs`.

use super::super::trouble::failed;
use super::super::{file, lease, rows};
use super::KeepError;
use super::content::{Chain, chains, fold, unread};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use windlass_engine::names::RunId;
use windlass_runner::keeping::Folded;
use windlass_runner::ports::store::StoreError;

/// What was written anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// The rows of these runs.
    pub rows: Vec<RunId>,
    /// These runs' journals are hurt themselves: their rows were left as they are.
    pub left: Vec<RunId>,
}

/// Writes the row of every run whose journal is whole as its journal says.
///
/// # Errors
/// [`KeepError::Held`] while somebody carries; [`KeepError::Missing`], [`KeepError::Store`].
pub fn mend(path: &Path) -> Result<Mended, KeepError> {
    if !path.exists() {
        return Err(KeepError::Missing(path.to_owned()));
    }
    let held = lease::holders(path)?;
    if !held.is_empty() {
        return Err(KeepError::Held(held));
    }
    let mut db = file::connect(path, file::Sync::Full)?;
    let change = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    let mended = rows_anew(&change)?;
    change.commit().map_err(failed)?;
    Ok(mended)
}

fn rows_anew(db: &Connection) -> Result<Mended, StoreError> {
    let mut hurt = BTreeSet::new();
    let (chains, _) = chains(db, |run, _, _| {
        hurt.insert(run);
    })
    .map_err(unread)?;
    let mut mended = Mended::default();
    // An index that misses a row would miss it again.
    db.execute_batch("REINDEX").map_err(unread)?;
    for (id, chain) in &chains {
        let run = rows::name(*id);
        let folded = match hurt.contains(&run) {
            true => None,
            false => fold(db, &run, chain.last).ok(),
        };
        match folded {
            None => mended.left.push(run),
            Some(folded) => {
                let before = print(db, *id).map_err(unread)?;
                write(db, *id, chain, &folded).map_err(unread)?;
                if print(db, *id).map_err(unread)? != before {
                    mended.rows.push(run);
                }
            }
        }
    }
    strays(db, &chains).map_err(unread)?;
    counter(db).map_err(unread)?;
    Ok(mended)
}

/// All that a row says, to tell whether it was changed.
fn print(db: &Connection, id: i64) -> rusqlite::Result<String> {
    let row = db
        .prepare_cached(
            "SELECT printf('%s %s %d %s %d %d %s %d %d %d %s', cluster, identity, created, ended,
                           epoch, seq, hex(hash), last, inbox, read, summary)
             FROM run WHERE id = ?1",
        )?
        .query_row([id], |row| row.get::<_, String>(0))
        .optional();
    let begun: Option<String> = db
        .prepare_cached("SELECT group_concat(subject, ' ') FROM begun WHERE run = ?1")?
        .query_row([id], |row| row.get(0))?;
    // A row that cannot be read is written anew like one that is not there.
    Ok(format!("{:?} {begun:?}", row.unwrap_or_default()))
}

fn write(db: &Connection, id: i64, chain: &Chain, folded: &Folded) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO run (id, key, cluster, identity, created, ended, epoch, seq, hash, last,
                          inbox, read, summary)
         VALUES (?1, 'mended/' || ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
                 (SELECT coalesce(max(seq), 0) FROM inbox WHERE run = ?1), ?10, ?11)
         ON CONFLICT (id) DO UPDATE SET cluster = excluded.cluster, identity = excluded.identity,
             created = excluded.created, ended = excluded.ended,
             epoch = max(epoch, excluded.epoch), seq = excluded.seq, hash = excluded.hash,
             last = excluded.last, inbox = excluded.inbox, read = excluded.read,
             summary = excluded.summary",
    )?
    .execute(params![
        id,
        folded.cluster.as_str(),
        folded.identity.as_ref().map(|who| who.as_str()),
        folded.created.0,
        folded.ended.map(|at| at.0),
        folded.epoch,
        chain.seq,
        chain.hash.0,
        chain.last,
        folded.read,
        folded.summary
    ])?;
    db.prepare_cached("DELETE FROM begun WHERE run = ?1")?
        .execute([id])?;
    for subject in &folded.begun {
        db.prepare_cached("INSERT INTO begun (run, subject) VALUES (?1, ?2)")?
            .execute(params![id, subject.to_string()])?;
    }
    Ok(())
}

/// What has begun in runs that have no journal.
fn strays(db: &Connection, chains: &BTreeMap<i64, Chain>) -> rusqlite::Result<()> {
    let named: Vec<i64> = db
        .prepare("SELECT DISTINCT run FROM begun")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in named.iter().filter(|id| !chains.contains_key(id)) {
        db.prepare_cached("DELETE FROM begun WHERE run = ?1")?
            .execute([id])?;
    }
    Ok(())
}

/// No epoch is given out twice.
fn counter(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(
        "INSERT INTO counter (name, value) VALUES ('epoch', 0) ON CONFLICT (name) DO NOTHING;
         UPDATE counter SET value = max(value,
             coalesce((SELECT max(epoch) FROM lease), 0),
             coalesce((SELECT max(epoch) FROM run), 0)) WHERE name = 'epoch'",
    )
}
