//! Keeping: what a run's row must say by its journal, and which ended runs may go. Pure.
//!
//! Must never know: how a store keeps anything. Stories: in this file, `crates/stores/tests/it/keeping.rs`.

use crate::journal::{self, JournalError};
use crate::ledger::{self, LedgerError, flown};
use crate::ports::store::{Append, RunRow, Seq, StoreError, Stored};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use windlass_engine::hash::Hash;
use windlass_engine::names::{ClusterName, Identity, RunId, Subject};
use windlass_engine::run::Run;
use windlass_engine::run::event::Event;
use windlass_engine::time::{Mark, Ms, Now, Wall};

/// What a run's row and the list of what has begun must say: the fold of its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// Under which name its cluster is registered.
    pub cluster: ClusterName,
    /// Who the cluster says it is.
    pub identity: Option<Identity>,
    /// When it was asked for.
    pub created: Wall,
    /// When it ended.
    pub ended: Option<Wall>,
    /// The inbox position it has read.
    pub read: u64,
    /// The newest epoch that took it.
    pub epoch: u64,
    /// Subjects that have begun and are not yet done.
    pub begun: BTreeSet<Subject>,
    /// Its line in lists.
    pub summary: String,
}

/// What lies in a store about a run beside its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRow {
    /// Its line in lists.
    pub row: RunRow,
    /// The epoch under which it is carried.
    pub epoch: u64,
    /// The inbox position it has read.
    pub read: u64,
    /// What the list of what has begun holds.
    pub begun: BTreeSet<Subject>,
}

/// Folds a whole journal; contents are asked for by hash.
///
/// # Errors
/// [`LedgerError`]: an event or a content that cannot be read, or the journal of nothing.
pub fn folded(
    id: &RunId,
    events: &[Stored],
    fetch: &mut dyn FnMut(Hash) -> Result<Vec<u8>, StoreError>,
) -> Result<Folded, LedgerError> {
    let mut fold: Option<Run> = None;
    let mut flights = nothing(id);
    let mut begun = BTreeSet::new();
    let (mut ended, mut now) = (None, Now::default());
    for stored in events {
        let event = recalled(stored, fetch)?;
        now = Now {
            wall: stored.at,
            mono: Mark::default(),
        };
        flown(&event, &mut flights);
        begun.extend(flights.begun.drain(..));
        for settled in flights.settled.drain(..) {
            begun.remove(&settled);
        }
        if ended.is_none() && matches!(event, Event::Ended(_)) {
            ended = Some(stored.at);
        }
        match &mut fold {
            Some(run) => run.apply(&event),
            None => fold = Some(first(id, event, fetch)?),
        }
    }
    let run = fold.ok_or_else(|| StoreError::Missing(format!("run {id}")))?;
    Ok(Folded {
        cluster: run.request().cluster.clone(),
        identity: run.identity().cloned(),
        created: events.first().map_or(Wall(0), |event| event.at),
        ended,
        read: run.inbox(),
        epoch: run.epoch(),
        begun,
        summary: ledger::summary(&run, now),
    })
}

/// In what a row differs from the fold of its journal, in words; nothing: it is as it must be.
///
/// The sentence of its line is not compared: the next event writes it anew, and nothing is decided by it.
#[must_use]
pub fn differences(kept: &KeptRow, folded: &Folded) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, kept: String, folded: String| {
        if kept != folded {
            found.push(format!("{what} is {kept}, its journal says {folded}"));
        }
    };
    let row = &kept.row;
    compare(
        "cluster",
        row.cluster.to_string(),
        folded.cluster.to_string(),
    );
    compare(
        "identity",
        or_none(&row.identity),
        or_none(&folded.identity),
    );
    compare(
        "created",
        row.created.0.to_string(),
        folded.created.0.to_string(),
    );
    let end = |at: Option<Wall>| at.map_or_else(|| "none".into(), |at| at.0.to_string());
    compare("ended", end(row.ended), end(folded.ended));
    compare(
        "inbox position",
        kept.read.to_string(),
        folded.read.to_string(),
    );
    compare(
        "list of what has begun",
        listed(&kept.begun),
        listed(&folded.begun),
    );
    compare("line in lists", line(&row.summary), line(&folded.summary));
    if kept.epoch < folded.epoch {
        found.push(format!(
            "epoch is {}, its journal says at least {}",
            kept.epoch, folded.epoch
        ));
    }
    found
}

fn or_none(identity: &Option<Identity>) -> String {
    identity
        .as_ref()
        .map_or_else(|| "none".into(), ToString::to_string)
}

fn listed(subjects: &BTreeSet<Subject>) -> String {
    let all: Vec<String> = subjects.iter().map(ToString::to_string).collect();
    if all.is_empty() {
        "empty".into()
    } else {
        all.join(" ")
    }
}

/// What of a line something may be decided by.
fn line(summary: &str) -> String {
    match serde_json::from_str::<ledger::Summary>(summary) {
        Ok(line) => format!(
            "{} {}/{} {:?}",
            line.phase, line.moved, line.touched, line.goal
        ),
        Err(_) => "unreadable".into(),
    }
}

