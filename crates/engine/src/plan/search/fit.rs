//! What may stand side by side during a step and after it.
//!
//! Must never know: costs. Stories: `tests/it/oracle.rs`, `tests/it/places.rs`.

use super::steps::Mover;
use super::{At, State, World};
use crate::catalog::Within;
use crate::plan::world::{Crowd, Rule};

impl World<'_> {
    /// What a component of a class runs now, once for each group.
    fn stands(
        &self,
        state: &State,
        (class, part): (usize, usize),
    ) -> impl Iterator<Item = (usize, At)> {
        let of = &self.classes[class];
        let strand = of.strand_of[part];
        of.groups.iter().map(move |group| {
            let known = &self.groups[*group];
            let moved = self.moved(state, known.slot + strand);
            (*group, moved.unwrap_or(known.start[part]))
        })
    }

    /// Whether a pair stands side by side already where the rule forbids it.
    fn is_broken_already(&self, state: &State, rule: usize, of: At, from: At) -> bool {
        let mut places = self.rules.iter().filter(|r| r.index == rule);
        places.any(|rule| {
            !self.allows(rule, of, from)
                && match rule.within {
                    Within::Cluster | Within::Zone => {
                        self.stands(state, rule.of).any(|(_, at)| at == of)
                            && self.stands(state, rule.from).any(|(_, at)| at == from)
                    }
                    Within::Node => {
                        let pairs = self
                            .stands(state, rule.of)
                            .zip(self.stands(state, rule.from));
                        let mut pairs = pairs.map(|((_, of), (_, from))| (of, from));
                        pairs.any(|pair| pair == (of, from))
                    }
                }
        })
    }

    /// Whether moving these groups of a strand to a release breaks nothing that was not broken before:
    /// the new release beside all that stands during the move and after it.
    pub(super) fn is_fit(&self, state: &State, mover: &Mover) -> bool {
        let moves = |place: (usize, usize)| {
            place.0 == mover.class && self.classes[mover.class].strand_of[place.1] == mover.strand
        };
        // One member alone is never at two releases at once; more of them are, in an order that is
        // not known yet, so all pairs of old and new are asked for. Zones in the same state are told as
        // one: what stands side by side in a zone is decided by how many of the movers are in it.
        let in_cluster = mover.moves > 1;
        let mut crowds = mover.groups.iter().map(|group| self.groups[*group].crowd);
        let in_zone = mover.groups.len() > 1 || crowds.any(|crowd| crowd == Crowd::Several);
        let stays = |rule: &Rule, group: usize| {
            let during = match rule.within {
                Within::Cluster | Within::Node => in_cluster,
                Within::Zone => in_zone,
            };
            during || !mover.groups.contains(&group)
        };
        let bad = |rule: &Rule, of: At, from: At| {
            !self.allows(rule, of, from) && !self.is_broken_already(state, rule.index, of, from)
        };
        self.rules.iter().all(|rule| {
            let (of, from) = (moves(rule.of), moves(rule.from));
            match rule.within {
                Within::Node if of || from => {
                    let pairs = self
                        .stands(state, rule.of)
                        .zip(self.stands(state, rule.from));
                    !pairs
                        .filter(|((group, _), _)| mover.groups.contains(group))
                        .any(|((_, one), (_, other))| {
                            let one = if of { mover.to } else { one };
                            let other = if from { mover.to } else { other };
                            bad(rule, one, other)
                        })
                }
                Within::Node => true,
                Within::Cluster | Within::Zone => {
                    let both = of && from && bad(rule, mover.to, mover.to);
                    let beside = of
                        && self.stands(state, rule.from).any(|(group, at)| {
                            (!from || stays(rule, group)) && bad(rule, mover.to, at)
                        });
                    let under = from
                        && self.stands(state, rule.of).any(|(group, at)| {
                            (!of || stays(rule, group)) && bad(rule, at, mover.to)
                        });
                    !(both || beside || under)
                }
            }
        })
    }

    /// Whether nothing that runs is broken by levels that was not broken by them before.
    pub(super) fn all_live(&self, state: &State, levels: &[u16]) -> bool {
        let stand = self.levels(state);
        let breaks = |levels: &[u16], index: usize, at: At| {
            let (low, high) = self.axes[index].support[usize::from(at)];
            self.counts(index, levels) && !(low..=high).contains(&levels[index])
        };
        self.all_runs(state).all(|at| {
            (0..self.axes.len()).all(|index| {
                let same = levels[index] == stand[index];
                !breaks(levels, index, at) || same && breaks(stand, index, at)
            })
        })
    }

    /// Each release that runs, once for each group and component.
    fn all_runs(&self, state: &State) -> impl Iterator<Item = At> {
        let places = self.classes.iter().enumerate();
        let places = places.flat_map(|(c, class)| (0..class.components.len()).map(move |k| (c, k)));
        places.flat_map(move |place| self.stands(state, place).map(|(_, at)| at))
    }

    /// Whether all that runs in the main scheme is where an axis may be raised.
    pub(super) fn may_raise(&self, axis: usize, state: &State) -> bool {
        let Some(at) = &self.axes[axis].raised_at else {
            return true;
        };
        self.all_runs(state).all(|version| {
            let index = usize::from(version);
            self.track_of[index] != 0 || at[index]
        })
    }

    /// Whether a release lives with the levels as they are. Asked of each move, whatever is broken
    /// already: a member that is moved where others have died dies too.
    pub(super) fn lives(&self, at: At, levels: &[u16]) -> bool {
        let mut axes = self.axes.iter().zip(levels).enumerate();
        axes.all(|(index, (axis, number))| {
            let (low, high) = axis.support[usize::from(at)];
            !self.counts(index, levels) || (low..=high).contains(number)
        })
    }

    /// Whether some path leads a component from one release to another, with the levels as they are.
    pub(super) fn open(&self, component: usize, from: At, to: At, levels: &[u16]) -> bool {
        self.ways(from, to).any(|way| {
            let mut needs = way.needs.iter();
            way.is_of(component) && needs.all(|(axis, number)| levels[*axis] >= *number)
        })
    }
}
