//! What the false store remembers: runs, journals, inboxes, leases, contents, registrations.
//!
//! Must never know: who asks, or what fails. Stories: `tests/it/exam.rs`.

use super::lease::Hold;
use std::collections::{BTreeMap, BTreeSet};
use windlass_engine::hash::Hash;
use windlass_engine::names::{ClusterName, Identity, RunId, Subject};
use windlass_engine::time::Wall;
use windlass_runner::journal::FORMAT;
use windlass_runner::ports::store::{
    Acknowledged, Append, AppendError, Created, NewRun, Posted, Recorded, Registration, RunRow,
    Seq, StoreError, Stored, link,
};
use windlass_runner::ports::target::Blob;

/// The promise of the port: no event is longer.
const EVENT_MOST_BYTES: usize = 64 * 1024;

/// One run.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) row: RunRow,
    key: String,
    pub(super) events: Vec<Stored>,
    pub(super) inbox: Vec<(String, Posted)>,
    pub(super) begun: BTreeSet<Subject>,
    epoch: u64,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Tables {
    runs: Vec<Table>,
    registrations: BTreeMap<ClusterName, Registration>,
    blobs: BTreeMap<Hash, Vec<u8>>,
    pub(super) leases: BTreeMap<String, Hold>,
    pub(super) epoch: u64,
    pub(super) pulse: u64,
}

impl Table {
    fn write(&mut self, event: Recorded) {
        let seq = self.row.seq + 1;
        let before = self.events.last().map_or_else(Hash::default, |e| e.hash);
        let Recorded {
            at,
            author,
            payload,
        } = event;
        let hash = link(before, &self.row.run, seq, FORMAT, at, &author, &payload);
        self.row.seq = seq;
        self.events.push(Stored {
            seq,
            at,
            author,
            format: FORMAT,
            payload,
            hash,
        });
    }
}

impl Tables {
    pub(super) fn table(&self, run: &RunId) -> Option<&Table> {
        self.runs.iter().find(|table| table.row.run == *run)
    }

    pub(super) fn known(&self, run: &RunId) -> Result<&Table, StoreError> {
        let missing = || StoreError::Missing(format!("run {run}"));
        self.table(run).ok_or_else(missing)
    }

    fn change(&mut self, run: &RunId) -> Result<&mut Table, StoreError> {
        let missing = || StoreError::Missing(format!("run {run}"));
        let found = self.runs.iter_mut().find(|table| table.row.run == *run);
        found.ok_or_else(missing)
    }

    fn is_same(&self, table: &Table, name: &ClusterName) -> bool {
        let told = |of: &ClusterName| -> Option<Identity> {
            self.registrations.get(of).and_then(|r| r.identity.clone())
        };
        let theirs = table
            .row
            .identity
            .clone()
            .or_else(|| told(&table.row.cluster));
        table.row.cluster == *name || (theirs.is_some() && theirs == told(name))
    }

    pub(super) fn create(&mut self, new: NewRun) -> Result<Created, StoreError> {
        if let Some(table) = self.runs.iter().find(|table| table.key == new.key) {
            return Ok(Created::Known(table.row.run.clone()));
        }
        let live = self.runs.iter().filter(|table| table.row.ended.is_none());
        let mut same = live.filter(|table| self.is_same(table, &new.cluster));
        if let Some(table) = same.next() {
            return Ok(Created::Busy(table.row.run.clone()));
        }
        let run = RunId::from((self.runs.len() + 1).to_string());
        let row = RunRow {
            run: run.clone(),
            cluster: new.cluster,
            identity: None,
            created: new.first.at,
            ended: None,
            summary: new.summary,
            seq: 0,
        };
        let mut table = Table {
            row,
            key: new.key,
            events: Vec::new(),
            inbox: Vec::new(),
            begun: BTreeSet::new(),
            epoch: 0,
        };
        table.write(new.first);
        self.runs.push(table);
        new.blobs.into_iter().for_each(|blob| self.keep(blob));
        self.pulse += 1;
        Ok(Created::New(run))
    }

    /// The last position, and the events as they lie there.
    pub(super) fn append(&mut self, append: Append) -> Result<(Seq, Vec<Stored>), AppendError> {
        let run = append.run;
        let table = self
            .change(&run)
            .map_err(|why| AppendError::Store(why.to_string()))?;
        if append.epoch < table.epoch {
            return Err(AppendError::Fenced {
                run,
                ours: append.epoch,
                found: table.epoch,
            });
        }
        if append.after != table.row.seq {
            return Err(AppendError::Conflict {
                run,
                expected: append.after,
                found: table.row.seq,
            });
        }
        let posted = table.inbox.last().map_or(0, |(_, posted)| posted.seq);
        if posted > append.read {
            return Err(AppendError::Unread { run, found: posted });
        }
        if table.row.ended.is_some() {
            return Err(AppendError::Store(format!("run {run} has ended")));
        }
        let long = |event: &Recorded| event.payload.len() > EVENT_MOST_BYTES;
        if append.events.iter().any(long) {
            return Err(AppendError::Store("an event is too long".into()));
        }
        let before = table.events.len();
        append
            .events
            .into_iter()
            .for_each(|event| table.write(event));
        for subject in &append.settled {
            table.begun.remove(subject);
        }
        table.begun.extend(append.begun);
        table.row.summary = append.summary;
        table.row.identity = append.identity.or_else(|| table.row.identity.take());
        table.row.ended = append.ended;
        let written = table.events[before..].to_vec();
        let seq = table.row.seq;
        append.blobs.into_iter().for_each(|blob| self.keep(blob));
        self.pulse += 1;
        Ok((seq, written))
    }

