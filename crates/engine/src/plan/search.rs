//! The search for the way of least disruption.
//!
//! A step moves one class of members to one release, or raises one level. It is legal where a path
//! allows it from each release that moves, and where neither the mix during the step nor after it
//! breaks anything that was not broken before it. A* over such states; what is counted stands in
//! [`Cost`], compared field by field, and ties fall the same way each time.
//! Must never know: names of things. Stories: `tests/it/oracle.rs`.

use super::world::{At, InMember, Part, Rule, World};
use alloc::collections::{BTreeMap, BinaryHeap};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// A hundred times what any real catalog needs; a search beyond it would take seconds.
const STATES_MAX: usize = 200_000;

/// One step of a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// These groups of a class go to a release, with those of their components that have its scheme.
    Move {
        /// Which class.
        class: usize,
        /// Which strand of it.
        strand: usize,
        /// Where to.
        to: At,
        /// Each group with the releases that it leaves.
        groups: Vec<(usize, Vec<At>)>,
    },
    /// A level goes up.
    Raise {
        /// Which.
        axis: usize,
        /// From.
        from: u16,
        /// To.
        to: u16,
    },
}

/// What a way costs; the first field that differs decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    /// Member moves.
    pub moves: u64,
    /// Levels raised: each is a point of no return.
    pub raises: u32,
    /// Member moves still owed when a level is raised: later is better.
    pub early: u64,
    /// Hops: stretches at one release.
    pub hops: u32,
    /// Newer patches that were passed over.
    pub stale: u32,
    /// Known versions between the stops and the goal: newer stops are better.
    pub age: u32,
    /// Classes moved against the order of the catalog within a hop.
    pub turns: u32,
}

impl Cost {
    fn plus(self, other: Self) -> Self {
        Self {
            moves: self.moves + other.moves,
            raises: self.raises + other.raises,
            early: self.early + other.early,
            hops: self.hops + other.hops,
            stale: self.stale + other.stale,
            age: self.age + other.age,
            turns: self.turns + other.turns,
        }
    }
}

/// How a search ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The way of least cost.
    Way(Vec<Step>),
    /// There is none.
    Nothing,
    /// Not known: too many states.
    TooLarge,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    /// By group and strand: the release that all of it runs; none while it was not moved.
    at: Vec<Option<At>>,
    levels: Vec<u16>,
    /// The last move: class and release.
    last: Option<(usize, At)>,
}

struct Node {
    state: State,
    cost: Cost,
    by: Option<(usize, Step)>,
}

/// Groups of a strand that go to a release.
struct Mover {
    class: usize,
    strand: usize,
    to: At,
    groups: Vec<usize>,
    /// How many members they have together.
    moves: u64,
}

/// The way of least cost from the start to the goal.
pub(super) fn search(world: &World) -> Found {
    let start = State {
        at: alloc::vec![None; world.slots],
        levels: world.axes.iter().map(|axis| axis.start).collect(),
        last: None,
    };
    let Some(owed) = world.owed(&start) else {
        return Found::Nothing;
    };
    let mut nodes = alloc::vec![Node {
        state: start.clone(),
        cost: Cost::default(),
        by: None,
    }];
    let mut best = BTreeMap::from([(start, Cost::default())]);
    let mut heap = BinaryHeap::from([Reverse((
        Cost {
            moves: owed,
            ..Cost::default()
        },
        0_usize,
    ))]);
    while let Some(Reverse((_, index))) = heap.pop() {
        let (state, cost) = (nodes[index].state.clone(), nodes[index].cost);
        if best.get(&state).is_some_and(|known| *known < cost) {
            continue;
        }
        if world.arrived(&state) {
            return Found::Way(trace(&nodes, index));
        }
        for (step, next, more) in world.steps(&state) {
            let Some(owed) = world.owed(&next) else {
                continue;
            };
            let cost = cost.plus(more);
            if best.get(&next).is_some_and(|known| *known <= cost) {
                continue;
            }
            if nodes.len() >= STATES_MAX {
                return Found::TooLarge;
            }
            best.insert(next.clone(), cost);
            let guess = cost.plus(Cost {
                moves: owed,
                ..Cost::default()
            });
            heap.push(Reverse((guess, nodes.len())));
            nodes.push(Node {
                state: next,
                cost,
                by: Some((index, step)),
            });
        }
    }
    Found::Nothing
}

