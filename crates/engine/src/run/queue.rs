//! The order in which members of a stage wait, and what each that settles teaches.
//!
//! Part of the fold: the order follows from events alone. Must never know: when anything begins.
//! Stories: `tests/it/pace.rs`.

use super::{Cursor, Run};
use crate::names::{MemberId, Subject};
use crate::plan::order::{Favour, Times, order_for};
use crate::plan::{Move, Stage};
use crate::snapshot::Member;
use crate::time::Ms;

/// The order of the queue is made again when so small a share of it has begun: what a budget has before
/// it changes slowly, and sorting thousands at each step would cost more than it gains.
const LINE_UP_SHARE: usize = 16;

/// How a queue was put into its order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lined {
    /// The limit was at its ceiling.
    full: bool,
    /// So many waited.
    waited: usize,
}

impl Run {
    /// More than one may be down, as many as ever will be, and a member of this run stands on the
    /// release of the stage: what the end waits for longest may go first.
    fn is_full(&self) -> bool {
        let limit = self.limit();
        let proved = |step: &Move| self.landed.contains(&step.to);
        limit > 1 && limit == self.ceiling() && self.moving().is_some_and(proved)
    }

    /// A stage begins: its members wait, and the limit is one again.
    pub(super) fn stage_began(&mut self, hop: usize, stage: usize) {
        self.cursor = Some(Cursor {
            hop,
            stage,
            begun: false,
            done: false,
        });
        self.queue.clear();
        let Some(Stage::Move(step)) = self.stage() else {
            return;
        };
        let step = step.clone();
        // Members of another kind are not known to bear what those before them did.
        self.limit.reset();
        let waits = |id: &&MemberId| !self.skipped.contains(&Subject::Member((*id).clone()));
        self.queue = step.members.iter().filter(waits).cloned().collect();
        self.line_up();
    }

    /// Whether the order may hang on a member: what is in flight does not wait, and only of its zone do
    /// others wait for it.
    pub(super) fn orders(&self, member: &Member) -> bool {
        let flies = || {
            self.flights
                .contains_key(&Subject::Member(member.id.clone()))
        };
        member.zone.is_some() || !flies()
    }

    /// Puts those who wait into the order that the newest snapshot asks for.
    pub(super) fn line_up(&mut self) {
        let Some(step) = self.moving() else { return };
        let Some(known) = &self.known else { return };
        let waiting: alloc::vec::Vec<MemberId> = self.queue.iter().cloned().collect();
        let full = self.is_full();
        // One after the other takes as long in whatever order.
        let none = Times::new();
        let favour = if full {
            Favour::Longest(&self.times, &self.budgets)
        } else if self.ceiling() > 1 {
            Favour::Least(&self.times)
        } else {
            Favour::Least(&none)
        };
        self.queue = order_for(step, &waiting, known, favour).into();
        self.lined = Lined {
            full,
            waited: waiting.len(),
        };
    }

    /// Lines up again where what is favoured has changed, or so many have begun that what budgets have
    /// before them is no more what it was.
    pub(super) fn line_up_anew(&mut self) {
        if self.queue.is_empty() {
            return;
        }
        let full = self.is_full();
        let waited = self.lined.waited;
        let aged = full && self.queue.len() < waited - (waited / LINE_UP_SHARE).min(waited);
        if full != self.lined.full || aged {
            self.line_up();
        }
    }

    /// One member took so long: what comes to know of it, and of all that are like it.
    pub(super) fn learn(&mut self, id: &MemberId, took: Ms) {
        let Some((component, each)) = self
            .moving()
            .map(|step| (step.component.clone(), step.each))
        else {
            return;
        };
        // What was found done at once says nothing of what the deed takes.
        if took.is_zero() {
            return;
        }
        self.lessons
            .learn(&component, each, self.times.get(id).copied(), took);
        self.times.insert(id.clone(), took);
    }
}
