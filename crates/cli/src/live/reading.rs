//! A run as it is read by somebody who watches: its fold, its times, and what is new in words.
//!
//! Must never know: who carries it, or how it is shown. Stories: `tests/it/live.rs`.

use super::tale::Tale;
use super::words::{self, Weight};
use crate::exit::Failed;
use windlass_engine::run::Run;
use windlass_engine::run::event::Event;
use windlass_runner::journal;
use windlass_runner::ledger::{Ledger, LedgerError};
use windlass_runner::ports::store::{RunRow, Seq, Store, Stored};

/// One fact, in words.
#[derive(Clone, Debug)]
pub struct Fact {
    /// As it lies in the journal.
    pub stored: Stored,
    /// What it is.
    pub event: Event,
    /// One sentence.
    pub says: String,
    /// How loud it is told.
    pub weight: Weight,
}

/// A run as it is read.
#[derive(Debug)]
pub struct Reading {
    /// Its line in lists, as it was when the reading began.
    pub row: RunRow,
    ledger: Ledger,
    /// Its times.
    pub tale: Tale,
}

impl Reading {
    /// Reads a run, up to a position where one is given; `each` hears every fact.
    ///
    /// # Errors
    /// Where its journal cannot be read.
    pub async fn open(
        store: &dyn Store,
        row: RunRow,
        upto: Option<Seq>,
        mut each: impl FnMut(&Run, &Fact),
    ) -> Result<Self, Failed> {
        let ledger = Ledger::open(store, &row.run, Some(1)).await?;
        let mut reading = Self {
            row,
            ledger,
            tale: Tale::default(),
        };
        let run = reading.row.run.clone();
        for stored in store.read(&run, 1).await? {
            if upto.is_some_and(|last| stored.seq > last) {
                break;
            }
            let event = recall(store, &stored).await?;
            if stored.seq > 1 {
                reading.ledger.run.apply(&event);
            }
            let fact = reading.told(stored, event);
            each(&reading.ledger.run, &fact);
        }
        Ok(reading)
    }

    /// What is new since.
    ///
    /// # Errors
    /// Where its journal cannot be read.
    pub async fn catch_up(&mut self, store: &dyn Store) -> Result<Vec<Fact>, Failed> {
        let mut news = Vec::new();
        for stored in store.read(&self.ledger.id, self.ledger.seq + 1).await? {
            let event = recall(store, &stored).await?;
            self.ledger.run.apply(&event);
            news.push(self.told(stored, event));
        }
        Ok(news)
    }

    fn told(&mut self, stored: Stored, event: Event) -> Fact {
        self.ledger.seq = stored.seq;
        self.tale.fold(&self.ledger.run, &event, stored.at);
        Fact {
            says: words::says(&self.ledger.run, &event),
            weight: words::weight(&self.ledger.run, &event),
            stored,
            event,
        }
    }

    /// Its fold.
    #[must_use]
    pub fn run(&self) -> &Run {
        &self.ledger.run
    }

    /// Position of the last fact.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.ledger.seq
    }

    /// The name of its cluster.
    #[must_use]
    pub fn cluster(&self) -> &str {
        self.row.cluster.as_str()
    }
}

async fn recall(store: &dyn Store, stored: &Stored) -> Result<Event, Failed> {
    let event = journal::recall(store, stored).await;
    event.map_err(|why| LedgerError::from(why).into())
}
