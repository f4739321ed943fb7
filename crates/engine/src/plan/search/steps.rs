//! What can be done next in a state.
//!
//! Must never know: which step is best. Stories: `tests/it/oracle.rs`, `tests/it/places.rs`.

use super::{At, Cost, State, Step, World};
use crate::plan::world::Part;
use alloc::vec;
use alloc::vec::Vec;

/// A step as it is remembered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Did {
    /// Class, strand and release.
    Move(usize, usize, At),
    /// Axis and number.
    Raise(usize, u16),
}

/// Groups of a strand that go to a release.
pub(super) struct Mover {
    pub class: usize,
    pub strand: usize,
    pub to: At,
    pub groups: Vec<usize>,
    /// How many members they have together.
    pub moves: u64,
}

impl World<'_> {
    /// A remembered step in full.
    pub(super) fn told(&self, state: &State, did: Did) -> Step {
        match did {
            Did::Move(class, strand, to) => {
                let leaves = |group: &usize| {
                    let runs = self.strand_runs(state, class, strand, *group);
                    runs.collect::<Vec<At>>()
                };
                let all = self.classes[class].groups.iter().copied();
                let left = all.map(|group| (group, leaves(&group)));
                let groups = left.filter(|(group, runs)| self.goes(*group, runs, to));
                Step::Move {
                    class,
                    strand,
                    to,
                    groups: groups.collect(),
                }
            }
            Did::Raise(axis, to) => Step::Raise {
                axis,
                from: self.levels(state)[axis],
                to,
            },
        }
    }

    /// Whether a group with these releases goes along to one: it stands nowhere beyond it, and not there.
    fn goes(&self, group: usize, runs: &[At], to: At) -> bool {
        self.groups[group].part == Part::Moves
            && runs.iter().any(|at| *at < to)
            && runs.iter().all(|at| *at <= to)
    }

    /// All steps that are legal: those that stay in the present hop first, so that of ways that cost the
    /// same the one is found on which members move early; then class by class, the nearest release first.
    pub(super) fn steps(&self, state: &State) -> Vec<(Did, State, Cost)> {
        let mut oldest: Vec<At> = vec![At::MAX; self.atlas.tracks.len()];
        for (class, strand, group) in self.movers() {
            let known = &mut oldest[self.classes[class].strands[strand].track];
            for at in self.strand_runs(state, class, strand, group) {
                *known = at.min(*known);
            }
        }
        let mut steps = Vec::new();
        for (c, class) in self.classes.iter().enumerate() {
            for (s, strand) in class.strands.iter().enumerate() {
                let Some(goal) = strand.goal else {
                    continue;
                };
                let bound = self.next_stop(oldest[strand.track], goal);
                for to in self.landings(state, (c, s), bound) {
                    steps.extend(self.step_move(state, (c, s, to)));
                }
            }
        }
        for axis in 0..self.axes.len() {
            for to in &self.axes[axis].wanted {
                steps.extend(self.step_raise(state, (axis, *to)));
            }
        }
        steps.sort_by_key(|(_, _, cost)| cost.hops);
        steps
    }

    /// Releases that a strand may go to next, the nearest first. Whoever stands furthest back moves with
    /// each step, so that only its hops need a look; but where components of one group stand apart, it
    /// moves only to what none of them is beyond, and others may catch up before.
    fn landings(&self, state: &State, (class, strand): (usize, usize), bound: At) -> Vec<At> {
        let mut leaving = Vec::new();
        let mut furthest: Option<At> = None;
        let groups = self.classes[class].groups.iter().copied();
        for group in groups.filter(|group| self.groups[*group].part == Part::Moves) {
            let runs = || self.strand_runs(state, class, strand, group);
            match (runs().min(), runs().max()) {
                (Some(low), Some(high)) if low < high => leaving.push(low),
                (Some(at), _) => furthest = Some(furthest.map_or(at, |known| known.min(at))),
                (None, _) => {}
            }
        }
        leaving.extend(furthest);
        let exits = leaving.into_iter().flat_map(|from| self.exits(from));
        let mut landings: Vec<At> = exits
            .map(|exit| exit.to)
            .filter(|to| *to <= bound)
            .collect();
        landings.sort_unstable();
        landings.dedup();
        landings
    }

    fn step_move(
        &self,
        state: &State,
        (class, strand, to): (usize, usize, At),
    ) -> Option<(Did, State, Cost)> {
        let mut mover = Mover {
            class,
            strand,
            to,
            groups: Vec::new(),
            moves: 0,
        };
        let levels = self.levels(state);
        let parts = &self.classes[class].strands[strand].parts;
        for group in self.classes[class].groups.iter().copied() {
            if self.groups[group].part == Part::Stays {
                continue;
            }
            let runs = || self.strand_runs(state, class, strand, group);
            if runs().all(|at| at == to) || runs().any(|at| at > to) {
                continue;
            }
            let mut leaving = parts.iter().zip(runs()).filter(|(_, at)| *at < to);
            if !leaving.all(|(part, from)| {
                let component = self.classes[class].components[*part];
                self.open(component, from, to, levels)
            }) {
                return None;
            }
            mover.moves += self.size(group);
            mover.groups.push(group);
        }
        if mover.groups.is_empty() || !self.lives(to, levels) || !self.is_fit(state, &mover) {
            return None;
        }
        let last = self.last(state);
        let hop = last.is_none_or(|(_, at)| at != to);
        let turn = last.is_some_and(|(last, at)| at == to && class < last);
        let goal = self.classes[class].strands[strand].goal.unwrap_or(to);
        let cost = Cost {
            moves: mover.moves,
            hops: u32::from(hop),
            stale: if hop { self.stale[usize::from(to)] } else { 0 },
            age: if hop {
                u32::from(goal.saturating_sub(to))
            } else {
                0
            },
            turns: u32::from(turn),
            ..Cost::default()
        };
        let mut next: Vec<u16> = state.0.to_vec();
        for group in &mover.groups {
            next[self.groups[*group].slot + strand] = to;
        }
        let last = next.len() - 2;
        next[last] = u16::try_from(class).unwrap_or(u16::MAX);
        next[last + 1] = to;
        Some((Did::Move(class, strand, to), State(next.into()), cost))
    }

    fn step_raise(&self, state: &State, (axis, to): (usize, u16)) -> Option<(Did, State, Cost)> {
        let levels = self.levels(state);
        if to <= levels[axis] || !self.counts(axis, levels) || !self.may_raise(axis, state) {
            return None;
        }
        let mut next: Vec<u16> = state.0.to_vec();
        next[self.slots + axis] = to;
        for (other, number) in &self.axes[axis].brings {
            let level = &mut next[self.slots + other];
            *level = (*level).max(*number);
        }
        let next = State(next.into());
        if !self.all_live(state, self.levels(&next)) {
            return None;
        }
        let cost = Cost {
            raises: 1,
            early: self.owed(state)?.moves,
            ..Cost::default()
        };
        Some((Did::Raise(axis, to), next, cost))
    }
}