fn trace(nodes: &[Node], end: usize) -> Vec<Step> {
    let mut way = Vec::new();
    let mut at = end;
    while let Some((before, step)) = &nodes[at].by {
        way.push(step.clone());
        at = *before;
    }
    way.reverse();
    way
}

impl World<'_> {
    /// What of a strand a group runs.
    fn strand_runs(
        &self,
        state: &State,
        class: usize,
        strand: usize,
        group: usize,
    ) -> impl Iterator<Item = At> {
        let group = &self.groups[group];
        let moved = state.at[group.slot + strand];
        let parts = self.classes[class].strands[strand].parts.iter();
        parts.map(move |part| moved.unwrap_or(group.start[*part]))
    }

    /// Class, strand and group of all that is to move.
    fn movers(&self) -> impl Iterator<Item = (usize, usize, usize)> {
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

    fn arrived(&self, state: &State) -> bool {
        self.movers().all(|(class, strand, group)| {
            let goal = self.classes[class].strands[strand].goal;
            let runs = self.strand_runs(state, class, strand, group);
            let mut runs = runs;
            runs.all(|at| Some(at) == goal)
        })
    }

    /// Member moves that are owed at least; none where some member cannot reach the goal at all.
    fn owed(&self, state: &State) -> Option<u64> {
        self.movers()
            .try_fold(0_u64, |sum, (class, strand, group)| {
                let table = &self.classes[class].strands[strand].far;
                let runs = self.strand_runs(state, class, strand, group);
                let far = runs
                    .map(|at| table[usize::from(at)])
                    .try_fold(0, |most: u64, far| far.map(|far| most.max(far)))?;
                Some(sum + far * self.size(group))
            })
    }

    fn size(&self, group: usize) -> u64 {
        u64::try_from(self.groups[group].members.len()).unwrap_or(u64::MAX)
    }

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
            let moved = state.at[known.slot + strand];
            (*group, moved.unwrap_or(known.start[part]))
        })
    }

    /// Whether a pair stands side by side already where the rule forbids it.
    fn is_broken_already(&self, state: &State, rule: usize, of: At, from: At) -> bool {
        let mut places = self.rules.iter().filter(|r| r.index == rule);
        places.any(|rule| {
            !self.allows(rule, of, from) && match rule.in_member {
                InMember::No => {
                    self.stands(state, rule.of).any(|(_, at)| at == of)
                        && self.stands(state, rule.from).any(|(_, at)| at == from)
                }
                InMember::Yes => {
                    let pairs = self.stands(state, rule.of).zip(self.stands(state, rule.from));
                    let mut pairs = pairs.map(|((_, of), (_, from))| (of, from));
                    pairs.any(|pair| pair == (of, from))
                }
            }
        })
    }

    /// Whether moving these groups of a strand to a release breaks nothing that was not broken before:
    /// the new release beside all that stands during the move and after it.
    fn is_fit(&self, state: &State, mover: &Mover) -> bool {
        let moves = |place: (usize, usize)| {
            place.0 == mover.class
                && self.classes[mover.class].strand_of[place.1] == mover.strand
        };
        // One member alone is never at two releases at once; more of them are, in an order that is
        // not known yet, so all pairs of old and new are asked for.
        let during = mover.moves > 1;
        let stays = |group: usize| during || !mover.groups.contains(&group);
        let bad = |rule: &Rule, of: At, from: At| {
            !self.allows(rule, of, from)
                && !self.is_broken_already(state, rule.index, of, from)
        };
        self.rules.iter().all(|rule| {
            let (of, from) = (moves(rule.of), moves(rule.from));
            match rule.in_member {
                InMember::Yes if of || from => {
                    let pairs = self.stands(state, rule.of).zip(self.stands(state, rule.from));
                    !pairs
                        .filter(|((group, _), _)| mover.groups.contains(group))
                        .any(|((_, one), (_, other))| {
                            let one = if of { mover.to } else { one };
                            let other = if from { mover.to } else { other };
                            bad(rule, one, other)
                        })
                }
                InMember::Yes => true,
                InMember::No => {
                    let both = of && from && bad(rule, mover.to, mover.to);
                    let beside = of
                        && self.stands(state, rule.from).any(|(group, at)| {
                            (!from || stays(group)) && bad(rule, mover.to, at)
                        });
                    let under = from
                        && self.stands(state, rule.of).any(|(group, at)| {
                            (!of || stays(group)) && bad(rule, at, mover.to)
                        });
                    !(both || beside || under)
                }
            }
        })
    }

    fn steps(&self, state: &State) -> Vec<(Step, State, Cost)> {
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
                let groups = class.groups.iter().copied();
                let first = groups
                    .filter(|group| self.groups[*group].part == Part::Moves)
                    .flat_map(|group| self.strand_runs(state, c, s, group))
                    .min();
                // Whoever stands furthest back moves with each step: only its ways need a look.
                let Some(first) = first.filter(|first| *first < bound) else {
                    continue;
                };
                let ways = self.edges[usize::from(first)].range(first + 1..=bound);
                for (to, _) in ways {
                    steps.extend(self.step_move(state, (c, s, *to)));
                }
            }
        }
        for axis in 0..self.axes.len() {
            for to in &self.axes[axis].wanted {
                steps.extend(self.step_raise(state, (axis, *to)));
            }
        }
        steps
    }

    fn step_move(
        &self,
        state: &State,
        (class, strand, to): (usize, usize, At),
    ) -> Option<(Step, State, Cost)> {
        let mut mover = Mover {
            class,
            strand,
            to,
            groups: Vec::new(),
            moves: 0,
        };
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
                self.open(component, from, to, &state.levels)
            }) {
                return None;
            }
            mover.moves += self.size(group);
            mover.groups.push(group);
        }
        if mover.groups.is_empty() || !self.lives(to, &state.levels) || !self.is_fit(state, &mover)
        {
            return None;
        }
        let mut next = state.clone();
        for group in &mover.groups {
            next.at[self.groups[*group].slot + strand] = Some(to);
        }
        next.last = Some((class, to));
        let hop = state.last.is_none_or(|(_, at)| at != to);
        let turn = state
            .last
            .is_some_and(|(last, at)| at == to && class < last);
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
        let left = mover.groups.iter().map(|group| {
            let runs = self.strand_runs(state, class, strand, *group);
            (*group, runs.collect())
        });
        let step = Step::Move {
            class,
            strand,
            to,
            groups: left.collect(),
        };
        Some((step, next, cost))
    }

    fn step_raise(
        &self,
        state: &State,
        (axis, to): (usize, u16),
    ) -> Option<(Step, State, Cost)> {
        let from = state.levels[axis];
        if to <= from || !self.counts(axis, &state.levels) || !self.may_raise(axis, state) {
            return None;
        }
        let mut next = state.clone();
        next.levels[axis] = to;
        for (other, number) in &self.axes[axis].brings {
            next.levels[*other] = next.levels[*other].max(*number);
        }
        if !self.all_live(state, &next.levels) {
            return None;
        }
        let cost = Cost {
            raises: 1,
            early: self.owed(state)?,
            ..Cost::default()
        };
        Some((Step::Raise { axis, from, to }, next, cost))
    }

    /// Whether nothing that runs is broken by levels that was not broken by them before.
    fn all_live(&self, state: &State, levels: &[u16]) -> bool {
        let breaks = |levels: &[u16], index: usize, at: At| {
            let (low, high) = self.axes[index].support[usize::from(at)];
            self.counts(index, levels) && !(low..=high).contains(&levels[index])
        };
        self.all_runs(state).all(|at| {
            (0..self.axes.len()).all(|index| {
                let same = levels[index] == state.levels[index];
                !breaks(levels, index, at) || same && breaks(&state.levels, index, at)
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
    fn may_raise(&self, axis: usize, state: &State) -> bool {
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
    fn lives(&self, at: At, levels: &[u16]) -> bool {
        let mut axes = self.axes.iter().zip(levels).enumerate();
        axes.all(|(index, (axis, number))| {
            let (low, high) = axis.support[usize::from(at)];
            !self.counts(index, levels) || (low..=high).contains(number)
        })
    }

    /// Whether some path leads a component from one release to another, with the levels as they are.
    fn open(&self, component: usize, from: At, to: At, levels: &[u16]) -> bool {
        let ways = self.edges[usize::from(from)].get(&to);
        ways.into_iter().flatten().any(|way| {
            let is_of = way.of.is_empty() || way.of.contains(&component);
            let mut needs = way.needs.iter();
            is_of && needs.all(|(axis, number)| levels[*axis] >= *number)
        })
    }
}