    pub(super) fn post(
        &mut self,
        run: &RunId,
        key: &str,
        by: &str,
        payload: &str,
    ) -> Result<Acknowledged, StoreError> {
        let table = self.change(run)?;
        let known = table.inbox.iter().find(|(known, _)| known == key);
        let known = known.map(|(_, posted)| posted.seq);
        let last = table.inbox.last().map_or(0, |(_, posted)| posted.seq);
        let ended = known.is_none() && table.row.ended.is_some();
        let seq = known.unwrap_or(if ended { last } else { last + 1 });
        if known.is_none() && !ended {
            let posted = Posted {
                seq,
                at: Wall(0),
                by: by.to_owned(),
                payload: payload.to_owned(),
            };
            table.inbox.push((key.to_owned(), posted));
        }
        let acknowledged = Acknowledged {
            seq,
            begun: table.begun.iter().cloned().collect(),
            summary: table.row.summary.clone(),
            ended,
        };
        self.pulse += 1;
        Ok(acknowledged)
    }

    /// An event as it lies there.
    pub(super) fn event(&mut self, run: &RunId, seq: Seq) -> Option<&mut Stored> {
        let table = self.change(run).ok()?;
        table.events.iter_mut().find(|event| event.seq == seq)
    }

    pub(super) fn live(&self) -> Vec<RunRow> {
        let rows = self.runs.iter().map(|table| &table.row);
        rows.filter(|row| row.ended.is_none()).cloned().collect()
    }

    pub(super) fn newest(&self, cluster: Option<&ClusterName>, most: usize) -> Vec<RunRow> {
        let rows = self.runs.iter().rev().map(|table| &table.row);
        let asked = rows.filter(|row| cluster.is_none_or(|name| row.cluster == *name));
        asked.take(most).cloned().collect()
    }

    pub(super) fn take(&mut self, run: &RunId, epoch: u64) -> Result<(), StoreError> {
        let table = self.change(run)?;
        if epoch < table.epoch {
            let why = format!("run {run} was taken under epoch {}", table.epoch);
            return Err(StoreError::Failed(why));
        }
        table.epoch = epoch;
        self.pulse += 1;
        Ok(())
    }

    pub(super) fn blob(&self, hash: Hash) -> Result<Vec<u8>, StoreError> {
        let missing = || StoreError::Missing("content".into());
        self.blobs.get(&hash).cloned().ok_or_else(missing)
    }

    pub(super) fn keep(&mut self, blob: Blob) {
        self.blobs.insert(blob.hash, blob.bytes);
        self.pulse += 1;
    }

    pub(super) fn register(&mut self, registration: Registration) {
        let name = registration.name.clone();
        self.registrations.insert(name, registration);
        self.pulse += 1;
    }

    pub(super) fn registered(&self, name: &ClusterName) -> Option<Registration> {
        self.registrations.get(name).cloned()
    }

    pub(super) fn registrations(&self) -> Vec<Registration> {
        self.registrations.values().cloned().collect()
    }

    pub(super) fn forget(&mut self, name: &ClusterName) -> Result<(), StoreError> {
        let live = |table: &Table| table.row.cluster == *name && table.row.ended.is_none();
        if self.runs.iter().any(live) {
            return Err(StoreError::Failed(format!("a run of {name} lives")));
        }
        let missing = || StoreError::Missing(format!("cluster {name}"));
        self.registrations
            .remove(name)
            .map(drop)
            .ok_or_else(missing)
    }

    pub(super) fn pulse(&self) -> u64 {
        self.pulse
    }
}

/// Changes one letter or byte of what an event is made of: text first, then author, then hash.
pub(super) fn turn(event: &mut Stored, at: usize) {
    let turned = |text: &str, at: usize| -> String {
        let other = |(place, letter)| match (place == at, letter) {
            (true, 'x') => 'y',
            (true, _) => 'x',
            (false, letter) => letter,
        };
        text.chars().enumerate().map(other).collect()
    };
    let (text, author) = (event.payload.chars().count(), event.author.chars().count());
    if at < text {
        event.payload = turned(&event.payload, at);
    } else if at < text + author {
        event.author = turned(&event.author, at - text);
    } else if let Some(byte) = event.hash.0.get_mut(at - text - author) {
        *byte = !*byte;
    }
}
