//! The whole, when a play is over: the journal is whole, its fold is what the row and the list say, and
//! every acknowledged word was answered.
//!
//! Must never know: how the run got there. Stories: `tests/it/judge.rs`.

use super::Judge;
use std::collections::BTreeSet;
use windlass_engine::hash::Hash;
use windlass_engine::names::Subject;
use windlass_engine::run::Run;
use windlass_runner::ledger::summary_of;
use windlass_runner::ports::store::{RunRow, Stored};

/// What is left of a run when its play is over.
#[derive(Debug)]
pub struct Left<'a> {
    /// Its journal.
    pub journal: &'a [Stored],
    /// Its line in lists.
    pub row: &'a RunRow,
    /// Subjects that the store says have begun.
    pub begun: &'a BTreeSet<Subject>,
    /// Its journal folded.
    pub run: &'a Run,
}

impl Judge {
    /// The play is over.
    pub fn over(&mut self, left: &Left<'_>, at: u64) {
        let rule = "state is the fold of the journal";
        let mut before = Hash::default();
        for stored in left.journal {
            if !stored.follows(before, &left.row.run) {
                let says = format!("event {} does not follow", stored.seq);
                self.objects(at, rule, says);
            }
            before = stored.hash;
        }
        let word = summary_of(left.row).map(|line| line.phase);
        // A phase may turn with time alone; what ended has ended.
        if left.row.ended.is_some() != left.run.ended().is_some() {
            self.objects(at, rule, format!("the row says {word:?}"));
        }
        let flying: BTreeSet<Subject> = left.run.flights().keys().cloned().collect();
        if left.run.ended().is_none() && flying != *left.begun {
            let says = format!("begun: {:?}, in flight: {flying:?}", left.begun);
            self.objects(at, rule, says);
        }
        if left.row.ended.is_none() {
            return;
        }
        let lost: Vec<u64> = self
            .acknowledged
            .difference(&self.answered)
            .copied()
            .collect();
        if !lost.is_empty() {
            let says = format!("commands {lost:?} were never answered");
            self.objects(at, "every acknowledged command survives", says);
        }
    }
}