fn nothing(id: &RunId) -> Append {
    Append {
        run: id.clone(),
        epoch: 0,
        after: 0,
        read: 0,
        events: Vec::new(),
        blobs: Vec::new(),
        begun: Vec::new(),
        settled: Vec::new(),
        summary: String::new(),
        identity: None,
        ended: None,
    }
}

fn recalled(
    stored: &Stored,
    fetch: &mut dyn FnMut(Hash) -> Result<Vec<u8>, StoreError>,
) -> Result<Event, JournalError> {
    match journal::kept(stored)? {
        journal::Place::Here(event) => Ok(*event),
        journal::Place::Content(hash) => journal::read_content(stored, &fetch(hash)?),
    }
}

fn first(
    id: &RunId,
    event: Event,
    fetch: &mut dyn FnMut(Hash) -> Result<Vec<u8>, StoreError>,
) -> Result<Run, LedgerError> {
    let Event::Requested(request) = event else {
        return Err(LedgerError::Headless { run: id.clone() });
    };
    let wrong = |what| {
        move |source| LedgerError::Frozen {
            run: id.clone(),
            what,
            source,
        }
    };
    let catalog = serde_json::from_slice(&fetch(request.catalog)?).map_err(wrong("catalog"))?;
    let policy = serde_json::from_slice(&fetch(request.policy)?).map_err(wrong("policy"))?;
    Ok(Run::new(request, Arc::new(catalog), policy))
}

/// Which ended runs may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// The newest so many ended runs of each cluster stay.
    pub keep: Option<usize>,
    /// Those that ended less than so long ago stay.
    pub older_than: Option<Ms>,
    /// What becomes of the newest run of a cluster.
    pub last: Last,
}

/// What becomes of the newest run of a cluster, where all else says that it may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Last {
    /// It stays: it tells what the cluster was last raised to.
    #[default]
    Stays,
    /// It goes, too.
    Goes,
}

/// What is done with the ended runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// These go, oldest first.
    pub go: Vec<RunRow>,
    /// These would go, were they not the newest of their cluster.
    pub last: Vec<RunRow>,
    /// So many ended runs stay for other reasons.
    pub stay: usize,
    /// So many runs live; they are never touched.
    pub live: usize,
}

/// Chooses among all runs of a store. Where both limits are given, both must allow it.
#[must_use]
pub fn choose(rows: &[RunRow], retention: &Retention, now: Wall) -> Choice {
    let mut newest_first: Vec<&RunRow> = rows.iter().collect();
    newest_first.sort_by_key(|row| std::cmp::Reverse(number(&row.run)));
    let mut seen: BTreeMap<&ClusterName, (usize, usize)> = BTreeMap::new();
    let mut choice = Choice::default();
    for row in newest_first {
        let (runs, ended_runs) = seen.entry(&row.cluster).or_default();
        *runs += 1;
        let Some(ended) = row.ended else {
            choice.live += 1;
            continue;
        };
        *ended_runs += 1;
        let beyond = retention.keep.is_none_or(|keep| *ended_runs > keep);
        let old = retention
            .older_than
            .is_none_or(|length| now.since(ended) >= length);
        match (beyond && old, *runs, retention.last) {
            (false, _, _) => choice.stay += 1,
            (true, 1, Last::Stays) => choice.last.push(row.clone()),
            (true, _, _) => choice.go.push(row.clone()),
        }
    }
    choice.go.reverse();
    choice.last.reverse();
    choice
}

fn number(run: &RunId) -> Seq {
    run.as_str().parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(run: u32, cluster: &str, ended: Option<i64>) -> RunRow {
        RunRow {
            run: RunId::from(run.to_string()),
            cluster: cluster.into(),
            identity: None,
            created: Wall(0),
            ended: ended.map(|hour| Wall(hour * 3_600_000_000)),
            summary: String::new(),
            seq: 1,
        }
    }

    fn chosen(retention: Retention) -> String {
        let rows = [
            row(1, "orders", Some(1)),
            row(2, "orders", Some(2)),
            row(3, "pays", Some(3)),
            row(9, "orders", Some(9)),
            row(10, "orders", None),
        ];
        let choice = choose(&rows, &retention, Wall(10 * 3_600_000_000));
        let names = |rows: &[RunRow]| {
            let all: Vec<&str> = rows.iter().map(|row| row.run.as_str()).collect();
            all.join(" ")
        };
        format!(
            "go {} | last {} | stay {} | live {}",
            names(&choice.go),
            names(&choice.last),
            choice.stay,
            choice.live
        )
    }

    #[test]
    fn both_limits_must_allow_it_and_the_last_of_a_cluster_stays() {
        let keep = |keep| Retention {
            keep: Some(keep),
            ..Retention::default()
        };
        assert_eq!(chosen(keep(0)), "go 1 2 9 | last 3 | stay 0 | live 1");
        assert_eq!(chosen(keep(1)), "go 1 2 | last  | stay 2 | live 1");
        let old = Retention {
            older_than: Some(Ms::minutes(450)),
            ..keep(0)
        };
        assert_eq!(chosen(old), "go 1 2 | last  | stay 2 | live 1");
        let all = Retention {
            last: Last::Goes,
            ..keep(0)
        };
        assert_eq!(chosen(all), "go 1 2 3 9 | last  | stay 0 | live 1");
    }
}
