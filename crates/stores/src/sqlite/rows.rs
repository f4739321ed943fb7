//! Rows to values: runs, commands, registrations.
//!
//! Must never know: how they came to be. Stories: the runner's exam.

use super::trouble::failed;
use rusqlite::{Connection, OptionalExtension, Row, params};
use windlass_engine::names::{ClusterName, Identity, RunId};
use windlass_engine::time::Wall;
use windlass_runner::ports::store::{InboxSeq, Posted, Registration, RunRow, StoreError};

/// The number in a run's name, if it is one that we gave.
pub(super) fn number(run: &RunId) -> Option<i64> {
    let id: i64 = run.as_str().parse().ok()?;
    (id > 0 && !run.as_str().starts_with(['0', '+'])).then_some(id)
}

/// The name of the run with this number.
pub(super) fn name(id: i64) -> RunId {
    RunId::from(id.to_string())
}

macro_rules! run_rows {
    ($rest:literal) => {
        concat!(
            "SELECT id, cluster, identity, created, ended, summary, seq FROM run ",
            $rest
        )
    };
}

fn run_row(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        run: name(row.get(0)?),
        cluster: ClusterName::from(row.get_ref(1)?.as_str()?),
        identity: row.get_ref(2)?.as_str_or_null()?.map(Identity::from),
        created: Wall(row.get(3)?),
        ended: row.get::<_, Option<i64>>(4)?.map(Wall),
        summary: row.get(5)?,
        seq: row.get(6)?,
    })
}

/// One run.
pub(super) fn run(db: &Connection, run: &RunId) -> Result<RunRow, StoreError> {
    let missing = || StoreError::Missing(format!("run {run}"));
    let id = number(run).ok_or_else(missing)?;
    db.prepare_cached(run_rows!("WHERE id = ?1"))
        .and_then(|mut ask| ask.query_row([id], run_row).optional())
        .map_err(failed)?
        .ok_or_else(missing)
}

/// Live runs, oldest first.
pub(super) fn live(db: &Connection) -> Result<Vec<RunRow>, StoreError> {
    db.prepare_cached(run_rows!("WHERE ended IS NULL ORDER BY id"))
        .and_then(|mut ask| ask.query_map([], run_row)?.collect())
        .map_err(failed)
}

/// Newest runs first.
pub(super) fn runs(
    db: &Connection,
    cluster: Option<&ClusterName>,
    most: usize,
) -> Result<Vec<RunRow>, StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    match cluster {
        Some(cluster) => db
            .prepare_cached(run_rows!("WHERE cluster = ?1 ORDER BY id DESC LIMIT ?2"))
            .and_then(|mut ask| {
                ask.query_map(params![cluster.as_str(), most], run_row)?
                    .collect()
            }),
        None => db
            .prepare_cached(run_rows!("ORDER BY id DESC LIMIT ?1"))
            .and_then(|mut ask| ask.query_map([most], run_row)?.collect()),
    }
    .map_err(failed)
}

/// Commands after a position.
pub(super) fn inbox(
    db: &Connection,
    run: &RunId,
    after: InboxSeq,
) -> Result<Vec<Posted>, StoreError> {
    let id = number(run).ok_or_else(|| StoreError::Missing(format!("run {run}")))?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    db.prepare_cached(
        "SELECT seq, at, by, payload FROM inbox WHERE run = ?1 AND seq > ?2 ORDER BY seq",
    )
    .and_then(|mut ask| {
        ask.query_map(params![id, after], |row| {
            Ok(Posted {
                seq: row.get(0)?,
                at: Wall(row.get(1)?),
                by: row.get(2)?,
                payload: row.get(3)?,
            })
        })?
        .collect()
    })
    .map_err(failed)
}

/// One registration: name, identity, object, changed.
pub(super) fn registration(row: &Row<'_>) -> rusqlite::Result<Registration> {
    Ok(Registration {
        name: ClusterName::from(row.get_ref(0)?.as_str()?),
        identity: row.get_ref(1)?.as_str_or_null()?.map(Identity::from),
        object: row.get(2)?,
        changed: Wall(row.get(3)?),
    })
}
