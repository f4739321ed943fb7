//! The search for the way of least disruption.
//!
//! A step moves one class of members to one release, or raises one level. It is legal where a path
//! allows it from each release that moves, and where neither the mix during the step nor after it
//! breaks anything that was not broken before it. A* over such states; what is counted stands in
//! [`Cost`], compared field by field, and ties fall the same way each time.
//! Must never know: names of things. Stories: `tests/it/oracle.rs`.

use super::world::{At, InMember, Part, Rule, World};
use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap};
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

/// What stands broken: a rule and a pair, or a level and a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Broken {
    Skew(usize, At, At),
    Level(usize, u16, At),
}

/// By class and component: the releases that run.
type View = Vec<Vec<BTreeSet<At>>>;

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
    /// What a group runs, component by component of its class.
    fn runs<'a>(
        &'a self,
        state: &'a State,
        class: usize,
        group: usize,
    ) -> impl Iterator<Item = At> + 'a {
        let (class, group) = (&self.classes[class], &self.groups[group]);
        let start = group.start.iter().enumerate();
        start.map(move |(part, at)| {
            let strand = class.strands.iter().position(|s| s.parts.contains(&part));
            let moved = strand.and_then(|strand| state.at[group.slot + strand]);
            moved.unwrap_or(*at)
        })
    }

    /// What of a strand a group runs.
    fn strand_runs(&self, state: &State, class: usize, strand: usize, group: usize) -> Vec<At> {
        let group = &self.groups[group];
        let parts = &self.classes[class].strands[strand].parts;
        let moved = state.at[group.slot + strand];
        let runs = parts.iter().map(|part| moved.unwrap_or(group.start[*part]));
        runs.collect()
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
            runs.into_iter().all(|at| Some(at) == goal)
        })
    }

    /// Member moves that are owed at least; none where some member cannot reach the goal at all.
    fn owed(&self, state: &State) -> Option<u64> {
        self.movers()
            .try_fold(0_u64, |sum, (class, strand, group)| {
                let table = &self.classes[class].strands[strand].far;
                let runs = self.strand_runs(state, class, strand, group);
                let far = runs
                    .into_iter()
                    .map(|at| table[usize::from(at)])
                    .try_fold(0, |most: u64, far| far.map(|far| most.max(far)))?;
                Some(sum + far * self.size(group))
            })
    }

    fn size(&self, group: usize) -> u64 {
        u64::try_from(self.groups[group].members.len()).unwrap_or(u64::MAX)
    }

    fn view(&self, state: &State) -> View {
        let mut view: View = self
            .classes
            .iter()
            .map(|class| alloc::vec![BTreeSet::new(); class.components.len()])
            .collect();
        for (c, (class, stands)) in self.classes.iter().zip(&mut view).enumerate() {
            for group in &class.groups {
                for (k, at) in self.runs(state, c, *group).enumerate() {
                    stands[k].insert(at);
                }
            }
        }
        view
    }

    /// All that stands broken: between members as a view has them, within members as a state has them.
    fn broken(&self, view: &View, state: &State) -> BTreeSet<Broken> {
        let mut found = BTreeSet::new();
        for rule in &self.rules {
            match rule.in_member {
                InMember::No => self.break_between(rule, view, &mut found),
                InMember::Yes => self.break_within(rule, state, &mut found),
            }
        }
        for (index, (axis, number)) in self.axes.iter().zip(&state.levels).enumerate() {
            if !self.counts(index, &state.levels) {
                continue;
            }
            for at in view.iter().flatten().flatten() {
                let (low, high) = axis.support[usize::from(*at)];
                if !(low..=high).contains(number) {
                    found.insert(Broken::Level(index, *number, *at));
                }
            }
        }
        found
    }

    fn break_between(&self, rule: &Rule, view: &View, found: &mut BTreeSet<Broken>) {
        for of in &view[rule.of.0][rule.of.1] {
            for from in &view[rule.from.0][rule.from.1] {
                if !self.allows(rule, *of, *from) {
                    found.insert(Broken::Skew(rule.index, *of, *from));
                }
            }
        }
    }

    fn break_within(&self, rule: &Rule, state: &State, found: &mut BTreeSet<Broken>) {
        let class = rule.of.0;
        for group in &self.classes[class].groups {
            let runs: Vec<At> = self.runs(state, class, *group).collect();
            let (of, from) = (runs[rule.of.1], runs[rule.from.1]);
            if !self.allows(rule, of, from) {
                found.insert(Broken::Skew(rule.index, of, from));
            }
        }
    }

    fn steps(&self, state: &State) -> Vec<(Step, State, Cost)> {
        let view = self.view(state);
        let before = self.broken(&view, state);
        let mut oldest: BTreeMap<usize, At> = BTreeMap::new();
        for (class, strand, group) in self.movers() {
            let track = self.classes[class].strands[strand].track;
            for at in self.strand_runs(state, class, strand, group) {
                let known = oldest.entry(track).or_insert(at);
                *known = at.min(*known);
            }
        }
        let mut steps = Vec::new();
        for (c, class) in self.classes.iter().enumerate() {
            for (s, strand) in class.strands.iter().enumerate() {
                let (Some(goal), Some(oldest)) = (strand.goal, oldest.get(&strand.track)) else {
                    continue;
                };
                let bound = self.next_stop(*oldest, goal);
                let first = self.blocks[strand.track].0;
                let targets = self.targets.iter().copied();
                for to in targets.filter(|to| (first..=bound).contains(to)) {
                    steps.extend(self.step_move(state, &view, &before, (c, s, to)));
                }
            }
        }
        for axis in 0..self.axes.len() {
            for to in &self.axes[axis].wanted {
                steps.extend(self.step_raise(state, &view, &before, (axis, *to)));
            }
        }
        steps
    }

    fn step_move(
        &self,
        state: &State,
        view: &View,
        before: &BTreeSet<Broken>,
        (class, strand, to): (usize, usize, At),
    ) -> Option<(Step, State, Cost)> {
        let mut groups = Vec::new();
        let mut moves = 0;
        let parts = &self.classes[class].strands[strand].parts;
        for group in self.classes[class].groups.iter().copied() {
            if self.groups[group].part == Part::Stays {
                continue;
            }
            let runs = self.strand_runs(state, class, strand, group);
            if runs.iter().all(|at| *at == to) || runs.iter().any(|at| *at > to) {
                continue;
            }
            let mut leaving = parts.iter().zip(&runs).filter(|(_, at)| **at < to);
            if !leaving.all(|(part, from)| {
                let component = self.classes[class].components[*part];
                self.open(component, *from, to, &state.levels)
            }) {
                return None;
            }
            moves += self.size(group);
            groups.push((group, runs));
        }
        if groups.is_empty() || !self.lives(to, &state.levels) {
            return None;
        }
        let mut next = state.clone();
        for (group, _) in &groups {
            next.at[self.groups[*group].slot + strand] = Some(to);
        }
        next.last = Some((class, to));
        let after = self.view(&next);
        // One member alone is never at two releases at once; more of them are, in an order that is
        // not known yet, so all pairs of old and new are asked for.
        let during = if moves == 1 {
            after
        } else {
            joined(view, &after)
        };
        if !self.broken(&during, &next).is_subset(before) {
            return None;
        }
        let hop = state.last.is_none_or(|(_, at)| at != to);
        let turn = state
            .last
            .is_some_and(|(last, at)| at == to && class < last);
        let goal = self.classes[class].strands[strand].goal.unwrap_or(to);
        let cost = Cost {
            moves,
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
        let step = Step::Move {
            class,
            strand,
            to,
            groups,
        };
        Some((step, next, cost))
    }

    fn step_raise(
        &self,
        state: &State,
        view: &View,
        before: &BTreeSet<Broken>,
        (axis, to): (usize, u16),
    ) -> Option<(Step, State, Cost)> {
        let from = state.levels[axis];
        if to <= from || !self.counts(axis, &state.levels) || !self.may_raise(axis, view) {
            return None;
        }
        let mut next = state.clone();
        next.levels[axis] = to;
        for (other, number) in &self.axes[axis].brings {
            next.levels[*other] = next.levels[*other].max(*number);
        }
        if !self.broken(view, &next).is_subset(before) {
            return None;
        }
        let cost = Cost {
            raises: 1,
            early: self.owed(state)?,
            ..Cost::default()
        };
        Some((Step::Raise { axis, from, to }, next, cost))
    }

    /// Whether all that runs in the main scheme is where an axis may be raised.
    fn may_raise(&self, axis: usize, view: &View) -> bool {
        let Some(at) = &self.axes[axis].raised_at else {
            return true;
        };
        let mut runs = view.iter().flatten().flatten();
        runs.all(|version| {
            let index = usize::from(*version);
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

fn joined(one: &View, other: &View) -> View {
    one.iter()
        .zip(other)
        .map(|(a, b)| a.iter().zip(b).map(|(x, y)| x | y).collect())
        .collect()
}
