//! What a process is about: noted as it asks its target, so that the judge knows whose deed a request is that
//! says nothing of runs.
//!
//! Must never know: what comes of it. Stories: `xtask/tests/it/wires.rs` of xtask.

use crate::fleet::Fleet;
use crate::instant::Point;
use crate::judge::Judge;
use crate::target::FalseTarget;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use windlass_engine::effect::{Answer, ClaimAnswer, Effect};
use windlass_engine::names::{ActionName, Identity, LevelName, MemberId, Subject};
use windlass_engine::snapshot::Snapshot;
use windlass_engine::version::Version;
use windlass_runner::ports::Task;
use windlass_runner::ports::target::{Fence, Hints, Target};

/// The newest deed on each level and each action, with the epoch that it was sent under.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes(Arc<Mutex<BTreeMap<Subject, (u32, u64)>>>);

impl Notes {
    fn all(&self) -> MutexGuard<'_, BTreeMap<Subject, (u32, u64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, effect: &Effect, fence: &Fence) {
        if let (Effect::Raise(_) | Effect::Act { .. }, Some((subject, attempt))) =
            (effect, effect.deed())
        {
            self.all().insert(subject, (attempt, fence.epoch));
        }
    }

    /// Whose deed it is that raises a level.
    pub(super) fn of_level(&self, level: &LevelName) -> Option<(Subject, u32, u64)> {
        let subject = Subject::Level(level.clone());
        let (attempt, epoch) = self.all().get(&subject).copied()?;
        Some((subject, attempt, epoch))
    }

    /// The action that this process is about was done.
    pub(super) fn acted(&self, fleet: &mut Fleet, judge: &mut Judge, now: u64) {
        let all = self.all();
        let action = |subject: &Subject| -> Option<ActionName> {
            match subject {
                Subject::Action(action) => Some(action.clone()),
                Subject::Member(_) | Subject::Level(_) => None,
            }
        };
        let newest = all.iter().find_map(|(subject, (attempt, epoch))| {
            Some((subject, action(subject)?, *attempt, *epoch))
        });
        let Some((subject, action, attempt, epoch)) = newest else {
            return;
        };
        let times = fleet.acts.entry((action, attempt)).or_default();
        *times += 1;
        // One that may be repeated changes nothing the second time.
        if *times == 1 {
            judge.touched(fleet, subject, attempt, epoch, now);
        }
    }
}

/// A target whose deeds are noted.
pub(super) struct Noted {
    target: Arc<dyn Target>,
    process: Arc<FalseTarget>,
    notes: Notes,
}

impl Noted {
    pub(super) fn new(target: Arc<dyn Target>, process: Arc<FalseTarget>, notes: Notes) -> Self {
        Self {
            target,
            process,
            notes,
        }
    }
}

impl Target for Noted {
    fn identity(&self) -> Task<'_, Result<Identity, String>> {
        self.target.identity()
    }

    fn observe<'a>(&'a self, releases: &'a [Version]) -> Task<'a, Snapshot> {
        self.target.observe(releases)
    }

    fn perform<'a>(
        &'a self,
        effect: &'a Effect,
        fence: &'a Fence,
        hints: Hints,
    ) -> Task<'a, Answer> {
        Box::pin(async move {
            self.notes.note(effect, fence);
            let answer = self.target.perform(effect, fence, hints).await;
            self.process.pass("target.perform", Point::Answered).await;
            answer
        })
    }

    fn changed(&self) -> Task<'_, ()> {
        self.target.changed()
    }

    fn release<'a>(&'a self, fence: &'a Fence) -> Task<'a, ()> {
        self.target.release(fence)
    }

    fn adopt<'a>(&'a self, fence: &'a Fence) -> Task<'a, ClaimAnswer> {
        self.target.adopt(fence)
    }

    fn claims(&self) -> Task<'_, Vec<(MemberId, Option<String>)>> {
        self.target.claims()
    }

    fn log<'a>(
        &'a self,
        member: &'a MemberId,
        lines: usize,
    ) -> Task<'a, Result<Vec<String>, String>> {
        self.target.log(member, lines)
    }
}
