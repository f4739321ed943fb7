//! The ground of one play: the fleet, and the judge who looks after every change of it. One lock for both,
//! so that nothing changes unseen.
//!
//! Must never know: carriers. Stories: `tests/it/`.

use crate::fleet::Fleet;
use crate::judge::Judge;
use crate::story::Happening;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Fleet and judge.
#[derive(Debug)]
pub struct Ground {
    /// The members.
    pub fleet: Fleet,
    /// Who looks.
    pub judge: Judge,
    /// When each event of the journal became durable.
    pub heard: BTreeMap<u64, u64>,
    /// When the wall clock was set, and by how much.
    jumps: Vec<(u64, i64)>,
}

impl Ground {
    /// By how much wall time is off by now.
    #[must_use]
    pub fn offset_ms(&self, now: u64) -> i64 {
        let past = self.jumps.iter().filter(|(at, _)| *at <= now);
        past.map(|(_, by)| by).sum()
    }

    /// Lets happen what is due, each at its own time, each judged.
    pub fn advance(&mut self, now: u64) {
        while let Some((at, id)) = self.fleet.happen(now) {
            self.judge.changed(&self.fleet, &id, at);
        }
    }
}

/// The ground, shared by all who stand on it.
#[derive(Clone, Debug)]
pub struct Shared(Arc<Mutex<Ground>>);

impl Shared {
    /// New ground.
    #[must_use]
    pub fn new(fleet: Fleet, judge: Judge, happenings: &[(u64, Happening)]) -> Self {
        let jump = |(at, what): &(u64, Happening)| Some((*at, what.jump()?));
        Self(Arc::new(Mutex::new(Ground {
            fleet,
            judge,
            heard: BTreeMap::new(),
            jumps: happenings.iter().filter_map(jump).collect(),
        })))
    }

    /// The ground, for as long as the guard lives.
    pub fn lock(&self) -> MutexGuard<'_, Ground> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
