//! What is owed at least from a state on.
//!
//! Must never know: which steps lead on. Stories: `tests/it/oracle.rs`, `tests/it/places.rs`.

use super::{At, Cost, State, World};
use crate::plan::world::{Far, Part, Strand};

impl World<'_> {
    /// What of a strand a group runs.
    pub(super) fn strand_runs(
        &self,
        state: &State,
        class: usize,
        strand: usize,
        group: usize,
    ) -> impl Iterator<Item = At> {
        let group = &self.groups[group];
        let moved = self.moved(state, group.slot + strand);
        let parts = self.classes[class].strands[strand].parts.iter();
        parts.map(move |part| moved.unwrap_or(group.start[*part]))
    }

    /// Class, strand and group of all that is to move.
    pub(super) fn movers(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        self.classes.iter().enumerate().flat_map(move |(c, class)| {
            let strands = class.strands.iter().enumerate();
            strands
                .filter(|(_, strand)| strand.goal.is_some())
                .flat_map(move |(s, _)| {
                    let groups = class.groups.iter().copied();
                    groups
                        .filter(|group| self.groups[*group].part == Part::Moves)
                        .map(move |group| (c, s, group))
                })
        })
    }

    pub(super) fn arrived(&self, state: &State) -> bool {
        self.movers().all(|(class, strand, group)| {
            let goal = self.classes[class].strands[strand].goal;
            let mut runs = self.strand_runs(state, class, strand, group);
            runs.all(|at| Some(at) == goal)
        })
    }

    /// What is owed at least: member moves, and hops with what they cost; none where some member cannot
    /// reach the goal at all. Each hop that a strand still has to land in is one that the way has to
    /// make, but for the present one.
    pub(super) fn owed(&self, state: &State) -> Option<Cost> {
        let mut moves = 0_u64;
        let mut most = Far::default();
        let here = self.last(state).map(|(_, at)| at);
        for (class, strand, group) in self.movers() {
            let strand_of = &self.classes[class].strands[strand];
            let mut far = Far::default();
            for at in self.strand_runs(state, class, strand, group) {
                far = self.ahead(strand_of, at, here)?.max(far);
            }
            moves += far.moves * self.size(group);
            // Moves of single groups are in the sum already; it decides before hops are looked at.
            most = most.max(Far { moves: 0, ..far });
        }
        Some(Cost {
            moves,
            hops: most.hops,
            stale: most.stale,
            age: most.age,
            ..Cost::default()
        })
    }

    /// What lies before a release at least, where a landing in the present hop costs no new one.
    fn ahead(&self, strand: &Strand, at: At, here: Option<At>) -> Option<Far> {
        let far = strand.far[usize::from(at)]?;
        let joins = here.filter(|here| {
            let same = self.track_of[usize::from(*here)] == strand.track;
            same && *here > at && strand.goal.is_some_and(|goal| *here <= goal)
        });
        let joined = joins.and_then(|here| {
            self.ways(at, here).next()?;
            let rest = strand.far[usize::from(here)]?;
            Some(Far {
                moves: rest.moves + 1,
                ..rest
            })
        });
        Some(joined.map_or(far, |joined| far.min(joined)))
    }

    pub(super) fn size(&self, group: usize) -> u64 {
        u64::try_from(self.groups[group].members.len()).unwrap_or(u64::MAX)
    }
}
